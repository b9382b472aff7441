import { Fault } from '../base/fault';
import type { DistanceMatrix } from './distances';
import type { RipsOptions, RipsResult } from './ripsOptions';

export type { Cycle, RipsOptions, RipsResult } from './ripsOptions';

/** Vietoris–Rips persistence of a matrix of distances. */
export function rips(distances: DistanceMatrix, options: RipsOptions): RipsResult {
  throw new Fault('unsupported', `Rips persistence of ${distances.count} points in dimension ${options.maxDimension}.`);
}

/** An upper estimate of the bytes that `rips` and the matrix take. */
export function forecastRipsBytes(points: number, maxDimension: number): number {
  return points * points * 12 + 8e6 * Math.max(1, maxDimension);
}
