import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { PairwiseDistances } from './pairwiseDistances';
import { jointLoss, TIE } from './permutationTest';

/** More pairs than this have too many swaps to try them all: 2¹⁹. */
export const MOST_SWAPPED_PAIRS = 20;

export interface SwapTest {
  /** (1 + #{swaps at least as extreme as seen}) / (1 + permutations): exact, never 0. */
  readonly pValue: number;
  /** The joint loss of the groups as given. */
  readonly loss: number;
  /** Swaps that were tried beside what was seen: all there are, 2^(pairs − 1) − 1. */
  readonly permutations: number;
}

/**
 * Whether two groups of persistence diagrams that come in pairs differ: the joint loss of Robinson and Turner (see `permutationTest`), whose labels are
 * permuted within the pairs alone. Diagrams 2i and 2i + 1 are a pair: of the same rows, seen by two networks. The null is that within each pair either
 * diagram could be either network's; pairs must be independent, such as of disjoint rows. All swaps are tried, so that no seed is needed; swapping every
 * pair gives the same loss, so that one pair stays as it is. Two networks that are the same give a p-value of 1, because no swap changes anything.
 *
 * Throws `usage` unless there are 2 to 20 pairs whose distances are all finite.
 */
export function swapTest(distances: PairwiseDistances, cancellation = Cancellation.never): SwapTest {
  const { count } = distances;
  const pairs = count / 2;
  if (!(Number.isInteger(pairs) && pairs >= 2 && pairs <= MOST_SWAPPED_PAIRS))
    throw new Fault(
      'usage',
      `A test by swaps takes 2 to ${MOST_SWAPPED_PAIRS} pairs of diagrams, not ${count} diagrams.`,
    );
  const costs = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = distances.at(i, j);
      if (!(distance < Infinity))
        throw new Fault('usage', `Diagrams ${j} and ${i} are infinitely far apart: they differ in their endless bars.`);
      costs[i * count + j] = distance;
    }
  }
  const groups = Uint32Array.from({ length: count }, (_, i) => i % 2);
  const sizes = [pairs, pairs];
  const loss = jointLoss(costs, groups, sizes);
  const swaps = 2 ** (pairs - 1);
  let extreme = 0;
  for (let swap = 1; swap < swaps; swap++) {
    if (swap % 256 === 0) cancellation.throwIfCancelled();
    for (let pair = 0; pair < pairs; pair++) {
      const swapped = (swap >> pair) & 1;
      groups[2 * pair] = swapped;
      groups[2 * pair + 1] = 1 - swapped;
    }
    if (jointLoss(costs, groups, sizes) <= loss * (1 + TIE)) extreme++;
  }
  return { pValue: (1 + extreme) / swaps, loss, permutations: swaps - 1 };
}
