import type { Provenance } from '../analyses/analysis';
import type { InspectParameters } from '../analyses/inspect';
import type { TimelineEntry } from '../analyses/timeline/timeline';
import type { Warning } from '../base/fault';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What the engine can be asked about the checkpoints of one training run. */
export interface TimelineOperations {
  /** Each of some checkpoints, one after the other. Parts: which one is begun, and each as it is finished, broken ones among them. */
  readonly checkpoints: Operation<CheckpointsInput, CheckpointPart, CheckpointsOutput>;
}

export interface CheckpointsInput extends DataReading, Answered {
  readonly checkpoints: readonly CheckpointPath[];
  readonly data: string;
  readonly labels?: string;
  /** `defaultTimelineParameters` where left out. */
  readonly parameters?: Partial<InspectParameters>;
}

export interface CheckpointPath {
  /** As results call it: its path within the folder. */
  readonly file: string;
  readonly path: string;
}

export type CheckpointPart =
  { readonly kind: 'begun'; readonly file: string } | { readonly kind: 'entry'; readonly entry: TimelineEntry };

export interface CheckpointsOutput {
  /** Of the data, once for all. */
  readonly warnings: readonly Warning[];
  /** Without a model: each checkpoint has the hash of its own. */
  readonly provenance: Provenance;
}
