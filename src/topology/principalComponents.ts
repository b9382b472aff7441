import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { Cancellation } from '../base/cancellation';
import { Random } from '../base/random';
import type { PointCloud } from './pointCloud';

/** The first k principal components of a cloud. */
export interface PrincipalComponents {
  readonly components: number;
  /** Coordinates of each point, flat: component c of point i is `scores[i * components + c]`. */
  readonly scores: Float64Array;
  /** Unit directions, flat: components × width. Zero where the cloud has no more dimensions. */
  readonly directions: Float64Array;
  /** Variance along each (divisor n − 1), largest first. */
  readonly variances: Float64Array;
  /** Share of the whole variance that each explains; 0 for a cloud without variance. */
  readonly explained: Float64Array;
}

/** Up to this size the smaller of covariance and Gram matrix is decomposed whole. */
const DENSE_SIZE = 64;
const ROWS_BETWEEN_POLLS = 64;
const KRYLOV_STEPS = 8;
const KRYLOV_ROUNDS = 5;
const RESIDUAL = 1e-8;
/** Less than this share of the squared norms is rounding (about the square of 1e-14). */
const RELATIVE_VARIANCE = 1e-28;

/**
 * Principal component analysis of n points: `components` orthogonal directions of largest variance. Small problems by
 * a dense symmetric eigensolver on the covariance (width × width) or the Gram matrix (n × n), whichever is smaller; larger
 * ones by restarted block Krylov iteration (Musco and Musco 2015) with a fixed start, until the residual is 1e-8
 * of the largest variance, or five rounds have passed: variances are then equal but for the last digits, and no direction stands out. Deterministic. A direction's sign is such that its entry of largest magnitude (the first of
 * them) is positive.
 */
export function principalComponents(
  cloud: PointCloud,
  components: number,
  cancellation = Cancellation.never,
): PrincipalComponents {
  const { count, width } = cloud;
  const centred = centre(cloud, cancellation);
  const divisor = Math.max(1, count - 1);
  const total = sumOfSquares(centred, count, width, cancellation) / divisor;
  const wanted = Math.min(components, width, count);
  const directions = new Float64Array(components * width);
  if (wanted > 0 && total > 0)
    directions.set(
      Math.min(count, width) <= DENSE_SIZE
        ? denseDirections(centred, count, width, wanted, cancellation)
        : krylovDirections(centred, count, width, wanted, cancellation),
    );
  for (let c = 0; c < components; c++) fixSign(directions.subarray(c * width, (c + 1) * width));

  const scores = new Float64Array(count * components);
  const variances = new Float64Array(components);
  for (let c = 0; c < components; c++) {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      poll(i, cancellation);
      const score = dot(centred, i * width, directions, c * width, width);
      scores[i * components + c] = score;
      sum += score * score;
    }
    variances[c] = sum / divisor;
  }
  return { components, scores, directions, variances, explained: variances.map(v => (total > 0 ? v / total : 0)) };
}

function centre({ count, width, values }: PointCloud, cancellation: Cancellation): Float64Array {
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    for (let k = 0; k < width; k++) mean[k] = mean[k]! + values[i * width + k]! / count;
  }
  const centred = new Float64Array(count * width);
  let before = 0;
  let after = 0;
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    for (let k = 0; k < width; k++) {
      const value = values[i * width + k]!;
      const difference = value - mean[k]!;
      centred[i * width + k] = difference;
      before += value * value;
      after += difference * difference;
    }
  }
  // What a rounded mean leaves of equal points is no variance.
  if (after <= before * RELATIVE_VARIANCE) centred.fill(0);
  return centred;
}

function sumOfSquares(rows: Float64Array, count: number, width: number, cancellation: Cancellation): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    for (let k = i * width; k < (i + 1) * width; k++) sum += rows[k]! * rows[k]!;
  }
  return sum;
}

function denseDirections(
  centred: Float64Array,
  count: number,
  width: number,
  wanted: number,
  cancellation: Cancellation,
): Float64Array {
  const byColumns = width <= count;
  const symmetric = byColumns
    ? productsOfColumns(centred, count, width, cancellation)
    : productsOfRows(centred, count, width, cancellation);
  const decomposition = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true });
  const vectors = decomposition.eigenvectorMatrix;
  const size = symmetric.rows;
  const directions = new Float64Array(wanted * width);
  for (let c = 0; c < wanted; c++) {
    // The solver's eigenvalues ascend.
    const column = size - 1 - c;
    const target = directions.subarray(c * width, (c + 1) * width);
    if (byColumns) for (let k = 0; k < width; k++) target[k] = vectors.get(k, column);
    else
      for (let i = 0; i < count; i++) {
        const weight = vectors.get(i, column);
        for (let k = 0; k < width; k++) target[k] = target[k]! + weight * centred[i * width + k]!;
      }
  }
  orthonormalise(directions, wanted, width);
  return directions;
}

/** XᵀX. */
function productsOfColumns(rows: Float64Array, count: number, width: number, cancellation: Cancellation): Matrix {
  const sums = new Float64Array(width * width);
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    for (let a = 0; a < width; a++) {
      const value = rows[i * width + a]!;
      for (let b = a, at = a * width + a; b < width; b++, at++) sums[at] = sums[at]! + value * rows[i * width + b]!;
    }
  }
  return symmetricOf(width, (a, b) => sums[a * width + b]!);
}

/** XXᵀ. */
function productsOfRows(rows: Float64Array, count: number, width: number, cancellation: Cancellation): Matrix {
  return symmetricOf(count, (a, b) => {
    if (a === b) cancellation.throwIfCancelled();
    return dot(rows, a * width, rows, b * width, width);
  });
}

