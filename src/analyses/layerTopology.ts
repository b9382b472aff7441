import type { PersistenceDiagram } from '../topology/diagram';

/** How activations with spatial positions become points: the mean over positions, all values in a row, or a point a position. */
export type Reduction = 'mean' | 'flatten' | 'positions';

/** Something that can mislead about one number, to be shown beside it. */
export interface Caveat {
  readonly code: string;
  readonly message: string;
}

/** The loop that a bar of H1 stands for, as of its birth. */
export interface RepresentativeCycle {
  /** Index into the pairs of its dimension. */
  readonly pair: number;
  /** Points of the cloud, ascending. */
  readonly vertices: Uint32Array;
  /** Pairs of points, flat: edge k is [edges[2k], edges[2k + 1]]. */
  readonly edges: Uint32Array;
}

/** What is known of one layer's activations as a point cloud of n points in `width` dimensions. */
export interface LayerTopology {
  readonly name: string;
  readonly op: string;
  /** Shape of the layer's output for one row. */
  readonly shape: readonly number[];
  readonly reduction: Reduction | 'none';
  readonly points: number;
  readonly width: number;
  /** Index into the head's `sampledRows` for each point; absent where point i is sampled row i. */
  readonly sampleOfPoint?: Uint32Array;
  /** Rips persistence of Euclidean distances, edge lengths as they are. */
  readonly diagram: PersistenceDiagram;
  /** Of H1, longest bars first, at most a few hundred. */
  readonly cycles: readonly RepresentativeCycle[];
  readonly enclosingRadius: number;
  readonly medianDistance: number;
  readonly totalPersistence: readonly number[];
  /** β0*: the largest number of components, over all scales, that hold at least `share` of the points each. */
  readonly dense0: {
    readonly count: number;
    readonly share: number;
    readonly scaleFrom: number;
    readonly scaleTo: number;
    /** Component of each point in the middle of that interval of scales; −1 in a component that is too small to count. */
    readonly members?: Int32Array;
  };
  /**
   * Fasy et al. 2014: with 95 % confidence the cloud is within c of what it was drawn from, where c is twice the 95 % quantile of the
   * Hausdorff distance between the cloud and its subsamples. An H0 bar longer than `width` = 2c is told from sampling noise.
   */
  readonly band: { readonly width: number; readonly subsamples: number; readonly subsampleSize: number };
  /** Covariance-matched Gaussian null of H1: a loop longer than `threshold` is longer than 95 % of the longest loops of the null. */
  readonly loopNull: { readonly threshold: number; readonly draws: number; readonly points: number } | undefined;
  /** Bars longer than the band in H0 (the essential one among them); loops longer than the null's threshold in H1. */
  readonly significant: { readonly components: number; readonly loops: number | undefined };
  /** Number of bars alive at each scale, a row per dimension, flat: counts[dimension * scales.length + k]. */
  readonly betti: { readonly scales: Float64Array; readonly counts: Float64Array };
  /** Principal components 1 and 2 of the points, and the share of the variance that each explains. */
  readonly projection: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly explained: readonly [number, number];
  };
  readonly caveats: readonly Caveat[];
  readonly milliseconds: number;
}
