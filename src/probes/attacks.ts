import { Cancellation } from '../base/cancellation';
import type { Random } from '../base/random';
import type { PiecewisePass } from './piecewise/piecewiseNetwork';

export interface AttackOptions {
  /** Largest change of a value. */
  readonly epsilon: number;
  /** Steps of projected gradient descent; 1 with a step of `epsilon` is FGSM. */
  readonly steps: number;
  /** The first begins at the row, those that follow at random places of the box. */
  readonly restarts: number;
  /** Values are kept within. */
  readonly range: readonly [number, number];
  readonly cancellation?: Cancellation;
}

/** The margin of a class over the best other, and which that is; of one score, class 1 is that of positive ones. */
export function marginOf(
  scores: ArrayLike<number>,
  label: number,
): { readonly margin: number; readonly other: number } {
  if (scores.length === 1) return { margin: label === 1 ? scores[0]! : -scores[0]!, other: 1 - label };
  let other = label === 0 ? 1 : 0;
  for (let k = other + 1; k < scores.length; k++) if (k !== label && scores[k]! > scores[other]!) other = k;
  return { margin: scores[label]! - scores[other]!, other };
}

/**
 * Looks for a row within `epsilon` (largest change of a value) that a network does not give the class `label`: the fast gradient sign method (Goodfellow, Shlens, Szegedy 2015) where there is one step,
 * projected gradient descent (Madry et al. 2018) otherwise, on the margin over the best other class, which does not flatten where a network is sure. Gives the row with the smallest margin that it
 * came by, in float32 and inside the box, and stops at the first that is below 0.
 */
export function attackRow(
  pass: PiecewisePass,
  row: ArrayLike<number>,
  label: number,
  { epsilon, steps, restarts, range, cancellation = Cancellation.never }: AttackOptions,
  random: Random,
): { readonly row: Float32Array; readonly margin: number } {
  const width = row.length;
  const best = { row: Float32Array.from(row), margin: Infinity };
  const current = new Float32Array(width);
  const seed = new Float64Array(pass.network.sizes[pass.network.output]!);
  const size = steps === 1 ? epsilon : (2.5 * epsilon) / steps;
  const put = (k: number, value: number) => (current[k] = within(value, row[k]!, epsilon, range));
  for (let restart = 0; restart < restarts; restart++) {
    for (let k = 0; k < width; k++) put(k, restart === 0 ? row[k]! : row[k]! + epsilon * (2 * random.uniform() - 1));
    for (let step = 0; step <= steps; step++) {
      cancellation.throwIfCancelled();
      const { margin, other } = marginOf(pass.forward(current), label);
      if (margin < best.margin) {
        best.margin = margin;
        best.row.set(current);
        if (margin < 0) return best;
      }
      if (step === steps) break;
      seed.fill(0);
      if (seed.length === 1) seed[0] = label === 1 ? 1 : -1;
      else {
        seed[label] = 1;
        seed[other] = -1;
      }
      const gradient = pass.backward(seed);
      for (let k = 0; k < width; k++) put(k, current[k]! - size * Math.sign(gradient[k]!));
    }
  }
  return best;
}

/** A value as float32 that is no farther than `epsilon` from where it was, and in the range of the data unless it was beyond. */
export function within(value: number, from: number, epsilon: number, [low, high]: readonly [number, number]): number {
  const floor = Math.max(from - epsilon, Math.min(low, from));
  const ceiling = Math.min(from + epsilon, Math.max(high, from));
  const wanted = Math.min(ceiling, Math.max(floor, value));
  const rounded = Math.fround(wanted);
  if (rounded >= floor && rounded <= ceiling) return rounded;
  // Rounding left the box; a little inwards it does not, unless the box is narrower than float32 can tell.
  const inward = Math.fround(wanted + (from - wanted) * 1e-3);
  return inward >= floor && inward <= ceiling ? inward : from;
}
