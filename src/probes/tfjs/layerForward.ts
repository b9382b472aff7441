import { isOperation } from '../../models/keras/runnable';
import type { KerasStep } from '../../models/keras/kerasModel';
import { asList, asInteger } from '../../models/json';
import {
  convolution1D,
  convolution2D,
  convolution3D,
  depthwiseConvolution,
  globalPooling,
  pooling,
  separableConvolution,
  transposedConvolution1D,
  transposedConvolution2D,
  upSampling,
} from './convolution';
import { masking } from './masks';
import { activation, dense, embedding, multiHeadAttention } from './dense';
import { input, weight, type Forward, type LayerContext } from './layerContext';
import {
  batchNormalization,
  groupNormalization,
  layerNormalization,
  normalization,
  rootMeanSquareNormalization,
  unitNormalization,
} from './normalization';
import { bidirectional, innerOf, recurrent } from './recurrent';
import {
  average,
  concatenate,
  cropping,
  flatten,
  identity,
  joined,
  permute,
  repeat,
  rescaling,
  reshape,
  zeroPadding,
} from './shaping';

/** What layers compute after training, by their classes. `models/keras/runnable` says which settings of them are known. */
export const LAYER_FORWARDS: ReadonlyMap<string, Forward> = new Map<string, Forward>([
  ...'Dropout GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Identity SpatialDropout1D SpatialDropout2D SpatialDropout3D'
    .split(' ')
    .map((name): [string, Forward] => [name, identity]),
  ['Activation', activation],
  ['ReLU', rectifier],
  [
    'LeakyReLU',
    ({ tf, settings, ...rest }) =>
      tf.leakyRelu(input({ tf, settings, ...rest }), settings.number('negative_slope', settings.number('alpha', 0.3))),
  ],
  ['ELU', exponentialUnit],
  ['PReLU', context => context.tf.prelu(input(context), weight(context, 'alpha'))],
  [
    'ThresholdedReLU',
    context => {
      const x = input(context);
      return context.tf.mul(x, context.tf.cast(context.tf.greater(x, context.settings.number('theta', 1)), 'float32'));
    },
  ],
  ['Softmax', softmaxOver],
  ['Masking', masking],
  ['Dense', dense],
  ['Embedding', embedding],
  ['MultiHeadAttention', multiHeadAttention],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Permute', permute],
  ['RepeatVector', repeat],
  ['Rescaling', rescaling],
  ['Add', joined((tf, a, b) => tf.add(a, b))],
  ['Subtract', joined((tf, a, b) => tf.sub(a, b))],
  ['Multiply', joined((tf, a, b) => tf.mul(a, b))],
  ['Maximum', joined((tf, a, b) => tf.maximum(a, b))],
  ['Minimum', joined((tf, a, b) => tf.minimum(a, b))],
  ['Average', average],
  ['Concatenate', concatenate],
  ['BatchNormalization', batchNormalization],
  ['SyncBatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
  ['GroupNormalization', groupNormalization],
  ['RMSNormalization', rootMeanSquareNormalization],
  ['UnitNormalization', unitNormalization],
  ['Normalization', normalization],
  ['SimpleRNN', recurrent],
  ['LSTM', recurrent],
  ['GRU', recurrent],
  ['Bidirectional', bidirectional],
  ['TimeDistributed', timeDistributed],
  ['Conv1D', convolution1D],
  ['Conv2D', convolution2D],
  ['Conv3D', convolution3D],
  ['Conv1DTranspose', transposedConvolution1D],
  ['Conv2DTranspose', transposedConvolution2D],
  ['DepthwiseConv1D', depthwiseConvolution],
  ['DepthwiseConv2D', depthwiseConvolution],
  ['SeparableConv1D', separableConvolution],
  ['SeparableConv2D', separableConvolution],
  ['UpSampling1D', upSampling],
  ['UpSampling2D', upSampling],
  ...[1, 2, 3].flatMap((count): [string, Forward][] => [
    [`MaxPooling${count}D`, pooling('max')],
    [`AveragePooling${count}D`, pooling('average')],
    [`GlobalMaxPooling${count}D`, globalPooling('max')],
    [`GlobalAveragePooling${count}D`, globalPooling('average')],
    [`ZeroPadding${count}D`, zeroPadding],
    [`Cropping${count}D`, cropping],
  ]),
]);

/** Operations of keras.ops, by the classes that stand for them. */
export const OPERATION_FORWARDS: ReadonlyMap<string, Forward> = new Map<string, Forward>([
  ...['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum'].map((name): [string, Forward] => [
    name,
    LAYER_FORWARDS.get(name)!,
  ]),
  ['Divide', joined((tf, a, b) => tf.div(a, b))],
  ['TrueDivide', joined((tf, a, b) => tf.div(a, b))],
  ['Relu', context => context.tf.relu(input(context))],
  ['Relu6', context => context.tf.relu6(input(context))],
  ['Sigmoid', context => context.tf.sigmoid(input(context))],
  ['Tanh', context => context.tf.tanh(input(context))],
  ['Silu', context => context.tf.mul(input(context), context.tf.sigmoid(input(context)))],
  ['Softplus', context => context.tf.softplus(input(context))],
  ['Exp', context => context.tf.exp(input(context))],
  ['Log', context => context.tf.log(input(context))],
  ['Sqrt', context => context.tf.sqrt(input(context))],
  ['Square', context => context.tf.square(input(context))],
  ['Negative', context => context.tf.neg(input(context))],
  ['Absolute', context => context.tf.abs(input(context))],
]);

/** What a step of a network computes. */
export function forwardOf({ layer, settings }: Pick<KerasStep, 'layer' | 'settings'>): Forward {
  const found = isOperation(layer) ? OPERATION_FORWARDS.get(layer.className) : LAYER_FORWARDS.get(settings.className);
  if (found === undefined) throw new Error(`${layer.className} is not computed here`);
  return found;
}

function rectifier(context: LayerContext) {
  const { tf, settings } = context;
  const x = input(context);
  const slope = settings.number('negative_slope', 0);
  const threshold = settings.number('threshold', 0);
  const limit = settings.has('max_value') ? settings.number('max_value', Infinity) : undefined;
  const above = threshold === 0 ? tf.relu(x) : tf.mul(x, tf.cast(tf.greater(x, threshold), 'float32'));
  const capped = limit === undefined ? above : tf.minimum(above, limit);
  return slope === 0 ? capped : tf.sub(capped, tf.mul(tf.relu(tf.sub(threshold, x)), slope));
}

function exponentialUnit(context: LayerContext) {
  const { tf, settings } = context;
  const x = input(context);
  const alpha = settings.number('alpha', 1);
  return alpha === 1 ? tf.elu(x) : tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), alpha));
}

