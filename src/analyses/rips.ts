import type { Warning } from '../base/fault';
import type { PersistenceDiagram } from '../topology/diagram';
import type { Provenance } from './analysis';
import type { RepresentativeCycle } from './layerTopology';

export const METRICS = ['euclidean', 'cosine', 'correlation', 'manhattan', 'chebyshev', 'precomputed'] as const;
export type RipsMetric = (typeof METRICS)[number];

export interface RipsParameters {
  readonly metric: RipsMetric;
  readonly maxDimension: number;
  /** Longest edge of the complex; undefined bounds it by the enclosing radius alone. */
  readonly threshold: number | undefined;
  /** A prime. */
  readonly coefficients: number;
  /** Whether representative cycles of H1 are wanted. */
  readonly cycles: boolean;
  readonly seed: number;
}

export interface RipsResult {
  readonly points: number;
  /** What was given; null where nothing was. */
  readonly threshold: number | null;
  /** What bounded the computation where no threshold was given. */
  readonly enclosingRadius: number;
  readonly coefficients: number;
  readonly maxDimension: number;
  readonly diagram: PersistenceDiagram;
  readonly cycles: readonly RepresentativeCycle[] | undefined;
  readonly milliseconds: { readonly distances: number; readonly reduction: number; readonly total: number };
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}
