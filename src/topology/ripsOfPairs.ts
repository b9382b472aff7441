import { Cancellation } from '../base/cancellation';
import { noProgress, subProgress } from '../base/progress';
import { complexPersistence } from './complexPersistence';
import { DistanceMatrix } from './distances';
import { FilteredComplex, MOST_SIMPLICES, poll } from './filteredComplex';
import { addSimplicesOf } from './flagComplex';
import { checkRipsOptions, rips, type RipsOptions, type RipsResult } from './rips';
import type { SparseDistances } from './sparseDistances';

export interface PairsOptions extends RipsOptions {
  /** More simplices than this are refused; what fits into a reasonable memory unless given. */
  readonly maxSimplices?: number;
}

/** Matrices that cost nothing, and the share of all pairs from which on a matrix is smaller than the simplices. */
const SMALL = 2000;
const DENSE = 1 / 8;

/**
 * Vietoris–Rips persistence of sparse distances: that of the matrix whose other entries are infinite, without the matrix where it would be large. Pairs become a complex of all their
 * simplices then, so that memory grows with these. Lengths are rounded to single precision either way. Throws as `rips`.
 */
export function ripsOfPairs(distances: SparseDistances, options: PairsOptions): RipsResult {
  const { count, from, to, length } = distances;
  const { maxDimension, threshold = Infinity, maxSimplices = MOST_SIMPLICES } = options;
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  if (isDense(distances)) return rips(matrixOf(distances), options);
  checkRipsOptions(options);

  const longest = Math.fround(threshold);
  const complex = new FilteredComplex(count, Math.min(maxSimplices, MOST_SIMPLICES));
  const lengths = Array.from({ length: count }, () => new Map<number, number>());
  // Pairs come by their first end: the neighbours of each vertex ascend.
  for (let k = 0; k < length.length; k++) {
    const rounded = Math.fround(length[k]!);
    if (rounded <= longest && rounded < Infinity) lengths[to[k]!]!.set(from[k]!, rounded);
  }
  const growth = { complex, lengths, topDimension: maxDimension + 1, cancellation };
  for (let vertex = 0; vertex < count; vertex++) {
    poll(vertex << 6, cancellation);
    progress((0.3 * vertex) / count, 'listing simplices');
    addSimplicesOf(growth, vertex, Infinity);
  }
  const reduced = complexPersistence(complex, { ...options, cancellation, progress: subProgress(progress, 0.3, 1) });
  return {
    points: count,
    threshold: options.threshold ?? null,
    enclosingRadius: enclosingRadiusOf(distances),
    coefficients: options.coefficients ?? 2,
    ...reduced,
  };
}

/** Whether `ripsOfPairs` makes a matrix of the pairs. */
export function isDense({ count, length }: SparseDistances): boolean {
  return count <= SMALL || length.length > (DENSE * count * (count - 1)) / 2;
}

function matrixOf({ count, from, to, length }: SparseDistances): DistanceMatrix {
  const values = new Float32Array(count * count).fill(Infinity);
  for (let i = 0; i < count; i++) values[i * count + i] = 0;
  length.forEach((distance, k) => {
    values[from[k]! * count + to[k]!] = distance;
    values[to[k]! * count + from[k]!] = distance;
  });
  return new DistanceMatrix(count, values);
}

/** The smallest, over the points that are in a pair with all others, of the largest distance; ∞ where there is none. */
function enclosingRadiusOf({ count, from, to, length }: SparseDistances): number {
  const degrees = new Uint32Array(count);
  const farthest = new Float64Array(count);
  for (const ends of [from, to])
    ends.forEach((point, k) => {
      degrees[point] = degrees[point]! + 1;
      farthest[point] = Math.max(farthest[point]!, Math.fround(length[k]!));
    });
  return farthest.reduce(
    (least, far, point) => (degrees[point] === count - 1 ? Math.min(least, far) : least),
    Infinity,
  );
}
