import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { PointCloud } from './pointCloud';
import { squaredDistance } from './pointDistances';

/**
 * The distance to the empirical measure of a cloud at each row of `places`: the root of the mean of the squared Euclidean distances to the k = ⌈mass · n⌉ nearest points
 * (Chazal, Cohen-Steiner, Mérigot, "Geometric inference for probability measures", 2011, with whole points). Unlike the distance to the nearest point it hardly moves for an
 * outlier. `indices` picks the points, with repetitions, as a bootstrap does; all of them unless given. O(places · n). Throws `usage` unless 0 < mass ≤ 1, and `shape-mismatch`.
 */
export function distanceToMeasure(
  cloud: PointCloud,
  places: PointCloud,
  mass: number,
  indices: Uint32Array = Uint32Array.from({ length: cloud.count }, (_, i) => i),
  cancellation = Cancellation.never,
): Float64Array {
  if (!(mass > 0 && mass <= 1)) throw new Fault('usage', `The mass must be above 0 and at most 1, not ${mass}.`);
  if (cloud.width !== places.width)
    throw new Fault('shape-mismatch', `The points have ${cloud.width} coordinates, but the places ${places.width}.`);
  if (indices.length === 0) throw new Fault('empty', 'There are no points to be distant from.');
  const { width } = cloud;
  // Points and places in one array, so that one loop measures both.
  const rows = new Float64Array((cloud.count + 1) * width);
  rows.set(cloud.values);
  const place = cloud.count * width;
  // 0.1 · 30 is 3 with a rounding error above it.
  const neighbours = Math.max(1, Math.ceil(mass * indices.length - 1e-9));
  const squares = new Float64Array(indices.length);
  return Float64Array.from({ length: places.count }, (_, p) => {
    cancellation.throwIfCancelled();
    rows.set(places.values.subarray(p * width, (p + 1) * width), place);
    indices.forEach((i, k) => (squares[k] = squaredDistance(rows, i * width, place, width)));
    squares.sort();
    let sum = 0;
    for (let k = 0; k < neighbours; k++) sum += squares[k]!;
    return Math.sqrt(sum / neighbours);
  });
}
