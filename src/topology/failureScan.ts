import { Random } from '../base/random';
import { ErrorSlices, type ErrorSliceOptions, type SliceGround } from './errorSlices';
import type { PointCloud } from './pointCloud';
import { scanStatistic } from './scanStatistic';

/** Points that lie together and on which a network errs more than elsewhere. */
export interface FailureSlice {
  /** Ascending. */
  readonly members: Uint32Array;
  readonly errors: number;
  /** The scan statistic of the slice. */
  readonly score: number;
}

/**
 * Where errors of a network gather in a cloud of activations: slices of Mapper with the error as lens, scored by how much more they err than all else. Classes play no part: rows with a
 * wrong label always lie among those of another class, so that within their own they would gather.
 */
export class FailureScan {
  /** The graph and its lens. */
  readonly graph: ErrorSlices;

  /** `known` is what an earlier scan of the same points found out. */
  constructor(
    private readonly cloud: PointCloud,
    options: ErrorSliceOptions,
    known?: SliceGround,
  ) {
    this.graph = new ErrorSlices(cloud, options, known);
  }

  /** All slices that err more than the rest, by falling score; of equal ones the smaller first. */
  slices(errors: Uint8Array): FailureSlice[] {
    const { count } = this.cloud;
    const all = errors.reduce((sum, error) => sum + error, 0);
    if (all === 0 || all === count) return [];
    const found = this.graph.slices(errors).map((members): FailureSlice => {
      const wrong = members.reduce((sum, point) => sum + errors[point]!, 0);
      return { members, errors: wrong, score: scanStatistic(wrong, members.length, all, count) };
    });
    return found
      .filter(slice => slice.score > 0)
      .sort((a, b) => b.score - a.score || a.members.length - b.members.length || a.members[0]! - b.members[0]!);
  }

  /**
   * The largest score where the errors are shuffled over the points: what searching all slices finds where errors have no place. Each shuffling has a stream
   * of its own, so that they can be shared out.
   */
  nullScore(errors: Uint8Array, seed: number, shuffling: number): number {
    const order = new Random(seed, `failures ${shuffling}`).permutation(errors.length);
    return this.slices(Uint8Array.from(order, point => errors[point]!))[0]?.score ?? 0;
  }
}

/** Of slices by falling score those that share no point with one before them. */
export function apartFromBetter(slices: readonly FailureSlice[], count: number): FailureSlice[] {
  const taken = new Uint8Array(count);
  return slices.filter(({ members }) => {
    if (members.some(point => taken[point] === 1)) return false;
    for (const point of members) taken[point] = 1;
    return true;
  });
}
