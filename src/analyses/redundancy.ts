import type { Warning } from '../base/fault';
import type { PersistenceDiagram } from '../topology/diagram';
import type { Provenance } from './analysis';
import type { Estimate, Forecast, InspectHead, LayerFailure } from './inspect';
import type { Reduction } from './layerTopology';

/** What a person can set; each is part of the result's identity. */
export interface RedundancyParameters {
  /** All layers where undefined. */
  readonly layers: readonly string[] | undefined;
  /** Rows that distances are computed on: the same of every layer. */
  readonly points: number;
  /** `undefined` is the mean over positions for activations that have them; a point a position is not offered: points must be the same rows in all layers. */
  readonly reduction: Exclude<Reduction, 'positions'> | undefined;
  /** Halves of the sample that intervals come from; none at 0. */
  readonly subsamples: number;
  /** Accuracy that a removal may cost to be suggested, as a share. */
  readonly tolerance: number;
  /** So many candidates, those of the lowest distances, are measured. */
  readonly measured: number;
  readonly seed: number;
}

export const defaultRedundancyParameters: RedundancyParameters = {
  layers: undefined,
  points: 1000,
  reduction: undefined,
  subsamples: 5,
  tolerance: 0.005,
  measured: 40,
  seed: 0,
};

/** A square matrix over the layers, row by row. */
export type LayerMatrix = Float64Array;

/** What is done to the network where a layer was: its readers read what it read, or a fitted linear map of that. */
export type Replacement = 'bypass' | 'linear';

/** Something that could be taken out: a layer, or a block of layers with one entry and one exit. */
export interface RemovalCandidate {
  /** Name of the layer, or of the author's block. */
  readonly name: string;
  /** The layer whose output it gives. */
  readonly exit: string;
  /** The layer that it reads from. */
  readonly entry: string;
  /** Layers that go with it, in the network's order. */
  readonly layers: readonly string[];
  readonly parameters: number;
  readonly replacement: Replacement;
}

/** An accuracy or agreement before and after, on the same rows. */
export interface Ablation {
  readonly replacement: Replacement;
  /** Rows that both were measured on: all, or those that a linear map was not fitted on. */
  readonly rows: number;
  /** Rows that a linear map was fitted on. */
  readonly fittedRows: number | undefined;
  /** Undefined without labels. */
  readonly accuracy: { readonly before: Estimate; readonly after: Estimate; readonly change: Change } | undefined;
  /** Share of the rows whose class is as before. */
  readonly agreement: Estimate;
  /** Of the file that would be written. */
  readonly parametersBefore: number;
  readonly parametersAfter: number;
}

/** After less before, with the 95 % interval of Agresti and Min for paired shares. */
export interface Change {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Rows that became right, and that became wrong. */
  readonly gained: number;
  readonly lost: number;
}

export interface Candidate extends RemovalCandidate {
  /** The larger of both bottleneck distances between entry and exit. */
  readonly distance: number;
  /** Measured, and within the tolerance. */
  readonly removable: boolean;
  /** Undefined where it was not measured: the reason says why. */
  readonly ablation: Ablation | undefined;
  /** Why it is suggested or not, in a sentence. */
  readonly reason: string;
}

/** What is known before the first layer is computed. */
export interface RedundancyHead {
  readonly model: InspectHead['model'];
  readonly data: InspectHead['data'];
  readonly labels: string | undefined;
  /** The sample: row of the data set for each point, ascending. */
  readonly sampledRows: Uint32Array;
  /** Points of each half that intervals come from, and of the sample of RTD. */
  readonly subsamplePoints: number;
  readonly divergencePoints: number;
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    readonly shape: InspectHead['layers'][number]['shape'];
  }[];
  readonly parameters: RedundancyParameters;
  readonly forecast: Forecast;
}

/** Distances between all layers, over the same rows. Matrices are over `layers`. */
export interface LayerDistances {
  readonly layers: readonly string[];
  readonly medianDistance: readonly number[];
  /** Bottleneck distances of the diagrams of distances over their median, by dimension. */
  readonly bottleneck: readonly LayerMatrix[];
  /** Ends of the interval of each, by dimension. */
  readonly low: readonly LayerMatrix[];
  readonly high: readonly LayerMatrix[];
  /** Linear CKA; NaN where a layer has no variance. */
  readonly cka: LayerMatrix;
  /** Mean of both directions of representation topology divergence. */
  readonly rtd: LayerMatrix;
  /** Distances over their median, a diagram a layer: what the bottleneck distances are between. */
  readonly diagrams: readonly PersistenceDiagram[];
}

/** One thing that was found, in plain words. */
export interface RedundancyFinding {
  readonly kind: 'removable' | 'needed' | 'alike' | 'nothing' | 'caveat';
  /** Filled marks are findings, hollow ones are notes. */
  readonly weight: 'strong' | 'note';
  readonly sentence: string;
  readonly rule: string;
  /** A candidate by its name, or two layers. */
  readonly target: { readonly candidate: string } | { readonly a: string; readonly b: string } | undefined;
}

export interface RedundancyResult {
  readonly head: RedundancyHead;
  readonly distances: LayerDistances;
  /** By ascending distance. */
  readonly candidates: readonly Candidate[];
  readonly accuracy: Estimate | undefined;
  readonly failures: readonly LayerFailure[];
  readonly findings: readonly RedundancyFinding[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** What a panel receives while the run goes on. */
export type RedundancyPartial =
  | { readonly kind: 'head'; readonly head: RedundancyHead }
  | { readonly kind: 'distances'; readonly distances: LayerDistances }
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] };
