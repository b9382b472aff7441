import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
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

/** A point may be in so many boxes that the lists outgrow memory: more places in all are refused. */
const MOST_PLACES = 100_000_000;

/** Sorts points into the boxes of a product cover. Throws `too-large`. */
export function boxCover(
  lenses: readonly Float64Array[],
  covers: readonly IntervalCover[],
  cancellation: Cancellation,
): BoxCover {
  if (!(covers.reduce((product, cover) => product * cover.from.length, 1) <= Number.MAX_SAFE_INTEGER))
    throw tooMany('The cover has more boxes than can be numbered.');
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
  if (places > MOST_PLACES) throw tooMany(`The points are in ${places} places of the cover's boxes.`);

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

function tooMany(sentence: string): Fault {
  return new Fault('too-large', sentence, { hint: 'Take fewer lenses, fewer intervals, or a smaller overlap.' });
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
