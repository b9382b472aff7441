import type { Warning } from '../base/fault';
import type { Shape } from '../models/model';
import type { ClusteringMethod } from '../topology/mapper';
import type { Provenance } from './analysis';
import type { Estimate } from './inspect';

/** Points that a Mapper graph is made of again and again: in double precision and in their spatial order, in memory that threads share. */
export interface MapperPoints {
  readonly count: number;
  readonly width: number;
  readonly values: Float64Array;
  readonly order: { readonly points: Uint32Array; readonly placeOf: Uint32Array };
}

/** What is known of each point. */
export interface MapperFacts {
  /** Row of the data set. */
  readonly rowOfPoint: Uint32Array;
  readonly labels:
    { readonly name: string; readonly values: Int32Array; readonly classes: readonly string[] } | undefined;
  /** The class that the network answers, by the names it has for them; −1 where it gives none. */
  readonly predicted: { readonly values: Int32Array; readonly classes: readonly string[] } | undefined;
  /** 1 where that is the label. */
  readonly correct: Uint8Array | undefined;
  /** The network's probability of its answer. */
  readonly confidence: Float64Array | undefined;
  /** Columns of the data, where it has few. */
  readonly columns: readonly { readonly name: string; readonly values: Float64Array }[];
  /** Two principal components of the points, flat. */
  readonly projection: Float64Array;
}

export interface MapperSubject {
  readonly model: { readonly name: string; readonly format: string };
  readonly data: { readonly name: string; readonly rows: number };
  readonly layer: { readonly name: string; readonly op: string; readonly shape: Shape | undefined };
  /** All that can be shown, in the network's order. */
  readonly layers: readonly string[];
  readonly points: MapperPoints;
  readonly facts: MapperFacts;
  readonly accuracy: Estimate | undefined;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** How a Mapper graph is made, but for its lens. */
export interface MapperCover {
  readonly intervals: number;
  /** In [0, 1). */
  readonly overlap: number;
  readonly clustering: ClusteringMethod;
  readonly radius: number;
  readonly minimumPoints: number;
}

/** A Mapper graph in flat arrays. */
export interface MapperShape {
  readonly points: number;
  /** Members of node n: members[starts[n]] … members[starts[n + 1] − 1], ascending. */
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
  readonly interval: Uint32Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly shared: Uint32Array;
  readonly coverage: number;
  readonly components: number;
  readonly loops: number;
  readonly radius: number;
  /** Undefined without labels or nodes. */
  readonly purity: number | undefined;
  /** The same with labels that are shuffled: mean, least and largest of so many draws. */
  readonly shuffled: { readonly mean: number; readonly least: number; readonly most: number; readonly draws: number } | undefined; // prettier-ignore
}

/** Figures of the graph for a grid of covers: cell (i, o) is at i·overlaps + o. */
export interface MapperGrid {
  readonly intervals: readonly number[];
  readonly overlaps: readonly number[];
  readonly nodes: Uint32Array;
  readonly components: Uint32Array;
  readonly loops: Uint32Array;
  readonly coverage: Float64Array;
}

/** One thing that stands out in a graph, in words. */
export interface MapperFinding {
  readonly kind: 'flare' | 'loop' | 'singleton' | 'component';
  readonly sentence: string;
  readonly nodes: readonly number[];
}

/** A loop of the points, and where each point is on it. */
export interface MapperLoop {
  readonly birth: number;
  readonly death: number;
  /** Whether it is longer than the null's threshold. */
  readonly isSignificant: boolean;
  /** In turns, [0, 1), a point each; undefined where the cocycle is none over the integers. */
  readonly turns: Float64Array | undefined;
}

export interface MapperLoops {
  readonly loops: readonly MapperLoop[];
  readonly landmarks: number;
  /** Points that landmarks were chosen from. */
  readonly sample: number;
  /** The length that a loop must exceed: of so many draws of Gaussian points with the same covariance, at this level. */
  readonly threshold: number;
  readonly draws: number;
  readonly level: number;
}

/** A group of units that act together. */
export interface UnitCommunity {
  readonly k: number;
  /** Correlations, from the first clique to where it becomes part of another community. */
  readonly birth: number;
  readonly death: number;
  readonly isEssential: boolean;
  readonly units: Uint32Array;
  /** Index of the community that it is nested in; −1 for none. */
  readonly parent: number;
  /** Points whose activations of these units are highest together, the highest first. */
  readonly points: Uint32Array;
}

export interface UnitCommunities {
  readonly communities: readonly UnitCommunity[];
  /** Communities that there are; the longest-lived of them are listed. */
  readonly total: number;
  /** Units that took part, of how many, and why not all. */
  readonly units: number;
  readonly width: number;
  readonly leastCorrelation: Float64Array;
  readonly note: string;
}

/** Purity of other points with the same cover and their own radius, or why there is none. */
export type MapperBaseline =
  | { readonly purity: number | undefined; readonly coverage: number; readonly nodes: number }
  | { readonly missing: string };
