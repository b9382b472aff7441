import type {
  AttentionHead,
  AttentionNode,
  AttentionResult,
  AttentionRoles,
  ThresholdFeatures,
} from '../analyses/attention/attention';
import type { PanelRestore, Plain, RunToView } from './panel';

/** The attention of one text in one layer, all heads. */
export interface AttentionMapping {
  readonly layer: number;
  readonly heads: number;
  /** As the vocabulary writes them. */
  readonly tokens: readonly string[];
  /** Of each token the word of the text; −1 for special ones. */
  readonly wordOf: Int32Array;
  /** Of head h from token i to j: at h·T² + i·T + j. */
  readonly values: Float32Array;
}

/** What crosses between the extension host and the view of attention heads; the rules are those of `panel.ts`. */
export type AttentionToView =
  | RunToView<never, AttentionResult>
  | {
      readonly type: 'start';
      readonly title: string;
      readonly commandLine: string;
      readonly restore: PanelRestore;
    }
  /** The answer to a request for a map, or why there is none. */
  | {
      readonly type: 'map';
      readonly request: number;
      readonly map: AttentionMapping | undefined;
      readonly note: string;
    };

export type AttentionFromView =
  | Plain<'ready' | 'cancel' | 'rerun' | 'pickData' | 'showLog' | 'chooseModel' | 'describe'>
  | { readonly type: 'confirm'; readonly proceed: boolean }
  /** The attention of one text in one layer. */
  | { readonly type: 'map'; readonly request: number; readonly text: number; readonly layer: number }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'openDocs' };

export type { AttentionHead, AttentionNode, AttentionResult, AttentionRoles, ThresholdFeatures };
