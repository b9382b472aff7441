import type { Warning } from '../../base/fault';
import type { PersistenceDiagram } from '../../topology/diagram';
import type { Provenance } from '../analysis';
import type { Estimate, Forecast, InspectHead, LayerFailure } from '../inspect';
import type { Caveat, LayerTopology, Reduction } from '../layerTopology';
import type { PairMeasures, WeightDifference } from './comparedPair';
import type { PairedAccuracy } from './pairedAccuracy';

/** What a person can set about a comparison; each is part of the result's identity. Dimensions are 0 and 1. */
export interface CompareParameters {
  /** Of the first model; all where undefined. */
  readonly layers: readonly string[] | undefined;
  readonly points: number;
  readonly reduction: Reduction | undefined;
  readonly seed: number;
}

export const defaultCompareParameters: CompareParameters = {
  layers: undefined,
  points: 1000,
  reduction: undefined,
  seed: 0,
};

export interface ComparedModel {
  readonly name: string;
  readonly format: string;
  readonly producer: string;
  readonly parameters: number;
  /** Over all rows. */
  readonly accuracy: Estimate | undefined;
  /** In the network's order. */
  readonly layers: InspectHead['layers'];
}

/** A line of the alignment: for each model the index of its layer, or `null` where it has none. */
export interface AlignedLayers {
  readonly layers: readonly (number | null)[];
}

export interface NamedLine extends AlignedLayers {
  /** The layer's name, or those of the models where they differ. */
  readonly name: string;
}

/** What is known before the first layer is computed; accuracies come later. */
export interface CompareHead {
  /** Two or more. */
  readonly models: readonly ComparedModel[];
  readonly data: InspectHead['data'];
  /** Row of the data set for each point, ascending. */
  readonly sampledRows: Uint32Array;
  readonly labels: InspectHead['labels'];
  /** Short names that tell the models apart. */
  readonly names: readonly string[];
  readonly lines: readonly NamedLine[];
  /** The line of the input of the last layers with weights, where the networks have one. */
  readonly lastHidden: number | undefined;
  readonly parameters: CompareParameters;
  readonly forecast: Forecast;
}

/** What of a layer's topology a comparison shows. */
export interface ComparedLayer {
  readonly model: number;
  readonly line: number;
  readonly name: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly reduction: LayerTopology['reduction'];
  readonly points: number;
  readonly width: number;
  /** Edge lengths as they are. */
  readonly diagram: PersistenceDiagram;
  readonly medianDistance: number;
  readonly totalPersistence: readonly number[];
  readonly dense0: number;
  readonly significant: LayerTopology['significant'];
  readonly caveats: readonly Caveat[];
}

/** One line of the alignment in two of the models. */
export interface ComparedPair extends PairMeasures {
  readonly line: number;
  /** Indices of the models, `a` < `b`. */
  readonly a: number;
  readonly b: number;
  readonly weights: readonly WeightDifference[];
}

/** Two models' answers on the same rows. */
export interface ComparedAccuracy extends PairedAccuracy {
  readonly a: number;
  readonly b: number;
}

export interface CompareFailure extends LayerFailure {
  readonly model: number;
}

/** One thing that was found, in plain words. */
export interface CompareFinding {
  readonly kind: 'change' | 'same' | 'accuracy' | 'memorisation' | 'rows' | 'weights' | 'unmatched' | 'caveat';
  /** Filled marks are findings, hollow ones are notes. */
  readonly weight: 'strong' | 'note';
  readonly sentence: string;
  readonly rule: string;
  /** The line that shows it, and what of it. */
  readonly target: { readonly line: number; readonly view: 'diagram' | 'rows' | 'weights' | 'lines' } | undefined;
}

export interface CompareResult {
  readonly head: CompareHead;
  /** By line, then model. */
  readonly layers: readonly ComparedLayer[];
  /** By line, then models. */
  readonly pairs: readonly ComparedPair[];
  readonly accuracies: readonly ComparedAccuracy[];
  readonly failures: readonly CompareFailure[];
  readonly findings: readonly CompareFinding[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** What a panel receives while the run goes on. `head`, `accuracies` and `findings` replace earlier ones. */
export type ComparePartial =
  | { readonly kind: 'head'; readonly head: CompareHead }
  | { readonly kind: 'layer'; readonly layer: ComparedLayer }
  | { readonly kind: 'pair'; readonly pair: ComparedPair }
  | { readonly kind: 'failure'; readonly failure: CompareFailure }
  | { readonly kind: 'accuracies'; readonly accuracies: readonly ComparedAccuracy[] }
  | { readonly kind: 'findings'; readonly findings: readonly CompareFinding[] };
