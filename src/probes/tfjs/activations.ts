import type { Tensor } from '@tensorflow/tfjs-core';
import type { Library } from './loadLibrary';

type Activation = (tf: Library, x: Tensor, modern: boolean) => Tensor;

/** Activation functions by Keras's names; `modern` is Keras 3, which changed one of them. */
export const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['linear', (_, x) => x],
  ['relu', (tf, x) => tf.relu(x)],
  ['relu6', (tf, x) => tf.relu6(x)],
  ['leaky_relu', (tf, x) => tf.leakyRelu(x, 0.2)],
  ['elu', (tf, x) => tf.elu(x)],
  ['selu', (tf, x) => tf.selu(x)],
  ['celu', (tf, x) => tf.elu(x)],
  ['gelu', (tf, x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))],
  ['silu', (tf, x) => tf.mul(x, tf.sigmoid(x))],
  ['swish', (tf, x) => tf.mul(x, tf.sigmoid(x))],
  ['sigmoid', (tf, x) => tf.sigmoid(x)],
  ['hard_sigmoid', hardSigmoid],
  ['hard_silu', (tf, x) => tf.mul(x, hardSigmoid(tf, x, true))],
  ['hard_swish', (tf, x) => tf.mul(x, hardSigmoid(tf, x, true))],
  ['tanh', (tf, x) => tf.tanh(x)],
  ['hard_tanh', (tf, x) => tf.clipByValue(x, -1, 1)],
  ['softmax', (tf, x) => tf.softmax(x)],
  ['log_softmax', (tf, x) => tf.logSoftmax(x)],
  ['softplus', (tf, x) => tf.softplus(x)],
  ['softsign', (tf, x) => tf.div(x, tf.add(tf.abs(x), 1))],
  ['exponential', (tf, x) => tf.exp(x)],
  ['mish', (tf, x) => tf.mul(x, tf.tanh(tf.softplus(x)))],
  ['log_sigmoid', (tf, x) => tf.neg(tf.softplus(tf.neg(x)))],
  ['tanh_shrink', (tf, x) => tf.sub(x, tf.tanh(x))],
  ['squareplus', (tf, x) => tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 0.5)],
]);

/** Until Keras 2 with a slope of 1/5, from Keras 3 on of 1/6. */
function hardSigmoid(tf: Library, x: Tensor, modern: boolean): Tensor {
  return modern ? tf.div(tf.relu6(tf.add(x, 3)), 6) : tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1);
}
