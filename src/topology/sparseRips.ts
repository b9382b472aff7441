import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, subProgress, type Progress } from '../base/progress';
import type { RepresentativeOptions, Representatives } from './chosenRepresentatives';
import { complexPersistence } from './complexPersistence';
import type { PersistenceDiagram } from './diagram';
import { FilteredComplex, MOST_SIMPLICES, poll } from './filteredComplex';
import { addSimplicesOf } from './flagComplex';
import { maxminLandmarks } from './landmarks';
import type { PairwiseDistances } from './pairwiseDistances';

export interface SparseRipsOptions extends RepresentativeOptions {
  /** Of the first point of the greedy order. */
  readonly seed: number;
  /** How exact: above 0. */
  readonly epsilon: number;
  readonly maxDimension: number;
  /** The longest edge, as in the sparse filtration, inclusive. */
  readonly threshold?: number;
  /** A prime; 2 unless given. */
  readonly coefficients?: number;
  /** More simplices than this are refused; what fits into a reasonable memory unless given. */
  readonly maxSimplices?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

export interface SparseRipsResult extends Representatives {
  /** Edge lengths (diameters), as `rips` has them. */
  readonly diagram: PersistenceDiagram;
  /** Every bar of the exact diagram whose death is more than 1 + ε times its birth is matched by one here, each end of which is at least as long as the exact one and at most 1 + ε times that. */
  readonly factor: number;
  /** Simplices of each dimension, 0 … maxDimension + 1. */
  readonly simplices: readonly number[];
}

/**
 * Rips persistence up to a factor of 1 + ε from a complex of linear size: Cavanna, Jahanseir, Sheehy, "A geometric perspective on sparse filtrations", CCCG 2015. With points in
 * greedy (farthest-point) order and λ the distance of each from those before it, the ball of a point grows with the radius α up to λ(1 + ε)/ε, stays so, and vanishes beyond
 * λ(1 + ε)²/ε, by when others cover it. An edge is there when two balls meet while neither has vanished; a simplex with its last edge, unless a vertex has vanished by then. That last condition is
 * why this is no flag complex, and is reduced simplex by simplex. Every metric embeds in ℓ∞, where balls that meet in pairs meet, which carries the theorem from Čech to Rips complexes.
 *
 * Linear in n for a fixed doubling dimension, with a constant that grows fast with it and with 1/ε: in high dimensions little is left out. O(n²) distances. Needs the triangle inequality.
 * Throws `usage`, `too-large`, `cancelled`.
 */
export function sparseRips(distances: PairwiseDistances, options: SparseRipsOptions): SparseRipsResult {
  const { seed, epsilon, maxDimension, threshold = Infinity, maxSimplices = MOST_SIMPLICES } = options;
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  if (!(epsilon > 0 && epsilon < Infinity)) throw new Fault('usage', `Epsilon must be above 0, not ${epsilon}.`);
  if (!(Number.isInteger(maxDimension) && maxDimension >= 0 && maxDimension <= 10))
    throw new Fault('usage', `The largest dimension must be an integer from 0 to 10, not ${maxDimension}.`);
  if (!(threshold >= 0)) throw new Fault('usage', `The threshold must not be negative, not ${threshold}.`);

  const { count } = distances;
  const { indices, insertionRadii } = maxminLandmarks(distances, count, {
    seed,
    cancellation,
    progress: subProgress(progress, 0, 0.3),
  });
  const fullRadius = insertionRadii.map(radius => (radius * (1 + epsilon)) / epsilon);
  const complex = new FilteredComplex(count, Math.min(maxSimplices, MOST_SIMPLICES));
  // A simplex is made with its latest vertex first: that one vanishes before the others. Its neighbours come with their edges' lengths.
  const lengths: Map<number, number>[] = [];
  const growth = { complex, lengths, topDimension: maxDimension + 1, cancellation };
  for (let v = 0; v < count; v++) {
    poll(v << 6, cancellation);
    progress(0.3 + (0.5 * v) / count, 'growing balls');
    const longest = Math.min(threshold, 2 * fullRadius[v]! * (1 + epsilon));
    const own = new Map<number, number>();
    for (let u = 0; u < v; u++) {
      const length = edgeLength(distances.at(indices[u]!, indices[v]!), fullRadius[u]!, fullRadius[v]!);
      if (length < Infinity && length <= longest) own.set(u, length);
    }
    lengths.push(own);
    addSimplicesOf(growth, v, longest);
  }
  return {
    ...complexPersistence(complex, { ...options, points: indices, progress: subProgress(progress, 0.8, 1) }),
    factor: 1 + epsilon,
    simplices: Array.from({ length: maxDimension + 2 }, (_, dimension) => complex.count(dimension)),
  };
}

/** Twice the radius at which the balls of two points meet, the second of which stops growing first; ∞ where they never do. */
function edgeLength(distance: number, fullFirst: number, fullSecond: number): number {
  if (distance <= 2 * fullSecond) return distance;
  if (distance <= fullFirst + fullSecond) return 2 * (distance - fullSecond);
  return Infinity;
}
