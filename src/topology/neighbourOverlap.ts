import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { nearestNeighbours } from './nearestNeighbours';
import type { PairwiseDistances } from './pairwiseDistances';

export interface NeighbourOverlap {
  /** Neighbours of each point: fewer than asked for where there are fewer other points. */
  readonly neighbours: number;
  /** Of each point: the share of its nearest neighbours that it has in both. */
  readonly overlap: Float64Array;
  /** count × neighbours, nearest first, of the first and the second distances. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
}

/**
 * The share of their k nearest neighbours that points keep from one set of distances to another, whose points are the same things. Of neighbours that are
 * equally far the one with the lower index is nearer. By chance a point keeps k ÷ (n − 1) of them.
 * Throws `shape-mismatch` for other numbers of points. O(n² + n·k²) time.
 */
export function neighbourOverlap(
  a: PairwiseDistances,
  b: PairwiseDistances,
  asked: number,
  cancellation = Cancellation.never,
): NeighbourOverlap {
  const { count } = a;
  if (count !== b.count)
    throw new Fault(
      'shape-mismatch',
      `There are distances of ${formatCount(count)} and of ${formatCount(b.count)} points, which must be the same.`,
    );
  const neighbours = Math.min(asked, Math.max(0, count - 1));
  const first = nearestNeighbours(a, neighbours, cancellation);
  const second = nearestNeighbours(b, neighbours, cancellation);
  const overlap = new Float64Array(count).fill(1);
  for (let i = 0; neighbours > 0 && i < count; i++) {
    const kept = new Set(first.subarray(i * neighbours, (i + 1) * neighbours));
    let both = 0;
    for (let k = i * neighbours; k < (i + 1) * neighbours; k++) if (kept.has(second[k]!)) both++;
    overlap[i] = both / neighbours;
  }
  return { neighbours, overlap, first, second };
}
