/**
 * p-values adjusted for their number (Holm 1979): the chance of a single false find among all that are below a level is at most that level, however the tests
 * depend on each other. In the order given; never below the values themselves.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, i) => i).sort((x, y) => pValues[x]! - pValues[y]! || x - y);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[i]! * (pValues.length - rank)));
    adjusted[i] = largest;
  });
  return adjusted;
}
