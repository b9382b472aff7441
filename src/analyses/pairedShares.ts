import type { Change } from './redundancy';

const Z = 1.959963984540054;

/**
 * How a share changes that is measured twice on the same rows, with its 95 % interval: Wald's with half a row added to each of the four counts (Agresti and Min 2005,
 * "Simple improved confidence intervals for comparing matched proportions"), within [−1, 1].
 */
export function pairedChange(gained: number, lost: number, rows: number): Change {
  const count = rows + 2;
  const difference = (gained - lost) / count;
  const spread = (Z * Math.sqrt(gained + lost + 1 - (gained - lost) ** 2 / count)) / count;
  return {
    value: rows === 0 ? 0 : (gained - lost) / rows,
    low: Math.max(-1, difference - spread),
    high: Math.min(1, difference + spread),
    gained,
    lost,
  };
}
