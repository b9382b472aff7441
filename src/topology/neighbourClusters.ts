import type { Cancellation } from '../base/cancellation';
import { BallQueries } from './ballQueries';
import type { PointCloud } from './pointCloud';

/** Cluster of each of the members, 0 … count − 1 in the order of their first core points; −1 is noise. */
export interface Clustering {
  readonly count: number;
  readonly labels: Int32Array;
}

/**
 * DBSCAN (Ester, Kriegel, Sander, Xu 1996) of some points of a cloud: a point with at least `minimumPoints` members within
 * `radius`, itself among them, is core; core points within `radius` of each other are one cluster; other points within `radius`
 * of a core point belong to the first cluster that reaches it, the rest is noise. Every point is labelled once and neighbours are counted only up to the minimum, so that dense
 * neighbourhoods are never listed; O(m²·width) time at worst.
 *
 * With `minimumPoints` 1 every point is core: these are the single-linkage clusters at `radius`, and nothing is noise.
 */
export function neighbourClusters(
  cloud: PointCloud,
  members: Uint32Array,
  radius: number,
  minimumPoints: number,
  cancellation: Cancellation,
): Clustering {
  const labels = new Int32Array(members.length).fill(-1);
  const visited = new Uint8Array(members.length);
  const unlabelled = new BallQueries(cloud, members, cancellation);
  const queue: number[] = [];
  let count = 0;
  for (let start = 0; start < members.length; start++) {
    if (visited[start]) continue;
    // Grows the cluster of `start` from core point to core point; points that are not core end it.
    queue.push(start);
    visited[start] = 1;
    let started = false;
    for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
      cancellation.throwIfCancelled();
      if (!unlabelled.hasNeighbours(current, radius, minimumPoints)) continue;
      started = true;
      unlabelled.takeWithin(current, radius, neighbour => {
        labels[neighbour] = count;
        if (visited[neighbour]) return;
        visited[neighbour] = 1;
        queue.push(neighbour);
      });
    }
    if (started) count++;
  }
  return { count, labels };
}
