import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import type { PersistenceDiagram } from './diagram';

export interface RipsOptions {
  /** Homology is computed in dimensions 0 … maxDimension. */
  readonly maxDimension: number;
  /** The longest edge, inclusive; without it the enclosing radius bounds the complex, and whatever can die dies. */
  readonly threshold?: number;
  /** The prime p of the field Z/p; 2 unless given. */
  readonly coefficients?: number;
  /** Representative cycles of H1 too (over Z/2 only). */
  readonly cycles?: boolean;
  /** At most so many cycles, of the longest bars; all unless given. */
  readonly maxCycles?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/**
 * A loop whose class is born at the birth and dies at the death of a bar of H1: every vertex has an even number of its edges, the longest
 * edge is the birth, and it bounds at the death and not before.
 */
export interface Cycle {
  /** Index into the pairs of dimension 1. */
  readonly pair: number;
  /** Points, ascending. */
  readonly vertices: Uint32Array;
  /** Pairs of points, flat: edge k is [edges[2k], edges[2k + 1]]. */
  readonly edges: Uint32Array;
}

export interface RipsResult {
  readonly points: number;
  /** As given, or `null`. */
  readonly threshold: number | null;
  /** The smallest, over the points, of the largest distance to another: beyond it the complex is a cone. May be infinite. */
  readonly enclosingRadius: number;
  readonly coefficients: number;
  readonly diagram: PersistenceDiagram;
  /** Ascending in `pair`; empty unless asked for. */
  readonly cycles: readonly Cycle[];
}
