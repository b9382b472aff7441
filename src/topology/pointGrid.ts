import type { Cancellation } from '../base/cancellation';
import { leadingRotation, type LeadingRotation } from './leadingRotation';
import type { PointCloud } from './pointCloud';

/** Points in a panel of `kernels/spanningTree.as`. */
export const PANEL = 8;

/** A squared norm of quantised points must stay below 2²⁹, so that squared distances, at most four times it, stay in 32 bits. */
const LARGEST_NORM = Math.sqrt(2 ** 29 - 1);
/** More than so many times the norm of nearly all points: outliers, for which all others would be coarse. */
const OUTLYING = 4;
const NEARLY_ALL = 0.999;
/** Norms that are sorted to know that of nearly all points; of more points evenly spaced ones. */
const MOST_SORTED = 1 << 16;
const LARGEST = 2 ** 31 - 1;
const POINTS_BETWEEN_POLLS = 1 << 10;

/** A grid of whole numbers of 16 bits for points that are not too far from their middle. */
export interface PointGrid {
  readonly origin: Float64Array;
  /** Of a step of the grid: a power of two. Whole numbers, and all multiples of one, are then represented exactly, so that ties are seen as such. */
  readonly scale: number;
  /** Points no farther than this from their mean fit. */
  readonly reach: number;
  /** Distance of each point from the mean, in the given order. */
  readonly lengths: Float64Array;
  /** Points are turned before they are put on the grid; not where they are on it as they are. */
  readonly rotation: LeadingRotation | undefined;
  /** The first coordinates are the leading ones: all of them without a rotation. Even. */
  readonly leading: number;
}

/** The grid for some points of a cloud. */
export function pointGrid({ values, width }: PointCloud, points: Uint32Array, cancellation: Cancellation): PointGrid {
  const count = points.length;
  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    if (i % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const row = points[i]! * width;
    for (let k = 0; k < width; k++) mean[k] = mean[k]! + values[row + k]! / count;
  }
  const lengths = new Float64Array(count);
  let longest = 0;
  for (let i = 0; i < count; i++) {
    if (i % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const row = points[i]! * width;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (values[row + k]! - mean[k]!) ** 2;
    lengths[i] = Math.sqrt(sum);
    longest = Math.max(longest, lengths[i]!);
  }
  const step = Math.ceil(count / MOST_SORTED);
  const sample = Float64Array.from({ length: Math.ceil(count / step) }, (_, k) => lengths[k * step]!).sort();
  const usual = sample[Math.floor(NEARLY_ALL * (sample.length - 1))] ?? 0;
  const reach = longest <= OUTLYING * usual ? longest : usual;
  const room = LARGEST_NORM - 2 * Math.sqrt(width) - 2;
  const scale = reach > 0 && reach < Infinity ? 2 ** Math.ceil(Math.log2(reach / room)) : 1;
  const origin = mean.map(value => scale * Math.round(value / scale));
  const rotation = isOnGrid({ values, width }, points, origin, scale)
    ? undefined
    : leadingRotation({ width, values }, points, mean, cancellation);
  return { origin, scale, reach, lengths, rotation, leading: rotation?.leading ?? 2 * Math.ceil(width / 2) };
}

/** Whether all points are; mostly the first says that they are not. */
function isOnGrid(
  { values, width }: Pick<PointCloud, 'values' | 'width'>,
  points: Uint32Array,
  origin: Float64Array,
  scale: number,
): boolean {
  return points.every(point =>
    origin.every((middle, axis) => Number.isInteger((values[point * width + axis]! - middle) / scale)),
  );
}

/** Where `packPanels` puts points: as the kernel takes them. */
export interface Panels {
  /** Of 8 points, by pairs of coordinates. */
  readonly panels: Int16Array;
  /** Squared norms, of all coordinates and of the leading ones. */
  readonly norms: Int32Array;
  readonly leads: Int32Array;
}

/**
 * Writes the first `packed` of some points on a grid into panels. Those that are out of reach are drawn towards the middle until they fit, which lengthens no distance (the projection onto a
 * ball). Returns at most how far a point, or what is drawn of it, is from its place on the grid.
 */
export function packPanels(
  { values, width }: PointCloud,
  points: Uint32Array,
  packed: number,
  { origin, scale, reach, lengths, rotation, leading }: PointGrid,
  { panels, norms, leads }: Panels,
  cancellation: Cancellation,
): number {
  const coordinatePairs = Math.ceil(width / 2);
  let worst = 0;
  let allWithin = true;
  const turned = new Float64Array(width);
  for (let place = 0; place < packed; place++) {
    if (place % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const row = points[place]! * width;
    const panel = Math.floor(place / PANEL) * PANEL * 2 * coordinatePairs + 2 * (place % PANEL);
    const within = lengths[place]! <= reach;
    allWithin &&= within;
    const drawn = within ? 1 : reach / lengths[place]!;
    for (let k = 0; k < width; k++) turned[k] = values[row + k]! - origin[k]!;
    rotation?.turn(turned);
    let norm = 0;
    let missed = 0;
    for (let k = 0; k < width; k++) {
      if (k === leading) leads[place] = norm;
      const exact = (turned[k]! * drawn) / scale;
      const rounded = Math.round(exact);
      panels[panel + (k >> 1) * 16 + (k & 1)] = rounded;
      norm += rounded * rounded;
      missed += (exact - rounded) ** 2;
    }
    norms[place] = norm;
    if (leading >= width) leads[place] = norm;
    worst = Math.max(worst, missed);
  }
  // The origin is not quite the mean, from which lengths are.
  const offCentre = allWithin ? 0 : (scale * Math.sqrt(width)) / 2;
  // Subtracting the origin rounds too, and so does turning.
  const rounding = (4 * Number.EPSILON + (rotation?.error ?? 0)) * reach;
  return worst === 0 && allWithin ? 0 : offCentre + scale * Math.sqrt(worst) * (1 + 1e-9) + rounding;
}

/** A whole number such that squared distances on the grid from it on stand for squared distances that are not below the limit, where a point is no farther from its place than `error`. */
export function squareOnGrid(limit: number, scale: number, error: number): number {
  const length = (Math.sqrt(limit) + 2 * error) / scale;
  const square = error === 0 ? Math.ceil(limit / (scale * scale)) : Math.ceil(length * length * (1 + 1e-9)) + 1;
  return square < LARGEST ? square : LARGEST;
}
