import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { CoordinateMetric } from './metric';
import type { PointCloud } from './pointCloud';

/**
 * A dense symmetric n × n matrix of distances, diagonal 0, in C order. Distances are computed in double precision and
 * stored as float32 (relative rounding 6e-8), so that 5,000 points take 100 MB. Infinity: never joined.
 */
export class DistanceMatrix {
  constructor(
    readonly count: number,
    readonly values: Float32Array,
  ) {}

  at(i: number, j: number): number {
    return this.values[i * this.count + j]!;
  }
}

/** The distance between two rows of coordinates that start at `a` and `b` in `values`. */
type RowDistance = (values: Float64Array, a: number, b: number, width: number) => number;

const ROW_DISTANCES: Record<'euclidean' | 'manhattan' | 'chebyshev' | 'angular', RowDistance> = {
  euclidean(values, a, b, width) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const difference = values[a + k]! - values[b + k]!;
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  },
  manhattan(values, a, b, width) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += Math.abs(values[a + k]! - values[b + k]!);
    return sum;
  },
  chebyshev(values, a, b, width) {
    let largest = 0;
    for (let k = 0; k < width; k++) largest = Math.max(largest, Math.abs(values[a + k]! - values[b + k]!));
    return largest;
  },
  /** Of unit vectors: 1 − cos = |u − v|² / 2, which does not cancel for small angles. */
  angular(values, a, b, width) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const difference = values[a + k]! - values[b + k]!;
      sum += difference * difference;
    }
    return sum / 2;
  },
};

/**
 * All pairwise distances of a cloud. `cosine` is 1 − cos of the angle and `correlation` 1 − Pearson's r, both in [0, 2];
 * a row without direction (all zero; constant for correlation) has distance 1 to every other.
 * Throws `empty` for no points and `cancelled`.
 */
export function distanceMatrix(
  cloud: PointCloud,
  metric: CoordinateMetric,
  cancellation: Cancellation = Cancellation.never,
): DistanceMatrix {
  const { count, width } = cloud;
  if (count < 1) throw new Fault('empty', 'The point cloud has no points.');
  const directional = metric === 'cosine' || metric === 'correlation';
  const coordinates = Float64Array.from(cloud.values);
  const undirected = directional ? normaliseRows(coordinates, count, width, metric === 'correlation') : undefined;
  const rowDistance = ROW_DISTANCES[directional ? 'angular' : metric];
  const values = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    for (let j = 0; j < i; j++) {
      const undefinedAngle = undirected !== undefined && (undirected[i]! | undirected[j]!) !== 0;
      const distance = undefinedAngle ? 1 : rowDistance(coordinates, i * width, j * width, width);
      values[i * count + j] = distance;
      values[j * count + i] = distance;
    }
  }
  return new DistanceMatrix(count, values);
}

/** Scales every row to length 1 (after centring it, for correlation); returns 1 for the rows that have no direction. */
function normaliseRows(values: Float64Array, count: number, width: number, centre: boolean): Uint8Array {
  const undirected = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    if (centre && width > 0) {
      const mean = row.reduce((sum, value) => sum + value / width, 0);
      for (let k = 0; k < width; k++) row[k]! -= mean;
    }
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    // Centring a constant row leaves rounding errors, which are no direction.
    if (!(norm > largest * 1e-13)) undirected[i] = 1;
    else for (let k = 0; k < width; k++) row[k]! /= norm;
  }
  return undirected;
}

/**
 * A matrix of distances that is given. Throws `shape-mismatch` unless it is square, symmetric (to 1e-6 of the larger of the two
 * entries), zero on the diagonal and nowhere negative or NaN. Infinite entries are allowed; the triangle inequality is not needed.
 */
export function precomputedDistances(cloud: PointCloud): DistanceMatrix {
  const { count, width, values: given } = cloud;
  if (count < 1) throw new Fault('empty', 'The distance matrix has no rows.');
  const refuse = (message: string) =>
    new Fault('shape-mismatch', message, {
      hint: 'A precomputed matrix holds the distance of points i and j at [i, j] and at [j, i]. For coordinates choose another metric.',
    });
  if (count !== width) throw refuse(`A distance matrix must be square, but this one is ${count} × ${width}.`);
  const values = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    if (given[i * count + i] !== 0)
      throw refuse(`Entry [${i}, ${i}] of the diagonal is ${given[i * count + i]}, not 0.`);
    for (let j = 0; j < i; j++) {
      const below = given[i * count + j]!;
      const above = given[j * count + i]!;
      if (!(below >= 0)) throw refuse(`Entry [${i}, ${j}] is ${below}, which is no distance.`);
      if (!(below === above || Math.abs(below - above) <= 1e-6 * Math.max(below, above))) {
        throw refuse(`The matrix is not symmetric: [${i}, ${j}] is ${below}, but [${j}, ${i}] is ${above}.`);
      }
      values[i * count + j] = below;
      values[j * count + i] = below;
    }
  }
  return new DistanceMatrix(count, values);
}

/** The median of the distances between two points i < j (the mean of the middle two of an even number); 0 for one point. */
export function medianDistance(distances: DistanceMatrix): number {
  const { count, values } = distances;
  const upper = new Float32Array((count * (count - 1)) / 2);
  for (let i = 0, at = 0; i < count; i++) {
    upper.set(values.subarray(i * count + i + 1, (i + 1) * count), at);
    at += count - i - 1;
  }
  if (upper.length === 0) return 0;
  upper.sort();
  const middle = upper.length >> 1;
  return upper.length % 2 === 1 ? upper[middle]! : (upper[middle - 1]! + upper[middle]!) / 2;
}
