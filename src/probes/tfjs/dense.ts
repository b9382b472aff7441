import type { Tensor } from '@tensorflow/tfjs-core';
import { attentionInputs } from '../../models/keras/attentionInputs';
import { activate, finish, input, weight, type Forward } from './layerContext';
import type { Library } from './loadLibrary';

/** x · w over the last axis of x, whatever stands before it. */
export function multiply(tf: Library, x: Tensor, w: Tensor): Tensor {
  const [rows, columns] = w.shape as [number, number];
  const flat = tf.reshape(x, [x.size / Math.max(1, rows), rows]);
  return tf.reshape(tf.matMul(flat, w), [...x.shape.slice(0, -1), columns]);
}

export const dense: Forward = context => {
  const x = input(context);
  return finish(
    context,
    multiply(context.tf, x.rank < 2 ? context.tf.expandDims(x, -1) : x, weight(context, 'kernel')),
  );
};

export const embedding: Forward = context => {
  const { tf } = context;
  const table = weight(context, 'embeddings');
  const indices = tf.cast(input(context), 'int32');
  // The backend looks up whatever lies there, in the table or not.
  const rows = table.shape[0];
  const outside = indices.dataSync().find(index => index < 0 || index >= rows);
  if (outside !== undefined) throw new Error(`index ${outside} is outside the ${rows} rows of its table`);
  return tf.gather(table, indices);
};

/** Multi-head attention (Vaswani and others 2017, 3.2.2). */
export const multiHeadAttention: Forward = context => {
  const { tf, inputs, masks, call, weights } = context;
  const places = attentionInputs(call, inputs.length);
  const query = inputs[places.query] ?? input(context);
  const [value, key] = [inputs[places.value] ?? query, inputs[places.key] ?? query];

  // [batch, heads, positions, width]
  const project = (x: Tensor, part: string) => {
    const kernel = weight(context, `${part}/kernel`);
    const [from, heads, width] = kernel.shape as [number, number, number];
    let projected = multiply(tf, x, tf.reshape(kernel, [from, heads * width]));
    const bias = weights.get(`${part}/bias`);
    if (bias !== undefined) projected = tf.add(projected, tf.reshape(bias, [heads * width]));
    return tf.transpose(tf.reshape(projected, [x.shape[0], x.shape[1]!, heads, width]), [0, 2, 1, 3]);
  };
  const [q, k, v] = [project(query, 'query'), project(key, 'key'), project(value, 'value')];
  let scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(q.shape[3]!)), k, false, true);
  if (call?.flags.has('use_causal_mask') === true)
    scores = tf.add(scores, causalMask(tf, scores.shape[2]!, scores.shape[3]!));
  // Softmax of Keras: far below zero is added where a position does not count.
  const maskOf = (x: Tensor) => masks[inputs.indexOf(x)];
  const [asking, answering] = [maskOf(query), maskOf(value)];
  const keys = key === value ? undefined : maskOf(key);
  const counted = [
    asking && tf.expandDims(tf.expandDims(asking, 1), 3),
    ...[answering, keys].map(mask => mask && tf.expandDims(tf.expandDims(mask, 1), 1)),
  ].filter(mask => mask !== undefined);
  if (counted.length > 0) {
    // Once, whichever of them it is for: a row that does not count itself then looks at all alike.
    const counts = counted.reduce((a, b) => tf.logicalAnd(a, b));
    scores = tf.add(scores, tf.mul(tf.sub(1, tf.cast(counts, 'float32')), -1e9));
  }
  const attended = tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]);
  const [batch, positions, heads, width] = attended.shape as [number, number, number, number];
  const kernel = weight(context, 'attention_output/kernel');
  const joined = tf.reshape(attended, [batch, positions, heads * width]);
  context.note?.('attended', joined);
  const out = multiply(tf, joined, tf.reshape(kernel, [heads * width, kernel.shape[2]!]));
  const bias = weights.get('attention_output/bias');
  return bias === undefined ? out : tf.add(out, bias);
};

/** Far below zero where a position would look at a later one. */
function causalMask(tf: Library, rows: number, columns: number): Tensor {
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = i + 1; j < columns; j++) values[i * columns + j] = -1e9;
  return tf.tensor(values, [rows, columns]);
}

export const activation: Forward = context => activate(context, input(context));
