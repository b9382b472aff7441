import type { Warning } from '../base/fault';
import type { Shape } from '../models/model';
import type { Provenance } from './analysis';
import type { Caveat, LayerTopology, Reduction } from './layerTopology';

/** What a person can set about an inspection; each is part of the result's identity. */
export interface InspectParameters {
  /** All layers where undefined. */
  readonly layers: readonly string[] | undefined;
  readonly points: number;
  readonly maxDimension: number;
  /** `undefined` picks by the layer's shape, and the result says what was picked. */
  readonly reduction: Reduction | undefined;
  readonly seed: number;
}

export const defaultInspectParameters: InspectParameters = {
  layers: undefined,
  points: 1000,
  maxDimension: 1,
  reduction: undefined,
  seed: 0,
};

/** A share with its 95 % Wilson interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** Time and memory that the run is expected to take, made before it starts. */
export interface Forecast {
  readonly milliseconds: number;
  readonly bytes: number;
}

/** What is known before the first layer is computed. */
export interface InspectHead {
  readonly model: {
    readonly name: string;
    readonly format: string;
    readonly producer: string;
    readonly parameters: number;
  };
  readonly data: {
    readonly name: string;
    readonly rows: number;
    readonly rowShape: readonly number[];
    /** How the values and axes were treated, as a sentence part. */
    readonly treatment: string;
  };
  /** The sample: row of the data set for each point, ascending. */
  readonly sampledRows: Uint32Array;
  /** Class of each sampled row. */
  readonly labels:
    { readonly name: string; readonly values: Int32Array; readonly classes: readonly string[] } | undefined;
  /** Over all rows. */
  readonly accuracy: Estimate | undefined;
  readonly layers: readonly { readonly name: string; readonly op: string; readonly shape: Shape | undefined }[];
  readonly parameters: InspectParameters;
  readonly forecast: Forecast;
}

/** One thing that was found, in plain words. */
export interface Finding {
  readonly kind: 'clusters' | 'loops' | 'simplification' | 'accuracy' | 'caveat' | 'nothing';
  /** Filled marks are findings, hollow ones are notes. */
  readonly weight: 'strong' | 'note';
  /** With the number in it. */
  readonly sentence: string;
  /** The rule by which the number was made, and its threshold. */
  readonly rule: string;
  /** The place that shows it. */
  readonly target:
    | {
        readonly layer: string;
        readonly view: 'barcode' | 'diagram' | 'betti' | 'scatter' | 'layers';
        readonly dimension?: number;
        readonly pair?: number;
      }
    | undefined;
}

/** A layer that could not be computed, while the others were. */
export interface LayerFailure {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export interface InspectResult {
  readonly head: InspectHead;
  readonly layers: readonly LayerTopology[];
  readonly failures: readonly LayerFailure[];
  readonly findings: readonly Finding[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** What a panel receives while the run goes on. `findings` replace earlier ones. */
export type InspectPartial =
  | { readonly kind: 'head'; readonly head: InspectHead }
  /** `keptSince` where an earlier run computed it: when that was, in milliseconds since 1970. No result says so: results do not depend on it. */
  | { readonly kind: 'layer'; readonly layer: LayerTopology; readonly keptSince?: number }
  | { readonly kind: 'failure'; readonly failure: LayerFailure }
  | { readonly kind: 'findings'; readonly findings: readonly Finding[] };

export type { Caveat };
