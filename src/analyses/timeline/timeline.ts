import type { FaultData, Warning } from '../../base/fault';
import type { Provenance } from '../analysis';
import type { CollapseResult } from '../collapse';
import { defaultInspectParameters, type Estimate, type InspectParameters, type LayerFailure } from '../inspect';
import type { Caveat } from '../layerTopology';
import type { WeightsResult } from '../weights';

/** Fewer points than an inspection takes: there are many checkpoints, and what is looked for is a change. */
export const TIMELINE_POINTS = 500;

/** The parameters of each checkpoint's inspection, with what is left out. */
export function timelineParameters({
  parameters,
}: {
  readonly parameters?: Partial<InspectParameters>;
}): InspectParameters {
  return { ...defaultInspectParameters, points: TIMELINE_POINTS, ...parameters };
}

/** What is kept of a layer of one checkpoint: its diagram is a click away. */
export interface CheckpointLayer {
  readonly name: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly points: number;
  readonly width: number;
  /** By dimension, in edge lengths. */
  readonly totalPersistence: readonly number[];
  /** The same of distances over their median: lengths grow while a network trains, and these compare over steps. */
  readonly relativePersistence: readonly number[];
  readonly medianDistance: number;
  /** β0*. */
  readonly dense0: number;
  readonly significant: { readonly components: number; readonly loops: number | undefined };
  /** Bottleneck distances, by dimension, to the layer that it reads from (of several the nearest); `null` where it reads the network's input. */
  readonly redundancy: { readonly layer: string; readonly bottleneck: readonly number[] } | null;
  readonly caveats: readonly Caveat[];
}

export type CheckpointWeights = Pick<WeightsResult, 'neuralPersistence' | 'deepGraphPersistence'>;
export type CheckpointCollapse = Omit<CollapseResult, 'accuracy' | 'means' | 'warnings' | 'provenance'>;

/** One checkpoint that could be read. */
export interface Checkpoint {
  /** Its path within the folder. */
  readonly file: string;
  /** From its name; `null` where that has no number. */
  readonly step: number | null;
  /** `null` without labels, and where the network names no class. */
  readonly accuracy: Estimate | null;
  /** In the network's order; none where the network cannot be run, and a warning says why. */
  readonly layers: readonly CheckpointLayer[];
  readonly failures: readonly LayerFailure[];
  /** `null` where there are no dense layers. */
  readonly weights: CheckpointWeights | null;
  /** `null` without labels. */
  readonly collapse: CheckpointCollapse | null;
  /** What the classifier reads, where there is one. */
  readonly featureLayer: string | null;
  readonly warnings: readonly Warning[];
  readonly sha256: string;
}

/** One that could not. */
export interface BrokenCheckpoint {
  readonly file: string;
  readonly step: number | null;
  readonly error: FaultData;
}

export type TimelineEntry = Checkpoint | BrokenCheckpoint;

export function isBroken(entry: TimelineEntry): entry is BrokenCheckpoint {
  return 'error' in entry;
}

export function isMeasured(entry: TimelineEntry): entry is Checkpoint {
  return !isBroken(entry);
}

/** What one rule says of which checkpoint to keep. */
export interface StopRule {
  readonly rule: 'accuracy' | 'neural-persistence' | 'total-persistence';
  /** Whether it says of a checkpoint before the last that training could have ended there. */
  readonly fired: boolean;
  /** `null` where it names none. */
  readonly file: string | null;
  readonly reason: string;
}

export interface Stop {
  readonly file: string;
  readonly reason: string;
  readonly rules: readonly StopRule[];
}

/** Checkpoints of one training run over time. */
export interface TimelineResult {
  /** By the last number in their names, then those without one by time. */
  readonly checkpoints: readonly TimelineEntry[];
  /** Which to keep; `null` where none could be read. */
  readonly stop: Stop | null;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}
