/**
 * The smallest value that at least a share `probability` of the values do not exceed: an order statistic, never an
 * interpolation. NaN where there are no values.
 */
export function orderStatistic(values: ArrayLike<number>, probability: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  // 0.95 · 20 is 19 with a rounding error above it.
  const rank = Math.ceil(probability * sorted.length - 1e-9);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))]!;
}

/** Linear interpolation between order statistics, as numpy's default. NaN where there are no values. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** The same of values that are ascending already. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) return NaN;
  const position = probability * (sorted.length - 1);
  const below = Math.min(sorted.length - 1, Math.max(0, Math.floor(position)));
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (position - below);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
