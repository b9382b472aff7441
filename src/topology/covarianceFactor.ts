import { Fault } from '../base/fault';
import type { PointCloud } from './pointCloud';

/**
 * A mean and rows F with FᵀF = covariance (divisor n − 1), so that z·F + mean with standard normal z is Gaussian with
 * exactly these moments. Plain data: it may cross to other threads.
 */
export interface CovarianceFactor {
  readonly width: number;
  readonly mean: Float64Array;
  /** Number of rows of F, as few as it takes: at most min(n, width). */
  readonly rank: number;
  /** rank × width. */
  readonly rows: Float64Array;
}

/** Pivots below this share of the largest variance are rounding. */
const RELATIVE_PIVOT = 1e-12;

/**
 * Factors the sample covariance. With more coordinates than points F is the centred sample over √(n − 1), which is exact as it
 * stands; else a pivoted Cholesky factor of the covariance, which is exact for singular ones too and shorter.
 * Throws `empty` for fewer than two points.
 */
export function covarianceFactor(cloud: PointCloud): CovarianceFactor {
  const { count, width, values } = cloud;
  if (count < 2) throw new Fault('empty', `A covariance needs at least two points, but there are ${count}.`);
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) for (let k = 0; k < width; k++) mean[k] = mean[k]! + values[i * width + k]! / count;
  const scale = 1 / Math.sqrt(count - 1);
  const centred = new Float64Array(count * width);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < width; k++) centred[i * width + k] = (values[i * width + k]! - mean[k]!) * scale;
  if (width >= count) return { width, mean, rank: count, rows: centred };
  return { width, mean, ...pivotedCholesky(gram(centred, count, width), width) };
}

/** The upper triangle of CᵀC, width × width. */
function gram(rows: Float64Array, count: number, width: number): Float64Array {
  const product = new Float64Array(width * width);
  for (let i = 0; i < count; i++) {
    const row = i * width;
    for (let a = 0; a < width; a++) {
      const value = rows[row + a]!;
      if (value === 0) continue;
      const target = a * width;
      for (let b = a; b < width; b++) product[target + b] = product[target + b]! + value * rows[row + b]!;
    }
  }
  return product;
}

/** Outer-product Cholesky with complete pivoting (Higham, Accuracy and Stability, algorithm 10.2): stops at the rank. */
function pivotedCholesky(upper: Float64Array, width: number): { rank: number; rows: Float64Array } {
  const rows: number[] = [];
  const used = new Uint8Array(width);
  let largest = 0;
  for (let k = 0; k < width; k++) largest = Math.max(largest, upper[k * width + k]!);
  const at = (a: number, b: number) => (a < b ? a * width + b : b * width + a);
  let rank = 0;
  for (; rank < width; rank++) {
    let pivot = -1;
    for (let k = 0; k < width; k++)
      if (!used[k] && (pivot < 0 || upper[at(k, k)]! > upper[at(pivot, pivot)]!)) pivot = k;
    const variance = upper[at(pivot, pivot)]!;
    if (!(variance > RELATIVE_PIVOT * largest)) break;
    const root = Math.sqrt(variance);
    const row = new Float64Array(width);
    for (let k = 0; k < width; k++) if (!used[k]) row[k] = upper[at(pivot, k)]! / root;
    used[pivot] = 1;
    for (let a = 0; a < width; a++) {
      if (used[a] || row[a] === 0) continue;
      for (let b = a; b < width; b++) if (!used[b]) upper[a * width + b] = upper[a * width + b]! - row[a]! * row[b]!;
    }
    for (const value of row) rows.push(value);
  }
  return { rank, rows: Float64Array.from(rows) };
}
