import type { ComparedPair } from './compare';
import type { DifferenceTest } from './comparedPair';
import { holm } from './holm';

/** The pairs with their p-values adjusted for all that were computed of one kind of distance: every pair, H0 and H1. */
export function adjustedPairs(pairs: readonly ComparedPair[]): readonly ComparedPair[] {
  const adjustedOf = (kind: 'bottleneck' | 'wasserstein') => {
    const values = pairs.map(({ test }) => test?.[kind] ?? []);
    const adjusted = holm(values.flat());
    let from = 0;
    return values.map(list => adjusted.slice(from, (from += list.length)));
  };
  const [bottleneck, wasserstein] = [adjustedOf('bottleneck'), adjustedOf('wasserstein')];
  return pairs.map((pair, i) =>
    pair.test === null
      ? pair
      : { ...pair, test: { ...pair.test, adjusted: { bottleneck: bottleneck[i]!, wasserstein: wasserstein[i]! } } },
  );
}

/** The level that a finding must pass after adjustment. */
export const LEVEL = 0.05;

/** Whether a layer's shape differs by more than the rows that were drawn, in any dimension and either distance, each of which is tested at half the level. */
export function isSignificant(test: DifferenceTest | null): boolean {
  return smallestAdjusted(test) <= LEVEL;
}

/** The smallest adjusted p-value of a pair, twice for the two kinds of distance: at most 1. */
export function smallestAdjusted(test: DifferenceTest | null): number {
  const { adjusted } = test ?? {};
  if (adjusted === undefined) return 1;
  return Math.min(1, 2 * Math.min(...adjusted.bottleneck, ...adjusted.wasserstein));
}
