import type {
  MapperBaseline,
  MapperCover,
  MapperFacts,
  MapperFinding,
  MapperGrid,
  MapperLoops,
  MapperPoints,
  MapperShape,
  MapperSubject,
  UnitCommunities,
} from '../analyses/mapperView';
import type { Reduction } from '../analyses/layerTopology';
import type { ClusteringMethod } from '../topology/mapper';
import type { Answered, DataReading, Operation, RandomInput } from './operationTypes';

/** What the engine can be asked about a Mapper graph that is looked at: points are captured once and handed from one to the next in memory that threads share. */
export interface MapperViewOperations {
  /** The points of a layer, and what is known of each. */
  readonly mapperSubject: Operation<MapperSubjectInput, never, MapperSubject>;
  /** Values of lenses, and the radius by the knee rule. */
  readonly mapperLenses: Operation<MapperLensesInput, never, MapperLenses>;
  /** The graph of one cover. */
  readonly mapperGraph: Operation<MapperGraphInput, never, MapperShape>;
  /** What stands out in a graph. */
  readonly mapperFeatures: Operation<{ readonly shape: MapperShape; readonly facts: Pick<MapperFacts, 'labels' | 'correct'> }, never, readonly MapperFinding[]>; // prettier-ignore
  /** The graph's figures over a grid of covers. */
  readonly mapperGrid: Operation<MapperGridInput, never, MapperGrid>;
  /** The same network with weights drawn anew: its points of the same rows, or why there are none. */
  readonly mapperUntrained: Operation<MapperSubjectInput, never, MapperPoints | { readonly missing: string }>;
  /** The graph of other points with their own lens and radius. */
  readonly mapperBaseline: Operation<MapperBaselineInput, never, MapperBaseline>;
  /** Loops of the points, and circular coordinates on them. */
  readonly mapperLoops: Operation<{ readonly points: MapperPoints; readonly loops: number; readonly seed: number }, never, MapperLoops>; // prettier-ignore
  /** Groups of units that act together. */
  readonly unitCommunities: Operation<{ readonly points: MapperPoints; readonly largest: number }, never, UnitCommunities>; // prettier-ignore
}

export interface MapperSubjectInput extends DataReading, Answered {
  readonly model: string;
  readonly data?: string | RandomInput;
  readonly labels?: string;
  /** The last layer but the output where left out. */
  readonly layer?: string;
  readonly points: number;
  readonly reduction?: Reduction;
  readonly seed: number;
  readonly memoryLimitBytes?: number;
}

/** A lens by its name, or its values. */
export type MapperLensChoice = 'l2' | 'pca1' | 'pca2' | 'density' | 'eccentricity' | { readonly values: Float64Array };

export interface MapperLensesInput {
  readonly points: MapperPoints;
  readonly lenses: readonly MapperLensChoice[];
  readonly clustering: ClusteringMethod;
  readonly minimumPoints: number;
}

export interface MapperLenses {
  readonly lenses: readonly Float64Array[];
  readonly radius: number;
}

export interface MapperGraphInput {
  readonly points: MapperPoints;
  readonly lenses: readonly Float64Array[];
  readonly cover: MapperCover;
  readonly labels?: { readonly values: Int32Array; readonly classes: number };
  readonly seed: number;
  readonly memoryLimitBytes?: number;
}

export interface MapperGridInput {
  readonly points: MapperPoints;
  readonly lenses: readonly Float64Array[];
  readonly cover: MapperCover;
  readonly intervals: readonly number[];
  readonly overlaps: readonly number[];
}

export interface MapperBaselineInput extends MapperLensesInput {
  readonly cover: Omit<MapperCover, 'radius'> & {
    /** What the radius is multiplied by after the knee rule. */
    readonly radiusFactor: number;
  };
  readonly labels?: { readonly values: Int32Array; readonly classes: number };
  readonly seed: number;
}
