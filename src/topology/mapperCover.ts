import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount, formatQuantity } from '../base/numbers';
import { poll } from './filteredComplex';

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

/** The points above each box of a product of covers, one cover a lens. Boxes without a point are left out. */
export interface BoxCover {
  /** Intervals of box b, one a lens: [b·lenses, (b + 1)·lenses). */
  readonly intervals: Uint32Array;
  /** Number of each box in the whole product, the last lens running fastest; ascends. */
  readonly boxes: Float64Array;
  /** Points of box b, ascending: [start[b], start[b + 1]) of `points`. */
  readonly start: Uint32Array;
  readonly points: Uint32Array;
}

/** Boxes have numbers: throws `too-large`, with what would do, where the product of so many intervals of each lens has too many. */
export function refuseTooManyBoxes(intervals: readonly number[]): void {
  if (!(intervals.reduce((product, count) => product * count, 1) > Number.MAX_SAFE_INTEGER)) return;
  const fit = Math.floor(Number.MAX_SAFE_INTEGER ** (1 / intervals.length));
  throw tooMany(
    'The cover has more boxes than can be numbered.',
    `Up to ${formatCount(fit)} intervals of each of ${formatQuantity(intervals.length, 'lens', 'lenses')} would do.`,
  );
}

/** What a point takes in a box: in the cover, as a member of a node, and in the nerve. */
export const BYTES_PER_PLACE = 40;
/** As many as a list may be long, whatever there is of memory. */
const MOST_PLACES = 100_000_000;

/** Sorts points into the boxes of a product cover. A point may be in so many of them that the lists outgrow memory: more than `most` places in all are refused as `too-large`, with the overlap that would do. */
export function boxCover(
  lenses: readonly Float64Array[],
  covers: readonly IntervalCover[],
  cancellation: Cancellation,
  most = MOST_PLACES,
): BoxCover {
  const width = lenses.length;
  const count = lenses[0]?.length ?? 0;
  // First and last interval of every lens that a point is in: those between hold it, too.
  const first = new Int32Array(count * width);
  const last = new Int32Array(count * width);
  let places = 0;
  for (let i = 0; i < count; i++) {
    poll(i, cancellation);
    let boxes = 1;
    for (let axis = 0; axis < width; axis++) {
      const value = lenses[axis]![i]!;
      const { from, to } = covers[axis]!;
      first[i * width + axis] = firstWhere(to.length, k => to[k]! >= value);
      last[i * width + axis] = firstWhere(from.length, k => from[k]! > value) - 1;
      boxes *= Math.max(0, last[i * width + axis]! - first[i * width + axis]! + 1);
    }
    places += boxes;
  }
  refuseTooMany(places, count, width, Math.min(most, MOST_PLACES));

  const sizes = new Map<number, number>();
  const forEachPlace = (visit: (box: number, point: number) => void) => {
    const enter = (point: number, axis: number, box: number) => {
      if (axis === width) return visit(box, point);
      const place = point * width + axis;
      for (let k = first[place]!; k <= last[place]!; k++) enter(point, axis + 1, box * covers[axis]!.from.length + k);
    };
    for (let i = 0; i < count; i++) {
      poll(i, cancellation);
      enter(i, 0, 0);
    }
  };
  forEachPlace(box => sizes.set(box, (sizes.get(box) ?? 0) + 1));
  const boxes = Float64Array.from(sizes.keys()).sort();
  const start = new Uint32Array(boxes.length + 1);
  const next = new Map<number, number>();
  boxes.forEach((box, b) => {
    next.set(box, start[b]!);
    start[b + 1] = start[b]! + sizes.get(box)!;
  });
  const points = new Uint32Array(places);
  forEachPlace((box, point) => {
    const place = next.get(box)!;
    points[place] = point;
    next.set(box, place + 1);
  });

  const intervals = new Uint32Array(boxes.length * width);
  boxes.forEach((box, b) => {
    for (let axis = width - 1, rest = box; axis >= 0; axis--) {
      const size = covers[axis]!.from.length;
      intervals[b * width + axis] = rest % size;
      rest = Math.floor(rest / size);
    }
  });
  return { intervals, boxes, start, points };
}

/** A point is in at most ⌈1 / (1 − overlap)⌉ intervals of a lens, however many there are, and in one more where it lies on an end. */
function refuseTooMany(places: number, count: number, lenses: number, most: number): void {
  if (places <= most) return;
  const each = Math.floor((most / count) ** (1 / lenses));
  const overlap = Math.floor(100 * (1 - 1 / each)) / 100;
  throw tooMany(
    `The points would be in ${formatCount(places)} places of the cover’s boxes; there is room for ${formatCount(most)}.`,
    overlap >= 0 ? `An overlap of ${overlap} would fit.` : 'Take fewer points.',
  );
}

function tooMany(sentence: string, hint: string): Fault {
  return new Fault('too-large', sentence, { hint, source: 'intervals' });
}

/** The least of 0 … count − 1 for which something holds that holds for all after it; `count` where there is none. */
function firstWhere(count: number, holds: (k: number) => boolean): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
