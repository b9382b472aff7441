import type { PersistenceDiagram } from './diagram';

/** Number of bars alive at each scale: a row per dimension, flat, `counts[dimension * scales.length + k]`. */
export interface BettiCurve {
  /** Ascending. */
  readonly scales: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Betti numbers at given ascending scales: a bar [birth, death) is alive from its birth until just before its death.
 * Dimensions 0 … maxDimension. O(pairs · log scales + scales).
 */
export function bettiCurve(diagram: PersistenceDiagram, maxDimension: number, scales: Float64Array): BettiCurve {
  const width = scales.length;
  const counts = new Float64Array((maxDimension + 1) * width);
  const { dimension, birth, death } = diagram;
  for (let i = 0; i < dimension.length; i++) {
    if (dimension[i]! > maxDimension) continue;
    const row = dimension[i]! * width;
    const from = firstNotBelow(scales, birth[i]!);
    const to = firstNotBelow(scales, death[i]!);
    if (from < width) counts[row + from] = counts[row + from]! + 1;
    if (to < width) counts[row + to] = counts[row + to]! - 1;
  }
  for (let row = 0; row < counts.length; row += width)
    for (let k = 1; k < width; k++) counts[row + k] = counts[row + k]! + counts[row + k - 1]!;
  return { scales, counts };
}

/**
 * At most `limit` scales to draw the curves at. Where there are no more distinct births and finite deaths than that, they are
 * exactly these: the curve then has every step at its place. Else evenly spaced from the first to the last.
 */
export function bettiScales(diagram: PersistenceDiagram, limit: number): Float64Array {
  const events = Float64Array.from([...diagram.birth, ...diagram.death.filter(Number.isFinite)]).sort();
  const distinct = events.filter((value, i) => i === 0 || value > events[i - 1]!);
  if (distinct.length <= limit) return distinct;
  const first = distinct[0]!;
  const last = distinct[distinct.length - 1]!;
  const scales = Float64Array.from({ length: limit }, (_, k) => first + ((last - first) * k) / Math.max(1, limit - 1));
  if (limit > 1) scales[limit - 1] = last;
  return scales;
}

/** Index of the first value that is not below `bound`. */
function firstNotBelow(ascending: Float64Array, bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
