import { Fault } from '../base/fault';

/** Closed intervals [from[k], to[k]] that cover the range of a lens. */
export interface IntervalCover {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/**
 * `intervals` intervals of one width w = range / (1 + (intervals − 1)(1 − overlap)), each w·(1 − overlap) after the last, so that
 * `overlap` is the share of an interval that it has in common with the next. The first begins at the minimum and the last ends
 * at the maximum exactly. A constant lens has one interval. Throws `usage` for an overlap outside [0, 1) or no interval.
 *
 *     min |———————|        w
 *              |———————|
 *                   |———————| max
 */
export function intervalCover(lens: ArrayLike<number>, intervals: number, overlap: number): IntervalCover {
  if (!(Number.isInteger(intervals) && intervals >= 1))
    throw new Fault('usage', `The number of intervals must be a whole number of at least 1, not ${intervals}.`);
  if (!(overlap >= 0 && overlap < 1)) throw new Fault('usage', `The overlap must be in [0, 1), not ${overlap}.`);
  let least = Infinity;
  let largest = -Infinity;
  for (let i = 0; i < lens.length; i++) {
    least = Math.min(least, lens[i]!);
    largest = Math.max(largest, lens[i]!);
  }
  if (lens.length === 0) return { from: new Float64Array(0), to: new Float64Array(0) };
  if (least === largest) return { from: Float64Array.of(least), to: Float64Array.of(largest) };
  const width = (largest - least) / (1 + (intervals - 1) * (1 - overlap));
  const step = width * (1 - overlap);
  const from = Float64Array.from({ length: intervals }, (_, k) => least + k * step);
  const to = from.map(start => start + width);
  to[intervals - 1] = largest;
  return { from, to };
}
