import type { PruneResult } from '../analyses/prune';
import type { PruneParameters } from '../analyses/pruning/pruneModel';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked about pruning. */
export interface PruneOperations {
  /** Removes units of a network, measures what that costs, and writes what is left where asked to. */
  readonly prune: Operation<PruneInput, never, PruneResult>;
  /** Which weights get which shapes when layers keep fewer units. */
  readonly unitShapes: Operation<UnitShapesInput, never, UnitShapes>;
}

export interface PruneInput extends DataReading, Answered {
  readonly model: string;
  /** Path, with `#array` where the file holds several: rows that weights are fitted to, and that a ratio is picked by. */
  readonly data: string;
  /** Path, with `#array` or `#column`. */
  readonly labels?: string;
  /** Rows that are only reported on; a part of the data where left out. */
  readonly holdout?: string;
  readonly holdoutLabels?: string;
  /** What is left out is taken from `defaultPruneParameters`. */
  readonly parameters?: Partial<PruneParameters>;
  /** Path of the smaller model. Without it nothing is written. */
  readonly out?: string;
  /** Whether an existing file may be overwritten. */
  readonly force?: boolean;
}

export interface UnitShapesInput extends Answered {
  readonly model: string;
  readonly layers: readonly string[];
  /** That stay of each. */
  readonly units: number;
}

export interface UnitShapes {
  /** Of the weights that change, by their names. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Layers that give these units together. */
  readonly layers: readonly string[];
}
