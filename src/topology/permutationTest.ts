import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { Random } from '../base/random';
import { bottleneckDistance, wassersteinDistance } from './diagramDistance';
import type { DiagramPoints } from './diagramPoints';
import type { PairwiseDistances } from './pairwiseDistances';
import { slicedWassersteinDistance } from './slicedWasserstein';

export interface PermutationTestOptions {
  readonly seed: number;
  /** 999 unless given. */
  readonly permutations?: number;
  /** The power q of the distances in the loss; 1 unless given. */
  readonly power?: number;
  readonly cancellation?: Cancellation;
}

export interface PermutationTest {
  /** (1 + #{permuted at least as extreme as seen}) / (1 + permutations): never 0, and exact at any number of permutations. */
  readonly pValue: number;
  /** The joint loss of the groups as given. */
  readonly loss: number;
  readonly permutations: number;
}

/** Sums of the same terms in another order differ by rounding; such a tie counts as extreme, which errs on the side of no difference. */
export const TIE = 1e-12;

/**
 * Whether groups of persistence diagrams differ: Robinson, Turner, "Hypothesis testing for topological data analysis", Journal of Applied and Computational
 * Topology 1, 2017. The joint loss is Σ over groups m of Σ over i, j in m of d(i, j)^q ÷ (2 n_m (n_m − 1)); labels are shuffled, and a loss
 * no larger than the one seen is as extreme (the statistic that grows with the difference is −loss). The null is that labels are exchangeable: points of one cloud in several
 * diagrams, such as overlapping subsamples, make diagrams dependent and the p-value too small.
 *
 * `groups` is the group of each diagram, 0 … m − 1. Throws `usage` unless there are two groups of two diagrams each, or more, and all distances are finite.
 */
export function permutationTest(
  distances: PairwiseDistances,
  groups: ArrayLike<number>,
  options: PermutationTestOptions,
): PermutationTest {
  const { permutations = 999, power = 1, cancellation = Cancellation.never } = options;
  const { count } = distances;
  const sizes = checkGroups(count, groups);
  if (!(Number.isInteger(permutations) && permutations >= 1))
    throw new Fault('usage', `The number of permutations must be a whole number of at least 1, not ${permutations}.`);
  if (!(power > 0)) throw new Fault('usage', `The power of the distances must be above 0, not ${power}.`);
  const costs = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = distances.at(i, j);
      if (!(distance < Infinity))
        throw new Fault(
          'usage',
          `Diagrams ${j} and ${i} are infinitely far apart: they differ in their endless bars.`,
          {
            hint: 'Compare one dimension, and complexes that are taken to the same end.',
          },
        );
      costs[i * count + j] = distance ** power;
    }
  }
  const loss = jointLoss(costs, Uint32Array.from(groups), sizes);
  const random = new Random(options.seed, 'permutation test');
  let extreme = 0;
  for (let k = 0; k < permutations; k++) {
    cancellation.throwIfCancelled();
    const shuffled = random.permutation(count).map(i => groups[i]!);
    if (jointLoss(costs, shuffled, sizes) <= loss * (1 + TIE)) extreme++;
  }
  return { pValue: (1 + extreme) / (1 + permutations), loss, permutations };
}

function checkGroups(count: number, groups: ArrayLike<number>): number[] {
  if (groups.length !== count)
    throw new Fault('usage', `There are ${count} diagrams, but groups for ${groups.length}.`);
  const sizes: number[] = [];
  for (const group of Array.from(groups)) {
    if (!(Number.isInteger(group) && group >= 0 && group < count))
      throw new Fault('usage', `Groups are whole numbers from 0, not ${group}.`);
    sizes[group] = (sizes[group] ?? 0) + 1;
  }
  const small = Array.from(sizes).findIndex(size => !(size >= 2));
  if (sizes.length < 2 || small >= 0)
    throw new Fault('usage', 'A permutation test needs at least two groups of at least two diagrams.');
  return sizes;
}

/** Pairs j < i count once, so that the 2 of the formula is gone. */
export function jointLoss(costs: Float64Array, groups: Uint32Array, sizes: readonly number[]): number {
  const sums = new Float64Array(sizes.length);
  const { length } = groups;
  for (let i = 0; i < length; i++) {
    const group = groups[i]!;
    for (let j = 0; j < i; j++) if (groups[j] === group) sums[group] = sums[group]! + costs[i * length + j]!;
  }
  return sums.reduce((total, sum, m) => total + sum / (sizes[m]! * (sizes[m]! - 1)), 0);
}

export type DiagramDistanceKind = 'bottleneck' | 'wasserstein' | 'sliced';

/** All distances between diagrams of one dimension; ∞ where two differ in the number of their essential points. */
export function diagramDistances(
  diagrams: readonly DiagramPoints[],
  kind: DiagramDistanceKind,
  cancellation = Cancellation.never,
): PairwiseDistances {
  const count = diagrams.length;
  const values = new Float64Array(count * count);
  const between = (a: DiagramPoints, b: DiagramPoints) => {
    if (kind === 'bottleneck') return bottleneckDistance(a, b, 'linf', cancellation).distance;
    if (kind === 'wasserstein') return wassersteinDistance(a, b, 1, 'linf', cancellation).distance;
    return slicedWassersteinDistance(a, b, undefined, cancellation);
  };
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      cancellation.throwIfCancelled();
      const distance = between(diagrams[i]!, diagrams[j]!) ?? Infinity;
      values[i * count + j] = distance;
      values[j * count + i] = distance;
    }
  }
  return { count, at: (i, j) => values[i * count + j]! };
}
