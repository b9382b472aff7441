import type { Warning } from '../base/fault';
import type { CubicalDiagram } from '../topology/cubicalPairs';
import type { DiagramMatching } from '../topology/diagramPoints';
import type { Provenance } from './analysis';

/** What every result of a single kernel carries. */
interface Measured {
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

export interface DistanceResult extends Measured {
  /** `null` where the essential classes differ in number. */
  readonly distance: number | null;
  /** Indices into the files' own lists; `null` without a distance, and for the sliced one. */
  readonly matching: DiagramMatching | null;
}

export interface CubicalResult extends Measured {
  readonly shape: readonly number[];
  readonly diagram: CubicalDiagram;
  /** The diagram's dimensions are 0 … maxDimension. */
  readonly maxDimension: number;
}

export interface LevelSetResult extends Measured {
  readonly shape: readonly number[];
  readonly components: number;
  readonly loops: number;
  /** Of a 3-D grid alone. */
  readonly voids: number | undefined;
}
