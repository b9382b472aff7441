import type { Tensor } from '@tensorflow/tfjs-core';
import type { KerasStep } from '../../models/keras/kerasModel';
import { maskRule } from '../../models/keras/masks';
import { input, type Forward } from './layerContext';
import type { Library } from './loadLibrary';

/** Steps that have any value but the one that stands for nothing; the others become zeros. */
export const masking: Forward = context => {
  const { tf } = context;
  const x = input(context);
  const counts = tf.any(tf.notEqual(x, context.settings.number('mask_value', 0)), -1, true);
  return tf.where(counts, x, tf.zerosLike(x));
};

/** The mask that a step's output carries: booleans of [batch, steps]; `undefined` where all of them count. */
export function maskOf(
  tf: Library,
  { layer, settings }: Pick<KerasStep, 'layer' | 'settings'>,
  inputs: readonly Tensor[],
  masks: readonly (Tensor | undefined)[],
  modern: boolean,
): Tensor | undefined {
  switch (maskRule(layer, settings)) {
    case 'made': {
      const [x] = inputs;
      if (x === undefined) return undefined;
      if (settings.className === 'Embedding') return tf.notEqual(x, 0);
      return tf.any(tf.notEqual(x, settings.number('mask_value', 0)), -1);
    }
    case 'passed':
      return masks[0];
    case 'joined': {
      const there = masks.filter(mask => mask !== undefined);
      if (there.length === 0 || (modern && there.length < masks.length)) return undefined;
      // What counts in any input, since Keras 3; in all of them before.
      return there.reduce((a, b) => (modern ? tf.logicalOr(a, b) : tf.logicalAnd(a, b)));
    }
    case 'dropped':
      return undefined;
  }
}
