import type { Cancellation } from '../base/cancellation';
import { PointBlocks } from './pointBlocks';
import type { PointCloud } from './pointCloud';
import { spatialOrder } from './spatialOrder';

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
  { points, placeOf } = spatialOrder(cloud, cancellation),
): Float64Array {
  const { count } = cloud;
  const blocks = new PointBlocks(cloud, points, cancellation);
  const asked = Math.min(count, most);
  const pointAt = (k: number) => Math.floor((k * count) / asked);
  // Side by side in space, and back.
  const order = Uint32Array.from({ length: asked }, (_, k) => k).sort((a, b) => placeOf[pointAt(a)]! - placeOf[pointAt(b)]!); // prettier-ignore
  const found = blocks.neighbourDistances(order.map(pointAt), rank);
  const distances = new Float64Array(asked);
  order.forEach((k, place) => (distances[k] = found[place]!));
  return distances;
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
