import type { ComparedPair } from './compare';
import type { DifferenceTest } from './comparedPair';
import { holm } from '../../topology/holm';

/** The pairs with their p-values adjusted for all that were computed of one kind of distance: every pair, H0 and H1. */
export function adjustedPairs(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  const adjustedOf = (kind: 'bottleneck' | 'wasserstein') => {
    const values = pairs.map(({ test }) => test?.[kind] ?? []);
    const adjusted = holm(values.flat());
    let from = 0;
    return values.map(list => adjusted.slice(from, (from += list.length)));
  };
  const [bottleneck, wasserstein] = [adjustedOf('bottleneck'), adjustedOf('wasserstein')];
  return pairs.map((pair, i) => {
    if (pair.test === null) return pair;
    const own = { bottleneck: bottleneck[i]!, wasserstein: wasserstein[i]! };
    const smallest = Math.min(1, 2 * Math.min(...own.bottleneck, ...own.wasserstein));
    return { ...pair, test: { ...pair.test, adjusted: { ...own, smallest, significant: smallest <= LEVEL } } };
  });
}

/** The level that a finding must pass after adjustment. */
const LEVEL = 0.05;

/** Whether a layer's shape differs by more than the rows that were drawn, in any dimension and either distance, each of which is tested at half the level. */
export function isSignificant(test: DifferenceTest | null): boolean {
  return test?.adjusted?.significant ?? false;
}

/** The smallest adjusted p-value of a pair; 1 where there is none. */
export function smallestAdjusted(test: DifferenceTest | null): number {
  return test?.adjusted?.smallest ?? 1;
}
