import type { Cancellation } from '../base/cancellation';
import { euclideanDistance, type PointCloud } from './pointCloud';

/**
 * The distance from each point to its `rank`-th nearest neighbour, itself not counted (the farthest where there are fewer).
 */
export function neighbourDistances(cloud: PointCloud, rank: number, cancellation: Cancellation): Float64Array {
  const { count } = cloud;
  const nearest = new Float64Array(Math.max(1, Math.min(rank, count - 1)));
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    // The nearest so far, ascending: a new one is inserted and the farthest falls off.
    nearest.fill(Infinity);
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const distance = euclideanDistance(cloud, i, j);
      let slot = nearest.length - 1;
      if (distance >= nearest[slot]!) continue;
      for (; slot > 0 && nearest[slot - 1]! > distance; slot--) nearest[slot] = nearest[slot - 1]!;
      nearest[slot] = distance;
    }
    result[i] = count > 1 ? nearest[nearest.length - 1]! : 0;
  }
  return result;
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
