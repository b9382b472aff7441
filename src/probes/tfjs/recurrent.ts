import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerSettings } from '../../models/keras/settings';
import { activate, input, weight, type Forward, type LayerContext } from './layerContext';
import { multiply } from './dense';

/** What a layer gives at each step of a sequence, from what it read at that step and its state of the step before. */
type Step = (read: Tensor, state: readonly Tensor[]) => readonly Tensor[];

/**
 * Runs a step over the steps of a sequence; the first part of its state is its answer. What is read is multiplied by the kernel
 * for all steps at once. `prefix` names the weights of one direction of two.
 */
function overSteps(context: LayerContext, prefix: string, reversed: boolean): Tensor {
  const { tf, settings } = context;
  const x = input(context);
  const [batch, length] = x.shape as [number, number];
  const kernel = weight(context, `${prefix}kernel`);
  const recurrent = weight(context, `${prefix}recurrent_kernel`) as Tensor2D;
  const units = recurrent.shape[0];
  const bias = context.weights.get(`${prefix}bias`);
  const [inputBias, stateBias] =
    bias === undefined
      ? [undefined, undefined]
      : bias.rank === 2
        ? [tf.slice(bias, [0, 0], [1, -1]), tf.slice(bias, [1, 0], [1, -1])]
        : [bias, undefined];
  const multiplied = multiply(tf, x, kernel);
  const read = inputBias === undefined ? multiplied : tf.add(multiplied, inputBias);
  const width = kernel.shape[1]!;
  const step = stepOf(context, recurrent, stateBias);
  const zeros = tf.tensor(new Float32Array(batch * units), [batch, units]);
  let state: readonly Tensor[] = settings.className === 'LSTM' ? [zeros, zeros] : [zeros];
  const answers: Tensor[] = [];
  const sequences = settings.flag('return_sequences', false);
  const [mask] = context.masks;
  // Of two directions, steps that do not count give zeros, whatever the layers in them say (Bidirectional of Keras).
  const silent = prefix === '' ? settings.flag('zero_output_for_mask', false) : sequences;
  const answerAt = (at: number): Tensor =>
    mask !== undefined && silent ? tf.where(tf.slice(mask, [0, at], [batch, 1]), state[0]!, zeros) : state[0]!;
  for (let i = 0; i < length; i++) {
    const at = reversed ? length - 1 - i : i;
    const next = tf.tidy(() => {
      const stepped = step(tf.reshape(tf.slice(read, [0, at, 0], [batch, 1, width]), [batch, width]), state);
      if (mask === undefined) return [...stepped];
      // A step that does not count leaves the state, and with it the answer, as it was.
      const counts = tf.slice(mask, [0, at], [batch, 1]);
      return stepped.map((part, k) => tf.where(counts, part, state[k]!));
    });
    // The answer of each step is kept only where all are asked for.
    for (const [part, old] of state.entries()) if (old !== zeros && !(sequences && part === 0)) old.dispose();
    state = next;
    if (sequences) answers.push(answerAt(at));
  }
  return sequences ? tf.stack(answers, 1) : answerAt(reversed ? 0 : length - 1);
}

function stepOf(context: LayerContext, recurrent: Tensor2D, stateBias: Tensor | undefined): Step {
  const { tf, settings } = context;
  const units = recurrent.shape[0];
  const gate = (x: Tensor, index: number) => tf.slice(x, [0, index * units], [-1, units]);
  const squash = (x: Tensor) => activate(context, x, 'recurrent_activation', 'sigmoid');
  const answer = (x: Tensor) => activate(context, x, 'activation', 'tanh');
  switch (settings.className) {
    case 'SimpleRNN':
      return (read, [h]) => [answer(tf.add(read, tf.matMul(h as Tensor2D, recurrent)))];
    case 'LSTM':
      // Gates: input, forget, cell, output (Hochreiter and Schmidhuber 1997, with Gers and others' forget gate).
      return (read, [h, c]) => {
        const z = tf.add(read, tf.matMul(h as Tensor2D, recurrent));
        const cell = tf.add(tf.mul(squash(gate(z, 1)), c!), tf.mul(squash(gate(z, 0)), answer(gate(z, 2))));
        return [tf.mul(squash(gate(z, 3)), answer(cell)), cell];
      };
    case 'GRU': {
      // Gates: update, reset, candidate (Cho and others 2014). With a bias of two rows the reset comes after the product.
      const mix = (update: Tensor, h: Tensor, candidate: Tensor) =>
        tf.add(tf.mul(update, h), tf.mul(tf.sub(1, update), candidate));
      if (settings.flag('reset_after', false)) {
        return (read, [h]) => {
          const product = tf.matMul(h as Tensor2D, recurrent);
          const kept = stateBias === undefined ? product : tf.add(product, stateBias);
          const update = squash(tf.add(gate(read, 0), gate(kept, 0)));
          const reset = squash(tf.add(gate(read, 1), gate(kept, 1)));
          return [mix(update, h!, answer(tf.add(gate(read, 2), tf.mul(reset, gate(kept, 2)))))];
        };
      }
      const gates = tf.slice(recurrent, [0, 0], [units, 2 * units]);
      const candidates = tf.slice(recurrent, [0, 2 * units], [units, units]);
      return (read, [h]) => {
        const kept = tf.matMul(h as Tensor2D, gates);
        const update = squash(tf.add(gate(read, 0), gate(kept, 0)));
        const reset = squash(tf.add(gate(read, 1), gate(kept, 1)));
        const candidate = answer(tf.add(gate(read, 2), tf.matMul(tf.mul(reset, h!), candidates)));
        return [mix(update, h!, candidate)];
      };
    }
    default:
      throw new Error(`${settings.className} is not a recurrent layer`);
  }
}

export const recurrent: Forward = context => overSteps(context, '', context.settings.flag('go_backwards', false));

/** Two layers over a sequence, one from its end. */
export const bidirectional: Forward = context => {
  const { tf, settings } = context;
  const forward = required(settings.inner());
  const backward = settings.inner('backward_layer') ?? forward;
  const ahead = overSteps({ ...context, settings: forward }, 'forward/', forward.flag('go_backwards', false));
  const back = overSteps({ ...context, settings: backward }, 'backward/', !forward.flag('go_backwards', false));
  const aligned = back.rank === 3 ? tf.reverse(back, 1) : back;
  switch (settings.text('merge_mode') ?? 'concat') {
    case 'sum':
      return tf.add(ahead, aligned);
    case 'mul':
      return tf.mul(ahead, aligned);
    case 'ave':
      return tf.mul(tf.add(ahead, aligned), 0.5);
    default:
      return tf.concat([ahead, aligned], ahead.rank - 1);
  }
};

function required(inner: LayerSettings | undefined): LayerSettings {
  if (inner === undefined) throw new Error('a wrapper has no layer in it');
  return inner;
}

export { required as innerOf };
