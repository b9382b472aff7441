import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { KNEE_SAMPLE, neighbourDistances } from './kneeRadius';
import { PointBlocks } from './pointBlocks';
import { euclideanDistance, inDoublePrecision, type PointCloud } from './pointCloud';
import { principalComponents } from './principalComponents';
import { median } from './quantile';
import { spatialOrder } from './spatialOrder';

/** The functions of a point that Mapper can look through. `column` needs to know which. */
export type LensName = 'l2' | 'pca1' | 'pca2' | 'density' | 'eccentricity' | 'column';
export const LENS_NAMES: readonly LensName[] = ['l2', 'pca1', 'pca2', 'density', 'eccentricity', 'column'];

/**
 * The lens of each point.
 * - `l2`: Euclidean norm.
 * - `pca1`, `pca2`: score on a principal component.
 * - `density`: Σ_j exp(−d(i, j)² / 2h²) / n with h the median distance to the ⌈√n⌉-th nearest neighbour (above 5,000
 *   points, of 5,000 evenly spaced ones). Terms below e^−40 are left out: they are farther than 9h, and a tree skips them,
 *   so that time grows with the points within 9h of a point instead of all; the relative error is below n·e^−40.
 * - `eccentricity`: mean distance to all points, itself among them (exponent 1). Exact up to 20,000 points, n² / 2 distances; above, the mean distance to
 *   5,000 evenly spaced points, whose standard error is 1/√5000 of the standard deviation of the point's distances.
 * - `column`: one coordinate, counted from 0.
 *
 * Density and eccentricity as in Singh, Mémoli, Carlsson 2007. Throws `usage` for a column that is not there.
 */
export function mapperLens(
  given: PointCloud,
  name: LensName,
  column = 0,
  cancellation = Cancellation.never,
): Float64Array {
  const cloud = inDoublePrecision(given);
  const { count, width, values } = cloud;
  switch (name) {
    case 'l2':
      return ofEachPoint(count, cancellation, i => {
        let squared = 0;
        for (let k = 0; k < width; k++) squared += values[i * width + k]! ** 2;
        return Math.sqrt(squared);
      });
    case 'pca1':
    case 'pca2': {
      const component = name === 'pca1' ? 0 : 1;
      const { scores } = principalComponents(cloud, 2, cancellation);
      return ofEachPoint(count, cancellation, i => scores[2 * i + component]!);
    }
    case 'density': {
      const rank = Math.ceil(Math.sqrt(count));
      return density(cloud, median(neighbourDistances(cloud, rank, cancellation, KNEE_SAMPLE)), cancellation);
    }
    case 'eccentricity':
      return meanDistances(cloud, cancellation);
    case 'column':
      if (!(Number.isInteger(column) && column >= 0 && column < width))
        throw new Fault('usage', `There is no column ${column}: the points have ${width} coordinates, counted from 0.`);
      return ofEachPoint(count, cancellation, i => values[i * width + column]!);
  }
}

const POINTS_BETWEEN_POLLS = 1 << 10;

function ofEachPoint(count: number, cancellation: Cancellation, lens: (point: number) => number): Float64Array {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (i % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    values[i] = lens(i);
  }
  return values;
}

/** exp(−x² / 2) is below e^−40 beyond. */
const REACH = Math.sqrt(80);

function density(cloud: PointCloud, bandwidth: number, cancellation: Cancellation): Float64Array {
  const { points } = spatialOrder(cloud, cancellation);
  const blocks = new PointBlocks(cloud, points, cancellation);
  const radius = REACH * bandwidth;
  // Of each place, itself first.
  const sums = new Float64Array(cloud.count).fill(1);
  const all = () => true;
  blocks.nearPairs(radius, all, (a, b) => {
    const distance = blocks.distance(a, b);
    if (distance > radius) return;
    // All of most neighbourhoods equal: only equal points are near.
    const share = bandwidth > 0 ? Math.exp(-((distance / bandwidth) ** 2) / 2) : 1;
    sums[a] = sums[a]! + share;
    sums[b] = sums[b]! + share;
  });
  const densities = new Float64Array(cloud.count);
  points.forEach((point, place) => (densities[point] = sums[place]! / cloud.count));
  return densities;
}

/** Up to so many points eccentricity is exact. */
export const ECCENTRICITY_EXACT = 20_000;
/** Above, distances to so many are taken. */
export const ECCENTRICITY_SAMPLE = 5_000;

function meanDistances(cloud: PointCloud, cancellation: Cancellation): Float64Array {
  const { count } = cloud;
  const means = new Float64Array(count);
  if (count > ECCENTRICITY_EXACT) {
    const others = Uint32Array.from({ length: ECCENTRICITY_SAMPLE }, (_, k) => Math.floor((k * count) / ECCENTRICITY_SAMPLE)); // prettier-ignore
    for (let i = 0; i < count; i++) {
      cancellation.throwIfCancelled();
      let sum = 0;
      for (let k = 0; k < others.length; k++) sum += euclideanDistance(cloud, i, others[k]!);
      means[i] = sum / others.length;
    }
    return means;
  }
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    for (let j = i + 1; j < count; j++) {
      const distance = euclideanDistance(cloud, i, j);
      means[i] = means[i]! + distance;
      means[j] = means[j]! + distance;
    }
  }
  return means.map(sum => sum / count);
}
