import { product } from './fitInput';
import type { FetchedTensor } from './network';

/** A batch's activations, to be read a row of the batch at a time. */
export interface BatchRows {
  readonly rowShape: readonly number[];
  readonly rowSize: number;
  /** The values of row `index`, beginning at `start(index)` of `values(index)`. */
  values(index: number): ArrayLike<number>;
  start(index: number): number;
}

/**
 * Splits a tensor into one part a row of the batch. The rows are along `batchAxis` where that is known, along the first axis
 * where its length is the batch's or a multiple of it (time or heads folded into the batch), else there are none: `undefined`.
 */
export function batchRows(
  tensor: FetchedTensor,
  batch: number | 'none',
  batchAxis: number | undefined,
): BatchRows | undefined {
  const { dims, values: data } = tensor;
  if (data === undefined) return undefined;
  if (batch === 'none') return { rowShape: dims, rowSize: data.length, values: () => data, start: () => 0 };
  const axis = batchAxis !== undefined && dims[batchAxis] === batch ? batchAxis : 0;
  const length = dims[axis] ?? 0;
  if (axis === 0) {
    if (length === 0 || length % batch !== 0) return undefined;
    const folded = length / batch;
    const rowShape = folded === 1 ? dims.slice(1) : [folded, ...dims.slice(1)];
    const rowSize = product(rowShape);
    return { rowShape, rowSize, values: () => data, start: index => index * rowSize };
  }
  const rowShape = dims.filter((_, at) => at !== axis);
  const before = product(dims.slice(0, axis));
  const after = product(dims.slice(axis + 1));
  const row = new Float32Array(before * after);
  const values = (index: number) => {
    for (let b = 0; b < before; b++) {
      for (let a = 0; a < after; a++) row[b * after + a] = data[(b * batch + index) * after + a]!;
    }
    return row;
  };
  return { rowShape, rowSize: row.length, values, start: () => 0 };
}
