/** An area under the ROC curve with its 95 % interval. */
export interface AreaUnderCurve {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How well scores tell two groups apart: the share of pairs in which the one of the first group has the larger score, ties counting half (Mann and Whitney 1947). The interval is value ± 1.96
 * standard errors of Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143, 1982. 0.5 where a group is empty.
 */
export function areaUnderCurve(first: ArrayLike<number>, second: ArrayLike<number>): AreaUnderCurve {
  const [m, n] = [first.length, second.length];
  if (m === 0 || n === 0) return { value: 0.5, low: 0, high: 1 };
  const others = Float64Array.from(second).sort();
  let wins = 0;
  for (let i = 0; i < m; i++) wins += (below(others, first[i]!, false) + below(others, first[i]!, true)) / 2;
  const value = wins / (m * n);
  const [q1, q2] = [value / (2 - value), (2 * value * value) / (1 + value)];
  const variance = (value * (1 - value) + (m - 1) * (q1 - value * value) + (n - 1) * (q2 - value * value)) / (m * n);
  const half = 1.959963984540054 * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

/** How many of the ascending values are less, or no larger. */
function below(sorted: Float64Array, value: number, equal: boolean): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (equal ? sorted[middle]! <= value : sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
