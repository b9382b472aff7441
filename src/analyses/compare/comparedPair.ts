import type { DiagramMatching } from '../../topology/diagramPoints';
import type { Caveat } from '../layerTopology';

/** The distance of two diagrams of one dimension, whose lengths are over the median distance of their clouds. */
export interface MatchedDistance {
  readonly distance: number;
  /** Indices into the pairs of that dimension in either diagram; `null` is the diagonal. */
  readonly matching: DiagramMatching;
}

/**
 * Whether a difference is more than the rows that were drawn: the swap test (`topology/swapTest`) over diagrams of disjoint parts of the sample, by dimension. `null` where
 * there are too few points for two parts.
 */
export interface DifferenceTest {
  readonly bottleneck: readonly number[];
  readonly wasserstein: readonly number[];
  /** Holm's adjustment for all layers and both dimensions of one kind of distance: filled in when all pairs are known. */
  readonly adjusted?: {
    readonly bottleneck: readonly number[];
    readonly wasserstein: readonly number[];
    /** The smallest of all, twice for the two kinds of distance: at most 1. */
    readonly smallest: number;
    readonly significant: boolean;
  };
  readonly parts: number;
  readonly pointsOfPart: number;
  readonly permutations: number;
}

/** A row whose nearest neighbours are not the same in both. Points, here, are indices into the sample. */
export interface ChangedRow {
  readonly point: number;
  /** Share of its nearest neighbours that it kept. */
  readonly overlap: number;
  /** Nearest first. */
  readonly neighboursA: readonly number[];
  readonly neighboursB: readonly number[];
}

export interface Neighbourhoods {
  readonly neighbours: number;
  readonly meanOverlap: number;
  /** What two clouds that have nothing to do with each other would share. */
  readonly chance: number;
  /** Of every point. */
  readonly overlap: Float32Array;
  /** Those that changed most, most changed first. */
  readonly changed: readonly ChangedRow[];
}

/** A ratio with an interval; `null` ends where the half samples leave it open. */
export interface Ratio {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** One layer in two networks. Everything is of the same sample of rows. */
export interface PairMeasures {
  /** By dimension. Largest move, and order-1 sum of moves; ground metric ℓ∞. */
  readonly bottleneck: readonly MatchedDistance[];
  readonly wasserstein: readonly MatchedDistance[];
  readonly test: DifferenceTest | null;
  /** Linear CKA; `null` where a cloud has no variance, or the points are not of the same places. */
  readonly cka: number | null;
  readonly rtd: {
    readonly ab: number;
    readonly ba: number;
    readonly mean: number;
    readonly points: number;
  } | null;
  readonly neighbourhoods: Neighbourhoods | null;
  /** Total persistence of B over that of A, each over its median distance, by dimension; with an interval where it was asked for. `null` where A has none. */
  readonly totalRatio: readonly (Ratio | null)[];
  readonly caveats: readonly Caveat[];
}

/** Tensors of a layer that both files hold. */
export interface WeightDifference {
  readonly a: string;
  readonly b: string;
  readonly shape: readonly number[];
  /** ‖A − B‖ ÷ √((‖A‖² + ‖B‖²) / 2): 0 the same, √2 unrelated, 2 opposite. `null` where a value is not finite. */
  readonly relative: number | null;
  /** ‖A‖, ‖B‖. */
  readonly norms: readonly [number, number];
  /** Whether B's axes were brought to A's order. */
  readonly turned: boolean;
}
