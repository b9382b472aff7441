import type { DistanceMatrix } from './distances';
import { precomputedDistances } from './distances';
import type { Metric } from './metric';
import type { PairwiseDistances } from './pairwiseDistances';
import type { PointCloud } from './pointCloud';
import { unitRows } from './unitRows';

/**
 * Distances of a cloud, each computed when it is asked for, in double precision, with O(n · width) memory: for clouds whose matrix would not
 * fit. The metrics are those of `distanceMatrix`; `precomputed` takes the cloud for its matrix, and throws as `precomputedDistances`.
 */
export function pointDistances(cloud: PointCloud, metric: Metric): PairwiseDistances {
  const { count, width, values } = cloud;
  switch (metric) {
    case 'precomputed': {
      const matrix: DistanceMatrix = precomputedDistances(cloud);
      return matrix;
    }
    case 'euclidean':
      return {
        count,
        at: (i, j) => Math.sqrt(squaredDistance(values, i * width, j * width, width)),
        below: (i, j, bound) => Math.sqrt(squaredBelow(values, i * width, j * width, width, bound * bound * SLACK)),
      };
    case 'manhattan':
      return {
        count,
        at: (i, j) => {
          let sum = 0;
          for (let k = 0, a = i * width, b = j * width; k < width; k++, a++, b++)
            sum += Math.abs(values[a]! - values[b]!);
          return sum;
        },
      };
    case 'chebyshev':
      return {
        count,
        at: (i, j) => {
          let largest = 0;
          for (let k = 0, a = i * width, b = j * width; k < width; k++, a++, b++) {
            const difference = Math.abs(values[a]! - values[b]!);
            if (difference > largest) largest = difference;
          }
          return largest;
        },
      };
    case 'cosine':
    case 'correlation': {
      const rows = unitRows(cloud, metric === 'correlation');
      const undirected = new Uint8Array(count);
      for (const i of rows.undirected) undirected[i] = 1;
      return {
        count,
        at: (i, j) => {
          if (i === j) return 0;
          if (undirected[i] === 1 || undirected[j] === 1) return 1;
          return squaredDistance(rows.values, i * width, j * width, width) / 2;
        },
      };
    }
  }
}

/** What rounding the square of a bound may do, relative to it, and more. */
const SLACK = 1 + 1e-9;
/** Coordinates between two looks at the bound. */
const STRIDE = 32;

/** `squaredDistance`, to the bit, or ∞ where it is beyond the bound: sums only grow. */
export function squaredBelow(
  values: Float32Array | Float64Array,
  a: number,
  b: number,
  width: number,
  bound: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  while (k + 3 < width) {
    for (const end = Math.min(k + STRIDE, width - 3); k < end; k += 4) {
      const d0 = values[a + k]! - values[b + k]!;
      const d1 = values[a + k + 1]! - values[b + k + 1]!;
      const d2 = values[a + k + 2]! - values[b + k + 2]!;
      const d3 = values[a + k + 3]! - values[b + k + 3]!;
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    if (s0 + s1 + (s2 + s3) > bound) return Infinity;
  }
  for (; k < width; k++) {
    const difference = values[a + k]! - values[b + k]!;
    s0 += difference * difference;
  }
  return s0 + s1 + (s2 + s3);
}

/** Of two rows that begin at `a` and `b`. Four sums, which the processor can add to side by side. */
export function squaredDistance(values: Float32Array | Float64Array, a: number, b: number, width: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < width; k += 4) {
    const d0 = values[a + k]! - values[b + k]!;
    const d1 = values[a + k + 1]! - values[b + k + 1]!;
    const d2 = values[a + k + 2]! - values[b + k + 2]!;
    const d3 = values[a + k + 3]! - values[b + k + 3]!;
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; k < width; k++) {
    const difference = values[a + k]! - values[b + k]!;
    s0 += difference * difference;
  }
  return s0 + s1 + (s2 + s3);
}
