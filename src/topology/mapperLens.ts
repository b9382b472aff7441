import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { neighbourDistances } from './kneeRadius';
import { euclideanDistance, inDoublePrecision, type PointCloud } from './pointCloud';
import { principalComponents } from './principalComponents';
import { median } from './quantile';

/** The functions of a point that Mapper can look through. `column` needs to know which. */
export type LensName = 'l2' | 'pca1' | 'pca2' | 'density' | 'eccentricity' | 'column';
export const LENS_NAMES: readonly LensName[] = ['l2', 'pca1', 'pca2', 'density', 'eccentricity', 'column'];

/**
 * The lens of each point.
 * - `l2`: Euclidean norm.
 * - `pca1`, `pca2`: score on a principal component.
 * - `density`: Σ_j exp(−d(i, j)² / 2h²) / n with h the median distance to the ⌈√n⌉-th nearest neighbour.
 * - `eccentricity`: mean distance to all points, itself among them (exponent 1).
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
      return Float64Array.from({ length: count }, (_, i) => {
        let squared = 0;
        for (let k = 0; k < width; k++) squared += values[i * width + k]! ** 2;
        return Math.sqrt(squared);
      });
    case 'pca1':
    case 'pca2': {
      const component = name === 'pca1' ? 0 : 1;
      const { scores } = principalComponents(cloud, 2, cancellation);
      return Float64Array.from({ length: count }, (_, i) => scores[2 * i + component]!);
    }
    case 'density': {
      const bandwidth = median(neighbourDistances(cloud, Math.ceil(Math.sqrt(count)), cancellation));
      // All of most neighbourhoods equal: only equal points are near.
      const kernel =
        bandwidth > 0 ? (d: number) => Math.exp(-((d / bandwidth) ** 2) / 2) : (d: number) => Number(d === 0);
      return meanOverPoints(cloud, kernel, cancellation);
    }
    case 'eccentricity':
      return meanOverPoints(cloud, distance => distance, cancellation);
    case 'column':
      if (!(Number.isInteger(column) && column >= 0 && column < width))
        throw new Fault('usage', `There is no column ${column}: the points have ${width} coordinates, counted from 0.`);
      return Float64Array.from({ length: count }, (_, i) => values[i * width + column]!);
  }
}

function meanOverPoints(cloud: PointCloud, of: (distance: number) => number, cancellation: Cancellation): Float64Array {
  const means = new Float64Array(cloud.count);
  for (let i = 0; i < cloud.count; i++) {
    cancellation.throwIfCancelled();
    let sum = 0;
    for (let j = 0; j < cloud.count; j++) sum += of(euclideanDistance(cloud, i, j));
    means[i] = sum / cloud.count;
  }
  return means;
}
