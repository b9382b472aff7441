import type { Cancellation } from '../base/cancellation';
import { BallQueries } from './ballQueries';
import type { PointCloud } from './pointCloud';

/** Neighbours are sought of so many points at most, evenly spaced in the cloud, where the knee of the distances is all that is asked for. */
export const KNEE_SAMPLE = 5_000;

/**
 * The distance from each point to its `rank`-th nearest neighbour in the whole cloud, itself not counted (the farthest where there are fewer). With `most`, of
 * so many points, evenly spaced.
 */
export function neighbourDistances(
  cloud: PointCloud,
  rank: number,
  cancellation: Cancellation,
  most = Infinity,
): Float64Array {
  const { count } = cloud;
  const queries = new BallQueries(
    cloud,
    Uint32Array.from({ length: count }, (_, i) => i),
    cancellation,
  );
  const asked = Math.min(count, most);
  return Float64Array.from({ length: asked }, (_, k) => {
    cancellation.throwIfCancelled();
    return queries.neighbourDistance(Math.floor((k * count) / asked), rank);
  });
}

/**
 * The knee of the sorted neighbour distances, a radius for clustering: the value at the greatest depth below the chord from
 * the smallest to the largest (Satopää, Albrecht, Irwin, Raghavan 2011, "Kneedle", without smoothing). Zeros, which come
 * from duplicates, are left out; 1 where there is nothing else.
 */
export function kneeRadius(distances: Float64Array): number {
  const sorted = distances.filter(distance => distance > 0).sort();
  if (sorted.length === 0) return 1;
  const last = sorted.length - 1;
  const range = sorted[last]! - sorted[0]!;
  if (range === 0) return sorted[0]!;
  let knee = 0;
  let deepest = -Infinity;
  for (let k = 0; k <= last; k++) {
    const depth = k / last - (sorted[k]! - sorted[0]!) / range;
    if (depth > deepest) {
      deepest = depth;
      knee = k;
    }
  }
  return sorted[knee]!;
}
