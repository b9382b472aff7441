import type { PixelChoice } from '../data/images/pixelValues';
import type {
  FaultData,
  InspectHead,
  InspectParameters,
  InspectPartial,
  InspectResult,
  LayerTopology,
  LayerFailure,
  Finding,
} from './results';

/**
 * What crosses between the extension host and a webview. Rules: both sides import this file alone; every message is an
 * object with a `type`; numbers travel in typed arrays, whose buffers VS Code transfers as they are; the host validates
 * whatever a view sends, because a view has drawn strangers' text. Indices count from 0.
 */

/** One input of the data set as a view can draw it. */
export type InputPreview =
  | {
      readonly kind: 'image';
      readonly row: number;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** height × width × channels, 0–255. */
      readonly pixels: Uint8Array;
      readonly label?: string;
      readonly predicted?: string;
    }
  | {
      readonly kind: 'cells';
      readonly row: number;
      readonly cells: readonly { readonly name: string; readonly value: string }[];
      readonly label?: string;
      readonly predicted?: string;
    };

/** The ways to a result of weights without a program. `openLayerList` is for a list that is there, and wrong or not finished. */
export type ProgramWay = 'chooseActivation' | 'createLayerList' | 'openLayerList' | 'copyExportCode' | 'runWithPython';

/** What a person can do about a fault. */
export type FaultAction =
  | { readonly id: 'rerun' | 'pickData' | 'chooseModel' | 'describe' | 'showLog' }
  | { readonly id: ProgramWay }
  | { readonly id: 'fewerPoints'; readonly points: number };

export type PanelStatus =
  | {
      readonly kind: 'waiting';
      readonly message: string;
      readonly action?: { readonly label: string; readonly id: 'pickData' | 'rerun' };
    }
  /** `confirm` asks before a long run: the forecast is above the limit. */
  | { readonly kind: 'confirm'; readonly message: string }
  | {
      readonly kind: 'running';
      readonly fraction: number;
      readonly phrase: string;
      readonly remainingMilliseconds?: number;
    }
  | {
      readonly kind: 'done';
      readonly milliseconds: number;
      /** Layers that earlier runs had computed, and when the first and the last of those were, in milliseconds since 1970. */
      readonly kept?: { readonly layers: number; readonly first: number; readonly last: number };
    }
  | { readonly kind: 'cancelled'; readonly finished: number; readonly total: number }
  | { readonly kind: 'failed'; readonly fault: FaultData; readonly actions: readonly FaultAction[] };

/** Where a panel's data comes from. */
export type DataChoice =
  | {
      readonly kind: 'file';
      /** As the engine takes it: a path, with `#array` or `#column` where the file holds several. */
      readonly data: string;
      readonly labels?: string;
      /** Which values stand for the pixels of images, where that was chosen. */
      readonly pixels?: PixelChoice;
      /** Rows of the network's other inputs, by their names. */
      readonly inputs?: Readonly<Record<string, string>>;
      /** Path of the tokenizer of texts, where that was chosen. */
      readonly vocabulary?: string;
    }
  | { readonly kind: 'random' }
  /** The file is no model: it holds activations that somebody saved, so that nothing is run. */
  | { readonly kind: 'stored'; readonly labels?: string };

/** What a panel needs to be made again. Read back from a view's state, so it is checked like any message. */
export interface PanelRestore {
  readonly version: 1;
  /** URI of the model file. */
  readonly model: string;
  readonly data?: DataChoice;
  readonly points?: number;
  readonly maxDimension?: number;
  readonly reduction?: 'mean' | 'flatten' | 'positions';
}

/** Messages that say no more than their type, each a member of its own. */
export type Plain<Type extends string> = Type extends string ? { readonly type: Type } : never;

/** How a run goes, told to whichever view shows it. */
export type RunToView<Part, Result> =
  | { readonly type: 'status'; readonly status: PanelStatus }
  | { readonly type: 'partial'; readonly partial: Part }
  | { readonly type: 'result'; readonly result: Result };

/** The answer to a request for rows of the data set. */
export interface InputsToView {
  readonly type: 'inputs';
  readonly request: number;
  readonly inputs: readonly InputPreview[];
  readonly note: string;
}

export type ToView =
  | RunToView<InspectPartial, InspectResult>
  | InputsToView
  /** A new run: what was shown of another one goes. */
  | {
      readonly type: 'start';
      readonly title: string;
      readonly modelPath: string;
      readonly commandLine: string;
      /** Kept by the view as `host` of what it gives to `setState`: from it the panel comes back after a reload. */
      readonly restore?: PanelRestore;
    }
  | { readonly type: 'select'; readonly layer: string };

/** Parameters that a person chose in a panel; the reduction `auto` takes back a chosen one. */
export interface ParameterChanges {
  readonly points?: number;
  readonly maxDimension?: number;
  readonly reduction?: string;
}

export type FromView =
  | { readonly type: 'ready' }
  | { readonly type: 'cancel' }
  | { readonly type: 'rerun'; readonly changes: ParameterChanges }
  | { readonly type: 'confirm'; readonly proceed: boolean }
  | { readonly type: 'pickData' | 'chooseModel' }
  | { readonly type: 'programWay'; readonly way: ProgramWay }
  /** The page that describes the model, at a layer where one is given. */
  | { readonly type: 'describe'; readonly layer?: string }
  /** Rows of the data set to be drawn; answered by `inputs` with the same request number. */
  | { readonly type: 'inputs'; readonly request: number; readonly rows: readonly number[] }
  | {
      readonly type: 'save';
      readonly suggestedName: string;
      readonly format: 'svg' | 'png' | 'csv' | 'json';
      readonly content: string | Uint8Array;
    }
  | { readonly type: 'copy'; readonly what: string; readonly text: string }
  | { readonly type: 'openDocs'; readonly page: string }
  | { readonly type: 'exportReport' }
  /** Which layers can go, on a page of its own. */
  | { readonly type: 'redundancy' }
  /** The Mapper graph of a layer, on a page of its own. */
  | { readonly type: 'mapper'; readonly layer: string }
  /** Goes on to the panel that prunes the model. */
  | { readonly type: 'prune' }
  | { readonly type: 'showLog' };

export type { PixelChoice };
export type { InspectHead, InspectParameters, InspectPartial, InspectResult, LayerTopology, LayerFailure, Finding };
