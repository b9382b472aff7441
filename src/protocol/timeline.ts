import type { Stop, TimelineEntry } from '../analyses/timeline/timeline';
import type { DataChoice, Plain } from './panel';
import type { FaultData, Warning } from './results';

/**
 * What crosses between the extension host and the page of a timeline. The page knows checkpoints by their paths within the folder; which folder that is, the host knows. All names are strangers' text.
 */
export type TimelineToView =
  /** What was shown before goes. */
  | {
      readonly type: 'start';
      /** Of the folder. */
      readonly name: string;
      /** How the data is called; undefined until it is chosen. */
      readonly data: string | undefined;
      readonly labels: string | undefined;
      readonly points: number;
      readonly commandLine: string;
      /** Kept by the view as `host` of what it gives to `setState`. */
      readonly restore: TimelineRestore;
    }
  /** The checkpoints that there are, in order, measured or not. */
  | { readonly type: 'files'; readonly files: readonly string[] }
  /** New ones, or other ones for those of the same file. */
  | { readonly type: 'entries'; readonly entries: readonly TimelineEntry[] }
  | { readonly type: 'gone'; readonly file: string }
  | { readonly type: 'stop'; readonly stop: Stop | null; readonly warnings: readonly Warning[] }
  | { readonly type: 'status'; readonly status: TimelineStatus };

export type TimelineStatus =
  | { readonly kind: 'waiting' }
  /** Asks before a folder is measured that takes long. */
  | { readonly kind: 'confirm'; readonly message: string }
  | { readonly kind: 'running'; readonly fraction: number; readonly phrase: string }
  /** All that there is has been measured, and the folder is looked at. */
  | { readonly kind: 'watching' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly fault: FaultData };

/** What a panel needs to be made again. Read back from a view's state, so it is checked like any message. */
export interface TimelineRestore {
  readonly version: 1;
  /** URI of the folder. */
  readonly folder: string;
  readonly files?: readonly string[];
  readonly data?: DataChoice;
}

export type TimelineFromView =
  | Plain<'ready' | 'pickData' | 'showLog' | 'pause' | 'resume'>
  | { readonly type: 'confirm'; readonly proceed: boolean }
  | { readonly type: 'inspect'; readonly file: string }
  | { readonly type: 'compare'; readonly files: readonly [string, string] }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'save'; readonly suggestedName: string; readonly content: string }
  | { readonly type: 'openDocs'; readonly page: string };

export type { DataChoice, FaultData, Stop, TimelineEntry, Warning };
export type {
  BrokenCheckpoint,
  Checkpoint,
  CheckpointCollapse,
  CheckpointLayer,
  CheckpointWeights,
  StopRule,
} from '../analyses/timeline/timeline';
