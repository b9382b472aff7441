import type { ComparePartial, CompareResult } from '../analyses/compare/compare';
import type { DataChoice, InputsToView, RunToView } from './panel';
import type { Reduction } from './results';

/**
 * What crosses between the extension host and the page that compares models. The page answers with the messages of an inspection's (`FromView`), so that both are checked in one place.
 */
export type CompareToView =
  | RunToView<ComparePartial, CompareResult>
  | InputsToView
  /** A new run: what was shown of another one goes. */
  | {
      readonly type: 'start';
      readonly title: string;
      readonly commandLine: string;
      /** Kept by the view: from it the panel comes back after a reload. */
      readonly restore: CompareRestore;
    };

/** What a panel needs to be made again. */
export interface CompareRestore {
  readonly version: 1;
  /** URIs of the model files. */
  readonly models: readonly string[];
  readonly data?: DataChoice;
  readonly points?: number;
  readonly reduction?: Reduction;
}

export type {
  ComparedAccuracy,
  ComparedLayer,
  ComparedPair,
  CompareFailure,
  CompareFinding,
  CompareHead,
  ComparePartial,
  CompareResult,
} from '../analyses/compare/compare';
export type { ChangedRow, MatchedDistance, Ratio } from '../analyses/compare/comparedPair';
