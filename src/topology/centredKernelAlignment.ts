import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import type { PointCloud } from './pointCloud';

const ROWS_BETWEEN_POLLS = 256;
const ENTRIES_BETWEEN_POLLS = 1 << 18;

/**
 * Linear centred kernel alignment (Kornblith, Norouzi, Lee, Hinton 2019): ‖XᵀY‖² / (‖XᵀX‖ ‖YᵀY‖) in Frobenius norms, of two clouds
 * whose rows are the same things, columns centred. In [0, 1]; 1 for clouds that differ by rotation, scale and place.
 * NaN where a cloud has no variance. Throws `shape-mismatch` for other numbers of rows.
 */
export function centredKernelAlignment(a: PointCloud, b: PointCloud, cancellation = Cancellation.never): number {
  if (a.count !== b.count)
    throw new Fault(
      'shape-mismatch',
      `The clouds have ${formatCount(a.count)} and ${formatCount(b.count)} rows, but must have the same rows.`,
    );
  const [x, y] = [centredColumns(a, cancellation), centredColumns(b, cancellation)];
  const product = (p: Float64Array, widthP: number, q: Float64Array, widthQ: number) =>
    squaredProduct(p, widthP, q, widthQ, a.count, cancellation);
  const overlap = product(x, a.width, y, b.width);
  const norms = Math.sqrt(product(x, a.width, x, a.width) * product(y, b.width, y, b.width));
  return norms > 0 ? Math.min(1, overlap / norms) : NaN;
}

/** Scaled to a largest entry of 1, which the ratio does not see, so that fourth powers neither overflow nor vanish. */
function centredColumns({ count, width, values }: PointCloud, cancellation: Cancellation): Float64Array {
  const rowsBetweenPolls = Math.ceil(ENTRIES_BETWEEN_POLLS / Math.max(1, width));
  const forEachRow = (visit: (from: number) => void) => {
    for (let i = 0; i < count; i++) {
      if (i % rowsBetweenPolls === 0) cancellation.throwIfCancelled();
      visit(i * width);
    }
  };
  const mean = new Float64Array(width);
  forEachRow(from => {
    for (let k = 0; k < width; k++) mean[k] = mean[k]! + values[from + k]! / count;
  });
  const centred = new Float64Array(count * width);
  let before = 0;
  let after = 0;
  forEachRow(from => {
    for (let k = 0; k < width; k++) {
      const value = values[from + k]!;
      const difference = value - mean[k]!;
      before = Math.max(before, Math.abs(value));
      after = Math.max(after, Math.abs(difference));
      centred[from + k] = difference;
    }
  });
  // What a rounded mean leaves of a constant is no variance.
  if (!(after > 1e-13 * before)) return centred.fill(0);
  forEachRow(from => {
    for (let k = from; k < from + width; k++) centred[k] = centred[k]! / after;
  });
  return centred;
}

/** ‖XᵀY‖², by columns, or as the inner product of XXᵀ and YYᵀ where there are fewer rows than columns. */
function squaredProduct(
  x: Float64Array,
  widthX: number,
  y: Float64Array,
  widthY: number,
  count: number,
  cancellation: Cancellation,
): number {
  let sum = 0;
  if (count < widthX + widthY) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        if (j % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
        const product = dot(x, i * widthX, j * widthX, widthX) * dot(y, i * widthY, j * widthY, widthY);
        sum += i === j ? product : 2 * product;
      }
    }
    return sum;
  }
  const column = new Float64Array(widthY);
  for (let p = 0; p < widthX; p++) {
    column.fill(0);
    for (let i = 0; i < count; i++) {
      if (i % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
      const weight = x[i * widthX + p]!;
      for (let q = 0; q < widthY; q++) column[q] = column[q]! + weight * y[i * widthY + q]!;
    }
    for (const value of column) sum += value * value;
  }
  return sum;
}

function dot(values: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += values[a + k]! * values[b + k]!;
  return sum;
}
