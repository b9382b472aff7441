import { Cancellation } from '../base/cancellation';
import type { DistanceMatrix } from './distances';
import { poll } from './filteredComplex';

/**
 * The centred Gram matrix of a cloud, from its Euclidean distances D alone: −½ J D² J with J = 1 − 11ᵀ/n (classical scaling, Torgerson 1952), divided by its Frobenius norm.
 * Its upper triangle, row by row, entries off the diagonal times √2: so that the inner product of two matrices is that of the two arrays. n (n + 1) / 2 numbers.
 * Undefined where all points are equal.
 */
export function centredGram(distances: DistanceMatrix, cancellation = Cancellation.never): Float32Array | undefined {
  const { count, values } = distances;
  const means = new Float64Array(count);
  // Scaled to a largest entry of 1, which the direction does not depend on: fourth powers must not leave the range.
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    poll(k, cancellation);
    if (values[k]! > largest) largest = values[k]!;
  }
  if (!(largest > 0)) return undefined;
  let mean = 0;
  for (let i = 0; i < count; i++) {
    if (i % 64 === 0) cancellation.throwIfCancelled();
    let sum = 0;
    for (let j = 0; j < count; j++) sum += (values[i * count + j]! / largest) ** 2;
    means[i] = sum / count;
    mean += sum / count / count;
  }
  const gram = new Float32Array((count * (count + 1)) / 2);
  let squares = 0;
  for (let i = 0, at = 0; i < count; i++) {
    if (i % 64 === 0) cancellation.throwIfCancelled();
    for (let j = i; j < count; j++, at++) {
      const entry = -0.5 * ((values[i * count + j]! / largest) ** 2 - means[i]! - means[j]! + mean);
      gram[at] = i === j ? entry : Math.SQRT2 * entry;
      squares += gram[at]! ** 2;
    }
  }
  const norm = Math.sqrt(squares);
  for (let at = 0; at < gram.length; at++) {
    poll(at, cancellation);
    gram[at] = gram[at]! / norm;
  }
  return gram;
}

/**
 * Linear centred kernel alignment of two clouds with the same rows, as `centredKernelAlignment` gives it, from their centred Gram matrices: n² / 2 products, however many
 * coordinates there are. In [0, 1].
 */
export function gramAlignment(a: Float32Array, b: Float32Array, cancellation = Cancellation.never): number {
  let sum = 0;
  for (let from = 0; from < a.length; from += BLOCK) {
    cancellation.throwIfCancelled();
    const to = Math.min(a.length, from + BLOCK);
    let part = 0;
    for (let at = from; at < to; at++) part += a[at]! * b[at]!;
    sum += part;
  }
  return Math.min(1, Math.max(0, sum));
}

const BLOCK = 1 << 16;