function softmaxOver(context: LayerContext) {
  const { tf, settings } = context;
  const x = input(context);
  const axis = settings.integer('axis') ?? asInteger(asList(settings.get('axis'))[0]) ?? -1;
  const at = axis < 0 ? axis + x.rank : axis;
  if (at === x.rank - 1) return tf.softmax(x);
  // The kernel knows the last axis.
  const order = x.shape.map((_, place) => (place === at ? x.rank - 1 : place === x.rank - 1 ? at : place));
  return tf.transpose(tf.softmax(tf.transpose(x, order)), order);
}

/** A layer at each step of a sequence: the steps are rows of a batch to it. */
function timeDistributed(context: LayerContext) {
  const { tf, settings } = context;
  const x = input(context);
  const [batch, steps] = x.shape as [number, number];
  const inner = innerOf(settings.inner());
  const forward = LAYER_FORWARDS.get(inner.className);
  if (forward === undefined) throw new Error(`${inner.className} is not computed here`);
  const folded = tf.reshape(x, [batch * steps, ...x.shape.slice(2)]);
  const result = forward({
    ...context,
    settings: inner,
    call: undefined,
    inputs: [folded],
    masks: [],
    note: undefined,
  });
  return tf.reshape(result, [batch, steps, ...result.shape.slice(1)]);
}
