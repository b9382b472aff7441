import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { PointCloud } from './pointCloud';
import { symmetricEigenvalues } from './symmetricEigenvalues';

/** Below this share of the largest, an eigenvalue is rounding. */
const RELATIVE_VARIANCE = 1e-12;

/**
 * The variances of a cloud along its principal axes: the eigenvalues of its covariance (divisor n − 1) that are not zero, largest first. From the covariance
 * or the Gram matrix of centred points, whichever is smaller: their eigenvalues other than zero are the same.
 * O(n·width·min(n, width)) time. Throws `empty` for fewer than two points.
 */
export function varianceSpectrum(cloud: PointCloud, cancellation = Cancellation.never): Float64Array {
  const { count, width, values } = cloud;
  if (count < 2) throw new Fault('empty', `A covariance needs at least two points, but there are ${count}.`);
  const centred = Float64Array.from(values);
  let norm = 0;
  let after = 0;
  for (let k = 0; k < width; k++) {
    cancellation.throwIfCancelled();
    let mean = 0;
    for (let i = 0; i < count; i++) mean += values[i * width + k]! / count;
    for (let i = 0; i < count; i++) {
      const at = i * width + k;
      norm += values[at]! * values[at]!;
      centred[at] = (values[at]! - mean) / Math.sqrt(count - 1);
      after += centred[at] * centred[at] * (count - 1);
    }
  }
  // What a rounded mean leaves of equal points is no variance.
  if (!(after > 1e-28 * norm)) return new Float64Array(0);
  const size = Math.min(count, width);
  const matrix = new Float64Array(size * size);
  if (width <= count) {
    for (let i = 0; i < count; i++) {
      const row = i * width;
      for (let a = 0; a < width; a++) {
        if (a % 64 === 0) cancellation.throwIfCancelled();
        const value = centred[row + a]!;
        if (value === 0) continue;
        const start = a * width;
        for (let b = 0; b <= a; b++) matrix[start + b] = matrix[start + b]! + value * centred[row + b]!;
      }
    }
  } else {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        if (j % 64 === 0) cancellation.throwIfCancelled();
        let sum = 0;
        for (let k = 0, a = i * width, b = j * width; k < width; k++, a++, b++) sum += centred[a]! * centred[b]!;
        matrix[i * count + j] = sum;
      }
    }
  }
  const ascending = symmetricEigenvalues(matrix, size, cancellation);
  const largest = ascending[size - 1]!;
  return ascending.reverse().filter(variance => variance > RELATIVE_VARIANCE * largest);
}
