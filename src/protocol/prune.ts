import type { PruneResult } from '../analyses/prune';
import type { Plain, RunToView } from './panel';

export type { LayerPruning, PruneGroup, PruneMethod, PrunePoint, PruneResult } from '../analyses/prune';

/** What crosses between the extension host and the panel that prunes a model. The rules are those of `panel.ts`. */

/** What a person sets: `ratio` is picked where it is undefined, and layers may have ratios of their own. */
export interface PruneSettings {
  readonly ratio: number | undefined;
  readonly layerRatios: Readonly<Record<string, number>>;
}

/** What a reload of the window needs to bring a panel back. */
export interface PruneRestore {
  readonly version: 1;
  /** As a URI. */
  readonly model: string;
  readonly settings: PruneSettings;
}

export interface PruneWords {
  readonly title: string;
  readonly write: string;
  readonly run: string;
  readonly stop: string;
  readonly chooseData: string;
  readonly chooseHoldout: string;
  readonly copyCommand: string;
  readonly help: string;
  readonly showLog: string;
  readonly data: string;
  readonly heldOut: string;
  readonly ownRows: string;
  readonly findings: string;
  readonly curve: string;
  readonly curveOf: string;
  readonly agreementCurve: string;
  readonly fitCurve: string;
  readonly removedShare: string;
  readonly topology: string;
  readonly magnitude: string;
  readonly random: string;
  readonly intervals: string;
  readonly share: string;
  readonly pick: string;
  readonly before: string;
  readonly after: string;
  readonly measured: string;
  readonly parameters: string;
  readonly fileSize: string;
  readonly pass: string;
  readonly rowsMedian: string;
  readonly groups: string;
  readonly layers: string;
  readonly units: string;
  readonly bars: string;
  readonly barsHelp: string;
  readonly removed: string;
  readonly kept: string;
  readonly alone: string;
  readonly aloneHelp: string;
  readonly ownRatio: string;
  readonly asOthers: string;
  readonly stay: string;
  readonly why: string;
  readonly caveats: string;
  readonly table: string;
  readonly cancelled: string;
  readonly written: string;
  readonly stale: string;
}

export type PruneToView =
  | RunToView<never, PruneResult>
  | {
      readonly type: 'start';
      readonly words: PruneWords;
      readonly model: string;
      readonly data: string | undefined;
      readonly holdout: string | undefined;
      readonly settings: PruneSettings;
      readonly restore: PruneRestore;
    }
  | { readonly type: 'written'; readonly file: string };

export type PruneFromView =
  | Plain<'ready' | 'cancel' | 'write' | 'pickData' | 'pickHoldout' | 'copyCommand' | 'openDocs' | 'showLog'>
  | { readonly type: 'run'; readonly settings: PruneSettings };
