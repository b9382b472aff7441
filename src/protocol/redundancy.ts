import type {
  Ablation,
  Candidate,
  LayerDistances,
  RedundancyFinding,
  RedundancyHead,
  RedundancyPartial,
  RedundancyResult,
} from '../analyses/redundancy';
import type { PanelRestore, Plain, RunToView } from './panel';

/** What crosses between the extension host and the view of redundant layers; the rules are those of `panel.ts`. */
export type RedundancyToView =
  | RunToView<RedundancyPartial, RedundancyResult>
  | {
      readonly type: 'start';
      readonly title: string;
      readonly commandLine: string;
      readonly restore: PanelRestore;
    }
  /** The answer to a request for a matching. */
  | {
      readonly type: 'matching';
      readonly request: number;
      readonly distance: number;
      /** Flat pairs of indices into the bars of both diagrams, −1 for the diagonal. */
      readonly pairs: Int32Array;
    };

export type RedundancyFromView =
  | Plain<'ready' | 'cancel' | 'rerun' | 'pickData' | 'showLog' | 'chooseModel' | 'describe'>
  | { readonly type: 'confirm'; readonly proceed: boolean }
  /** The optimal matching of two layers' diagrams, by their places among the compared layers. */
  | {
      readonly type: 'matching';
      readonly request: number;
      readonly a: number;
      readonly b: number;
      readonly dimension: number;
    }
  /** Writes a model without these candidates. */
  | { readonly type: 'remove'; readonly candidates: readonly string[] }
  /** The topology of one layer. */
  | { readonly type: 'inspect'; readonly layer: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'openDocs' };

export type {
  Ablation,
  Candidate,
  LayerDistances,
  RedundancyFinding,
  RedundancyHead,
  RedundancyPartial,
  RedundancyResult,
};
