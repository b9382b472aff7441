import type { Ablation, RedundancyParameters, RedundancyPartial, RedundancyResult } from '../analyses/redundancy';
import type { Answered, DataReading, Operation, RandomInput } from './operationTypes';

/** What the engine can be asked about layers that could go. */
export interface RedundancyOperations {
  /** How alike the layers of a model are, and which can go. Parts: the head, the distances, the candidates as they are measured. */
  readonly redundancy: Operation<RedundancyInput, RedundancyPartial, RedundancyResult>;
  /** Writes a smaller model. */
  readonly removeLayers: Operation<RemoveLayersInput, never, RemovedLayers>;
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
