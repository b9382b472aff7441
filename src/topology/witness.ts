import { Cancellation } from '../base/cancellation';
import { noProgress, type Progress } from '../base/progress';
import { DistanceMatrix } from './distances';
import type { PairwiseDistances } from './pairwiseDistances';

/** Which landmark's distance a witness is forgiven: none, that of the nearest, or that of the second nearest. */
export type WitnessNu = 0 | 1 | 2;

export interface WitnessOptions {
  /** 1 unless given. */
  readonly nu?: WitnessNu;
  /** Edges that appear beyond it are not wanted: they may then come out too long. */
  readonly threshold?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

const WITNESSES_BETWEEN_BOUNDS = 256;

/**
 * When the edges of the lazy witness complex appear, as a matrix over the landmarks for `rips` (which is not a metric): a, b at
 * R(a, b) = min over the points w of max(d(w, a), d(w, b)) − m_ν(w), at least 0, where m_0 = 0 and m_ν(w) is the distance from w to its ν-th nearest
 * landmark. The complex at R is then the flag complex of the edges up to R (de Silva, Carlsson, "Topological estimation using witness complexes",
 * Symposium on Point-Based Graphics 2004). Every point of the cloud is a witness, landmarks too.
 *
 * Entries up to the matrix's enclosing radius (and `threshold`) are exact, so that `rips` of it is; longer ones may be too long, since witnesses are not asked beyond.
 * O(n · L²) at worst; O(L²) memory.
 */
export function witnessMatrix(
  distances: PairwiseDistances,
  landmarks: Uint32Array,
  options: WitnessOptions = {},
): DistanceMatrix {
  const { nu = 1, threshold = Infinity, cancellation = Cancellation.never, progress = noProgress } = options;
  const count = landmarks.length;
  const values = new Float32Array(count * count).fill(Infinity);
  for (let a = 0; a < count; a++) values[a * count + a] = 0;
  const toLandmark = new Float64Array(count);
  const order = Uint32Array.from({ length: count }, (_, a) => a);
  let bound = threshold;
  for (let w = 0; w < distances.count; w++) {
    if (w % WITNESSES_BETWEEN_BOUNDS === 0) {
      progress(w / distances.count, 'asking witnesses');
      // Entries only shrink: what is beyond the enclosing radius now will be no simplex that matters.
      bound = Math.min(bound, enclosingRadius(values, count));
    }
    cancellation.throwIfCancelled();
    for (let a = 0; a < count; a++) toLandmark[a] = distances.at(w, landmarks[a]!);
    order.sort((a, b) => toLandmark[a]! - toLandmark[b]!);
    const forgiven = nu === 0 ? 0 : toLandmark[order[Math.min(nu, count) - 1]!]!;
    for (let far = 1; far < count; far++) {
      const b = order[far]!;
      const appears = Math.max(0, toLandmark[b]! - forgiven);
      if (appears > bound) break;
      const row = b * count;
      for (let near = 0; near < far; near++) {
        const a = order[near]!;
        if (appears < values[row + a]!) {
          values[row + a] = appears;
          values[a * count + b] = appears;
        }
      }
    }
  }
  return new DistanceMatrix(count, values);
}

function enclosingRadius(values: Float32Array, count: number): number {
  let smallest = Infinity;
  for (let a = 0; a < count; a++) {
    let largest = 0;
    for (let at = a * count; at < (a + 1) * count && largest < smallest; at++) largest = Math.max(largest, values[at]!);
    smallest = Math.min(smallest, largest);
  }
  return smallest;
}

/** An upper estimate of the bytes that a witness complex of so many landmarks takes beside Rips persistence. */
export function forecastWitnessBytes(points: number, landmarks: number): number {
  return 16 * points + 4 * landmarks * landmarks;
}
