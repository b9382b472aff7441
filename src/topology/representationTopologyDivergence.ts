import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { totalPersistence } from './diagram';
import { DistanceMatrix } from './distances';
import { poll } from './filteredComplex';
import { floatOfRank } from './floatOfRank';
import { rips } from './rips';

export interface RepresentationTopologyDivergence {
  /** Total persistence of the loops of a that b closes earlier, and the other way round. */
  readonly ab: number;
  readonly ba: number;
  readonly mean: number;
}

/**
 * Representation topology divergence (Barannikov, Trofimov, Balabin, Burnaev, ICML 2022) of two clouds whose points are the same things, from their distances: each is
 * divided by the 0.9 quantile of all its n² entries (linear interpolation), and RTD(a, b) is the total persistence of H1 of the Rips complex on twice the
 * points with the distances
 *
 *     | 0   a         |
 *     | aᵀ  min(a, b) |
 *
 * Zero where b only scales a. Not symmetric, and it grows with the number of points: say n beside it.
 * Throws `shape-mismatch` for other numbers of points.
 */
export function representationTopologyDivergence(
  a: DistanceMatrix,
  b: DistanceMatrix,
  cancellation = Cancellation.never,
): RepresentationTopologyDivergence {
  refuseOtherRows(a, b);
  return divergenceOfScaled(scaledDistances(a, cancellation), scaledDistances(b, cancellation), cancellation);
}

/** The same of distances that `scaledDistances` gave: of many clouds each is scaled once. */
export function divergenceOfScaled(
  a: DistanceMatrix,
  b: DistanceMatrix,
  cancellation = Cancellation.never,
): RepresentationTopologyDivergence {
  refuseOtherRows(a, b);
  const ab = direction(a, b, cancellation);
  const ba = direction(b, a, cancellation);
  return { ab, ba, mean: (ab + ba) / 2 };
}

function refuseOtherRows(a: DistanceMatrix, b: DistanceMatrix): void {
  if (a.count !== b.count)
    throw new Fault(
      'shape-mismatch',
      `The clouds have ${formatCount(a.count)} and ${formatCount(b.count)} rows, but must have the same rows.`,
    );
}

/** Distances divided by the 0.9 quantile of all n² entries, by linear interpolation; as they are where that is 0. */
export function scaledDistances(distances: DistanceMatrix, cancellation = Cancellation.never): DistanceMatrix {
  const { count, values } = distances;
  if (values.length === 0) return distances;
  const position = 0.9 * (values.length - 1);
  const rank = Math.floor(position);
  const below = floatOfRank(values, rank, cancellation);
  const above = floatOfRank(values, Math.min(values.length - 1, rank + 1), cancellation);
  const unit = below + (above - below) * (position - rank);
  if (!(unit > 0)) return distances;
  const quotients = new Float32Array(values.length);
  for (let k = 0; k < values.length; k++) {
    poll(k, cancellation);
    quotients[k] = values[k]! / unit;
  }
  return new DistanceMatrix(count, quotients);
}

function direction(
  { count, values: a }: DistanceMatrix,
  { values: b }: DistanceMatrix,
  cancellation: Cancellation,
): number {
  const size = 2 * count;
  const values = new Float32Array(size * size);
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    for (let j = 0; j < count; j++) {
      const distance = a[i * count + j]!;
      values[i * size + count + j] = distance;
      values[(count + j) * size + i] = distance;
      values[(count + i) * size + count + j] = Math.min(distance, b[i * count + j]!);
    }
  }
  const { diagram } = rips(new DistanceMatrix(size, values), { maxDimension: 1, cancellation });
  return totalPersistence(diagram, 1);
}
