import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import type { PointCloud } from './pointCloud';

const ROWS_BETWEEN_POLLS = 256;

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
  const centred = Float64Array.from(values);
  let before = 0;
  let after = 0;
  for (let k = 0; k < width; k++) {
    cancellation.throwIfCancelled();
    let mean = 0;
    for (let i = 0; i < count; i++) mean += values[i * width + k]! / count;
    for (let i = 0; i < count; i++) {
      before = Math.max(before, Math.abs(values[i * width + k]!));
      centred[i * width + k] = values[i * width + k]! - mean;
      after = Math.max(after, Math.abs(centred[i * width + k]!));
    }
  }
  // What a rounded mean leaves of a constant is no variance.
  if (!(after > 1e-13 * before)) return centred.fill(0);
  return centred.map(value => value / after);
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
