/** How far weights may be shaken. */
export interface Sharpness {
  /** The largest deviation of the noise at which the loss rises by no more than `threshold` in the mean. */
  readonly sigma: number;
  readonly threshold: number;
  /** The rise at `sigma`, over the same draws at every deviation, and its standard error. */
  readonly rise: number;
  readonly standardError: number;
  readonly draws: number;
}

/** Mean rise of the loss at a deviation: one number a draw of the noise. */
export type RisesAt = (sigma: number) => Promise<Float64Array>;

const DOUBLINGS = 12;
const HALVINGS = 8;

/** The largest σ with E[ΔL] ≤ threshold, by doubling or halving from `start` and then bisection of log σ; the noise is the same at every σ. */
export async function largestDeviation(rises: RisesAt, threshold: number, start: number): Promise<Sharpness> {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  let low = start;
  let found = await rises(low);
  let high = low;
  const isFlat = mean(found) <= threshold;
  for (let k = 0; k < DOUBLINGS; k++) {
    const next = isFlat ? 2 * high : low / 2;
    const there = await rises(next);
    const passes = mean(there) <= threshold;
    if (isFlat) {
      high = next;
      if (!passes) break;
      low = next;
      found = there;
    } else {
      low = next;
      if (passes) {
        found = there;
        break;
      }
      high = next;
    }
  }
  for (let k = 0; k < HALVINGS && high > low; k++) {
    const middle = Math.sqrt(low * high);
    const there = await rises(middle);
    if (mean(there) <= threshold) {
      low = middle;
      found = there;
    } else high = middle;
  }
  const rise = mean(found);
  const variance = found.reduce((sum, value) => sum + (value - rise) ** 2, 0) / Math.max(1, found.length - 1);
  return { sigma: low, threshold, rise, standardError: Math.sqrt(variance / found.length), draws: found.length };
}
