import type { Cancellation } from '../base/cancellation';
import { partition } from './partition';
import type { PointCloud } from './pointCloud';

/** Runs of so many points are not ordered any more. */
const RUN = 64;
/** So many points of a part, evenly spaced, say in which coordinate it is widest. */
const SAMPLE = 256;
const POINTS_BETWEEN_POLLS = 1 << 12;

/** The points of a cloud so that those that are near each other are side by side, whichever of them are taken. */
export interface SpatialOrder {
  readonly points: Uint32Array;
  /** Of each point, its place. */
  readonly placeOf: Uint32Array;
}

/**
 * Halves a cloud, again and again, along a coordinate in which it is wide, as a k-d tree does. Ties go by index, so that the same points have the same order. O((n + width) log n) time.
 */
export function spatialOrder({ count, width, values }: PointCloud, cancellation: Cancellation): SpatialOrder {
  const points = new Uint32Array(count);
  for (let i = 0; i < count; i++) points[i] = i;
  const along = new Float64Array(count);
  const low = new Float64Array(width);
  const high = new Float64Array(width);
  const halve = (from: number, to: number) => {
    if (to - from <= RUN) return;
    cancellation.throwIfCancelled();
    low.fill(Infinity);
    high.fill(-Infinity);
    const step = Math.ceil((to - from) / SAMPLE);
    for (let k = from; k < to; k += step) {
      const row = points[k]! * width;
      for (let axis = 0; axis < width; axis++) {
        const value = values[row + axis]!;
        if (value < low[axis]!) low[axis] = value;
        if (value > high[axis]!) high[axis] = value;
      }
    }
    let widest = 0;
    for (let axis = 1; axis < width; axis++) if (high[axis]! - low[axis]! > high[widest]! - low[widest]!) widest = axis;
    for (let k = from; k < to; k++) {
      if (k % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
      along[points[k]!] = values[points[k]! * width + widest]!;
    }
    const middle = (from + to) >> 1;
    partition(points, along, from, to, middle);
    halve(from, middle);
    halve(middle, to);
  };
  if (width > 0) halve(0, count);
  const placeOf = new Uint32Array(count);
  points.forEach((point, place) => (placeOf[point] = place));
  return { points, placeOf };
}
