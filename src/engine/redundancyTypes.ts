import type {
  Ablation,
  RedundancyParameters,
  RedundancyPartial,
  RedundancyResult,
  RemovalCandidate,
} from '../analyses/redundancy';
import type { FaultData } from '../base/fault';
import type { Forecast } from '../analyses/inspect';
import type { DiagramPoints } from '../topology/diagramPoints';
import type { Answered, DataReading, Operation, RandomInput } from './operationTypes';

/** What the engine can be asked about layers that could go. */
export interface RedundancyOperations {
  /** How alike the layers of a model are, and which can go. Parts: the head, the distances, the candidates as they are measured. */
  readonly redundancy: Operation<RedundancyInput, RedundancyPartial, RedundancyResult>;
  /** What `redundancy` would cost, from the files' headers. */
  readonly redundancyForecast: Operation<RedundancyInput, never, RedundancyForecast>;
  /** The optimal bottleneck matching of two diagrams. */
  readonly diagramMatching: Operation<{ readonly a: DiagramPoints; readonly b: DiagramPoints }, never, DiagramMatched>;
  /** What some of the candidates cost, each taken out alone: what `redundancy` shares out among threads. */
  readonly measureRemovals: Operation<MeasureRemovalsInput, never, readonly MeasuredRemoval[]>;
  /** Writes a smaller model. */
  readonly removeLayers: Operation<RemoveLayersInput, never, RemovedLayers>;
}

export interface MeasureRemovalsInput extends RedundancyInput {
  readonly candidates: readonly RemovalCandidate[];
  /** Of the network as it is. */
  readonly baseline: NetworkAnswers;
}

/** What a network answers to every row of the data. */
export interface NetworkAnswers {
  readonly classes: Int32Array;
  /** Whether each is its row's label; undefined without labels. */
  readonly right: Uint8Array | undefined;
}

/** One candidate's cost, or why it has none. */
export type MeasuredRemoval = { readonly ablation: Ablation } | { readonly fault: FaultData };

export interface RedundancyForecast extends Forecast {
  readonly layers: number;
  readonly points: number;
}

export interface DiagramMatched {
  readonly distance: number;
  /** Flat pairs of indices, −1 for the diagonal. */
  readonly pairs: Int32Array;
}

export interface RemoveLayersInput extends RedundancyInput {
  /** Names of candidates. */
  readonly remove: readonly string[];
  /** Path of the model to write. */
  readonly out: string;
  /** Whether an existing file may be overwritten. */
  readonly force?: boolean;
}

export interface RemovedLayers {
  /** Names of the candidates that were taken out, in the network's order. */
  readonly removed: readonly string[];
  /** Layers that went with them. */
  readonly layers: readonly string[];
  /** All of them together. */
  readonly ablation: Ablation;
  /** That were written, the model last. */
  readonly files: readonly string[];
  readonly format: string;
}

export interface RedundancyInput extends DataReading, Answered {
  /** Path of a model, or of an .npz of activations (then `data` is left out, and nothing is taken out). */
  readonly model: string;
  readonly data?: string | RandomInput;
  /** Path, with `#array` or `#column`. */
  readonly labels?: string;
  /** What is left out is taken from `defaultRedundancyParameters`. */
  readonly parameters?: Partial<RedundancyParameters>;
  readonly memoryLimitBytes?: number;
}