/** From its upper half, row by row. */
function symmetricOf(size: number, at: (a: number, b: number) => number): Matrix {
  const matrix = new Matrix(size, size);
  for (let a = 0; a < size; a++)
    for (let b = a; b < size; b++) {
      const value = at(a, b);
      matrix.set(a, b, value);
      matrix.set(b, a, value);
    }
  return matrix;
}

function poll(row: number, cancellation: Cancellation): void {
  if (row % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
}

/** Block Krylov: the best directions within span{B, AB, …, AˢB} of A = XᵀX, again and again from the best of the last. */
function krylovDirections(
  centred: Float64Array,
  count: number,
  width: number,
  wanted: number,
  cancellation: Cancellation,
): Float64Array {
  const block = wanted + 4;
  const random = new Random(0, 'principal components');
  let start: Float64Array = Float64Array.from({ length: block * width }, () => random.normal());
  for (let round = 0; ; round++) {
    const basis = new Float64Array(block * (KRYLOV_STEPS + 1) * width);
    const images = new Float64Array(basis.length);
    let size = 0;
    let newest: Float64Array = start;
    for (let step = 0; step <= KRYLOV_STEPS; step++) {
      cancellation.throwIfCancelled();
      basis.set(newest, size * width);
      const held = size;
      size += orthonormalise(basis, newest.length / width, width, size);
      const image = applyScatter(centred, count, width, basis.subarray(held * width, size * width), cancellation);
      images.set(image, held * width);
      if (size === held) break;
      newest = image;
    }
    const { vectors, values } = rayleighRitz(basis, images, size, width);
    cancellation.throwIfCancelled();
    const best = combine(basis, vectors, size, width, block);
    const imagesOfBest = combine(images, vectors, size, width, block);
    let residual = 0;
    for (let c = 0; c < wanted; c++) {
      let squared = 0;
      for (let k = 0; k < width; k++)
        squared += (imagesOfBest[c * width + k]! - values[c]! * best[c * width + k]!) ** 2;
      residual = Math.max(residual, Math.sqrt(squared));
    }
    if (residual <= RESIDUAL * values[0]! || round === KRYLOV_ROUNDS) {
      const directions = best.slice(0, wanted * width);
      orthonormalise(directions, wanted, width);
      return directions;
    }
    start = best;
  }
}

/** Xᵀ(X·v) for each of the row vectors v. */
function applyScatter(
  centred: Float64Array,
  count: number,
  width: number,
  vectors: Float64Array,
  cancellation: Cancellation,
): Float64Array {
  const images = new Float64Array(vectors.length);
  const blocks = vectors.length / width;
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    for (let b = 0; b < blocks; b++) {
      const product = dot(centred, i * width, vectors, b * width, width);
      for (let k = 0; k < width; k++)
        images[b * width + k] = images[b * width + k]! + product * centred[i * width + k]!;
    }
  }
  return images;
}

function rayleighRitz(basis: Float64Array, images: Float64Array, size: number, width: number) {
  const projected = new Matrix(size, size);
  for (let a = 0; a < size; a++)
    for (let b = a; b < size; b++) {
      const value = dot(basis, a * width, images, b * width, width);
      projected.set(a, b, value);
      projected.set(b, a, value);
    }
  const decomposition = new EigenvalueDecomposition(projected, { assumeSymmetric: true });
  return { vectors: decomposition.eigenvectorMatrix, values: [...decomposition.realEigenvalues].reverse() };
}

/** The first `wanted` Ritz vectors, largest value first. */
function combine(rows: Float64Array, vectors: Matrix, size: number, width: number, wanted: number): Float64Array {
  const combined = new Float64Array(Math.min(wanted, size) * width);
  for (let c = 0; c < combined.length / width; c++)
    for (let a = 0; a < size; a++) {
      const weight = vectors.get(a, size - 1 - c);
      for (let k = 0; k < width; k++)
        combined[c * width + k] = combined[c * width + k]! + weight * rows[a * width + k]!;
    }
  return combined;
}

/**
 * Gram and Schmidt, twice over, of `count` rows from row `from` on against all rows before them. Rows that depend on earlier
 * ones are dropped and the rest moved up, zeros behind them. Returns how many are left.
 */
function orthonormalise(rows: Float64Array, count: number, width: number, from = 0): number {
  let kept = from;
  for (let r = from; r < from + count; r++) {
    const row = rows.subarray(r * width, (r + 1) * width);
    const before = Math.sqrt(dot(row, 0, row, 0, width));
    for (let pass = 0; pass < 2; pass++)
      for (let q = 0; q < kept; q++) {
        const projection = dot(row, 0, rows, q * width, width);
        for (let k = 0; k < width; k++) row[k] = row[k]! - projection * rows[q * width + k]!;
      }
    const norm = Math.sqrt(dot(row, 0, row, 0, width));
    if (!(norm > 1e-12 * before)) continue;
    for (let k = 0; k < width; k++) rows[kept * width + k] = row[k]! / norm;
    kept++;
  }
  rows.fill(0, kept * width, (from + count) * width);
  return kept - from;
}

function dot(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[aOffset + k]! * b[bOffset + k]!;
  return sum;
}

function fixSign(direction: Float64Array): void {
  let largest = 0;
  // Entries that differ by rounding alone count as equal, so that the first of them decides.
  for (let k = 1; k < direction.length; k++)
    if (Math.abs(direction[k]!) > Math.abs(direction[largest]!) * (1 + 1e-9)) largest = k;
  if (direction[largest]! < 0) for (let k = 0; k < direction.length; k++) direction[k] = -direction[k]!;
}
