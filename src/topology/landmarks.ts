import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { Random } from '../base/random';
import type { PairwiseDistances } from './pairwiseDistances';

export interface LandmarkOptions {
  /** Of the first landmark (maxmin) or of all (random). */
  readonly seed: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** Some of the points of a cloud, and how well they stand for all of it. */
export interface Landmarks {
  /** Points, in the order in which they were chosen. */
  readonly indices: Uint32Array;
  /** How far each landmark was from those before it; the first one's is ∞. */
  readonly insertionRadii: Float64Array;
  /**
   * d_H, the Hausdorff distance between the landmarks and the cloud: how far the worst point is from its nearest landmark. In a metric, the
   * Rips diagrams of the landmarks and of the cloud, in edge lengths (diameters), are at most 2 · d_H apart in bottleneck distance
   * (`landmarkBound`). Where scales are radii, half an edge length, the same bound reads d_H.
   */
  readonly coveringRadius: number;
}

/**
 * The bound on the bottleneck distance between the Rips diagram of landmarks and that of the cloud, in edge lengths and in every dimension:
 * 2 · d_GH ≤ 2 · d_H (Chazal, de Silva, Oudot, "Persistence stability for geometric complexes", Geometriae Dedicata 173, 2014).
 * It needs the triangle inequality.
 */
export function landmarkBound({ coveringRadius }: Landmarks): number {
  return 2 * coveringRadius;
}

/**
 * Maxmin landmarks (farthest-point sampling; de Silva, Carlsson 2004): the first is drawn with the seed, and each next one is the point farthest
 * from those chosen. The covering radius is at most twice the smallest that so many points can have (Gonzalez 1985). Ties go to the smaller index.
 * All points where `count` is not below their number. O(n · count) distances, O(n) memory.
 */
export function maxminLandmarks(distances: PairwiseDistances, count: number, options: LandmarkOptions): Landmarks {
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  checkCount(distances, count);
  const all = distances.count;
  const chosen = Math.min(count, all);
  const indices = new Uint32Array(chosen);
  const insertionRadii = new Float64Array(chosen);
  const nearest = new Float64Array(all).fill(Infinity);
  const below = (i: number, j: number, bound: number) => distances.below?.(i, j, bound) ?? distances.at(i, j);
  let next = new Random(options.seed, 'landmarks').integer(all);
  let farthest = Infinity;
  for (let k = 0; k < chosen; k++) {
    progress(k / chosen, 'choosing landmarks');
    indices[k] = next;
    insertionRadii[k] = farthest;
    nearest[next] = -1; // never chosen twice, duplicates or not
    const landmark = next;
    next = 0;
    farthest = -1;
    for (let i = 0; i < all; i++) {
      if ((i & 4095) === 0) cancellation.throwIfCancelled();
      if (nearest[i]! < 0) continue;
      const distance = below(landmark, i, nearest[i]!);
      if (distance < nearest[i]!) nearest[i] = distance;
      if (nearest[i]! > farthest) {
        farthest = nearest[i]!;
        next = i;
      }
    }
  }
  return { indices, insertionRadii, coveringRadius: Math.max(0, farthest) };
}

/** Landmarks drawn uniformly without replacement, ascending: cheaper to reason about, but without a bound on how well they cover. O(n · count). */
export function randomLandmarks(distances: PairwiseDistances, count: number, options: LandmarkOptions): Landmarks {
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  checkCount(distances, count);
  const indices = new Random(options.seed, 'landmarks').sample(distances.count, count);
  const insertionRadii = new Float64Array(indices.length);
  const nearest = new Float64Array(distances.count).fill(Infinity);
  indices.forEach((landmark, k) => {
    progress(k / indices.length, 'covering with landmarks');
    insertionRadii[k] = nearest[landmark]!;
    for (let i = 0; i < nearest.length; i++) {
      if ((i & 4095) === 0) cancellation.throwIfCancelled();
      const distance = distances.at(landmark, i);
      if (distance < nearest[i]!) nearest[i] = distance;
    }
  });
  return { indices, insertionRadii, coveringRadius: nearest.reduce((a, b) => Math.max(a, b), 0) };
}

function checkCount({ count: all }: PairwiseDistances, count: number): void {
  if (all < 1) throw new Fault('empty', 'There are no points to choose landmarks from.');
  if (!(Number.isInteger(count) && count >= 1))
    throw new Fault('usage', `The number of landmarks must be a whole number of at least 1, not ${count}.`);
}
