import type { Tensor } from '@tensorflow/tfjs-core';
import { asInteger, asList } from '../../models/json';
import { axesOf, frameOf } from '../../models/keras/layerShapes';
import { input, type Forward, type LayerContext } from './layerContext';

export const identity: Forward = context => input(context);

/** One row of numbers an example; where channels come first they are moved to the end before, as Keras does. */
export const flatten: Forward = context => {
  const { tf, settings } = context;
  const x = input(context);
  const axes = x.shape.map((_, axis) => axis);
  const ordered = settings.channelsFirst && x.rank > 2 ? tf.transpose(x, [0, ...axes.slice(2), 1]) : x;
  const batch = x.shape[0] ?? 1;
  return tf.reshape(ordered, [batch, x.size / Math.max(1, batch)]);
};

export const reshape: Forward = context => {
  const target = asList(context.settings.get('target_shape')).map(item => asInteger(item) ?? -1);
  const x = input(context);
  return context.tf.reshape(x, [x.shape[0], ...target]);
};

export const permute: Forward = context => {
  const order = asList(context.settings.get('dims')).map(item => asInteger(item) ?? 0);
  return context.tf.transpose(input(context), [0, ...order]);
};

export const repeat: Forward = context => {
  const { tf, settings } = context;
  return tf.tile(tf.expandDims(input(context), 1), [1, settings.integer('n') ?? 1, 1]);
};

export const zeroPadding: Forward = context => {
  const x = input(context);
  const { positions } = axesOf(context.settings, x.rank);
  const frame = frameOf(context.settings, 'padding', positions.length);
  const widths = x.shape.map((_, axis): [number, number] => {
    const [before, after] = frame[positions.indexOf(axis)] ?? [0, 0];
    return [before, after];
  });
  return context.tf.pad(x, widths);
};

export const cropping: Forward = context => {
  const x = input(context);
  const { positions } = axesOf(context.settings, x.rank);
  const frame = frameOf(context.settings, 'cropping', positions.length);
  const begin = x.shape.map((_, axis) => frame[positions.indexOf(axis)]?.[0] ?? 0);
  const size = x.shape.map((length, axis) => length - begin[axis]! - (frame[positions.indexOf(axis)]?.[1] ?? 0));
  return context.tf.slice(x, begin, size);
};

export const rescaling: Forward = context => {
  const { tf, settings } = context;
  const factor = (key: string, otherwise: number): Tensor | number => {
    const list = asList(settings.get(key)).filter(item => typeof item === 'number');
    return list.length > 0 ? tf.tensor(list) : settings.number(key, otherwise);
  };
  return tf.add(tf.mul(input(context), factor('scale', 1)), factor('offset', 0));
};

/** What a layer or an operation joins: tensors, and numbers that stand among its arguments. */
function operands({ inputs, call }: LayerContext): (Tensor | number)[] {
  const all: (Tensor | number)[] = [...inputs];
  for (const [place, value] of [...(call?.constants ?? [])].toSorted((a, b) => a[0] - b[0]))
    all.splice(place, 0, value);
  return all;
}

type Join = (tf: LayerContext['tf'], a: Tensor | number, b: Tensor | number) => Tensor;

/** Joins all inputs, one after the other, element by element. */
export const joined =
  (join: Join): Forward =>
  context => {
    const [first, ...others] = operands(context);
    if (first === undefined) throw new Error(`${context.settings.className} was given no input`);
    let result: Tensor | number = first;
    for (const other of others) result = join(context.tf, result, other);
    if (typeof result === 'number') throw new Error(`${context.settings.className} was given numbers alone`);
    return result;
  };

export const average: Forward = context => {
  const sum = joined((tf, a, b) => tf.add(a, b))(context);
  return context.tf.mul(sum, 1 / context.inputs.length);
};

export const concatenate: Forward = context => {
  const rank = input(context).rank;
  const axis = context.settings.integer('axis') ?? -1;
  return context.tf.concat([...context.inputs], axis < 0 ? axis + rank : axis);
};
