import type { CollapseResult } from '../analyses/collapse';
import type { MapperParameters, MapperResult } from '../analyses/mapper';
import type { CubicalResult, DistanceResult, LevelSetResult } from '../analyses/measures';
import type { SimilarityResult } from '../analyses/similarity';
import type { RipsResult } from '../analyses/rips';
import type { WitnessParameters } from '../analyses/ripsOfLandmarks';
import type { WeightsResult } from '../analyses/weights';
import type { CubicalConstruction } from '../topology/cubicalGrid';
import type { DistanceKind } from '../topology/diagramDistance';
import type { GroundMetric } from '../topology/diagramPoints';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked beside the work on models: one kernel, or the weights alone. */
export interface MeasureOperations {
  /** The Mapper graph of a cloud. */
  readonly mapper: Operation<MapperInput, never, MapperResult>;
  /** The lazy witness complex of a cloud. */
  readonly witness: Operation<WitnessInput, never, RipsResult>;
  /** Neural persistence of a model's weights. */
  readonly weights: Operation<WeightsInput, never, WeightsResult>;
  /** Neural collapse of a network's features, class by class. */
  readonly collapse: Operation<CollapseInput, never, CollapseResult>;
  /** Between two diagrams. */
  readonly distance: Operation<DistanceInput, never, DistanceResult>;
  /** Persistence of a grid. */
  readonly cubical: Operation<CubicalInput, never, CubicalResult>;
  /** Betti numbers of a level set of a grid. */
  readonly levelset: Operation<LevelSetInput, never, LevelSetResult>;
  /** Of two clouds with the same rows. */
  readonly similarity: Operation<SimilarityInput, never, SimilarityResult>;
}

export interface MapperInput extends DataReading {
  /** Path of a cloud, with `#array` where the file holds several. */
  readonly cloud: string;
  readonly parameters: MapperParameters;
  /** Path of what colours the nodes. */
  readonly colour?: string;
  readonly memoryLimitBytes?: number;
}

export interface WitnessInput extends DataReading {
  readonly cloud: string;
  readonly parameters: WitnessParameters;
  readonly memoryLimitBytes?: number;
}

export interface WeightsInput {
  readonly model: string;
}

export interface CollapseInput extends DataReading, Answered {
  readonly model: string;
  readonly data: string;
  /** Without them it is refused. */
  readonly labels?: string;
  /** The input of the last layer with weights where left out. */
  readonly layer?: string;
  /** Rows on which the other layers are measured; 1000. */
  readonly points?: number;
  readonly seed: number;
}

export interface DistanceInput {
  /** Paths of two results that hold a diagram. */
  readonly a: string;
  readonly b: string;
  readonly kind: DistanceKind;
  readonly order: number;
  readonly ground: GroundMetric;
  readonly dimension: number;
  readonly seed: number;
  readonly memoryLimitBytes?: number;
}

export interface CubicalInput {
  /** Path of an array, with `#array` where the file holds several. */
  readonly grid: string;
  readonly construction: CubicalConstruction;
  readonly superlevel: boolean;
  readonly seed: number;
  readonly memoryLimitBytes?: number;
}

export interface LevelSetInput {
  readonly grid: string;
  readonly level: number;
  readonly seed: number;
}

export interface SimilarityInput extends DataReading {
  /** Paths of two clouds with the same rows. */
  readonly a: string;
  readonly b: string;
  readonly seed: number;
  readonly memoryLimitBytes?: number;
}
