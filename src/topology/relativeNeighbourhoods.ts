import type { Cancellation } from '../base/cancellation';
import type { RipsFiltration } from './ripsFiltration';
import { UnionFind } from './unionFind';

/** Rows between two looks at the stop sign. */
const ROWS_PER_POLL = 64;

/**
 * Ranks, ascending, of the edges of the relative neighbourhood graph (Toussaint 1980): no vertex is joined to both ends before them.
 * All others are the latest edge of a triangle, hence in an apparent pair with the first of these. The spanning forest is
 * part of this graph, and the rest are the edges that H1 has to reduce.
 */
export function relativeNeighbourhoods(filtration: RipsFiltration, cancellation: Cancellation): Uint32Array {
  const { count, kernel, listAddress, nearestAddress } = filtration;
  const { list } = filtration.views();
  const ranks: number[] = [];
  for (let a = 1; a < count; a++) {
    if (a % ROWS_PER_POLL === 0) cancellation.throwIfCancelled();
    const found = kernel.neighbourhoodEdges(a, nearestAddress, listAddress);
    for (let i = 0; i < found; i++) ranks.push(list[i]!);
  }
  return Uint32Array.from(ranks).sort();
}

export interface SpanningForest {
  /** Edges that join two components when edges come in order. */
  readonly tree: Uint32Array;
  /** All others. */
  readonly rest: Uint32Array;
}

/** Divides edges, given by rank in ascending order, into those of the spanning forest and the rest (Kruskal 1956). */
export function spanningForest(filtration: RipsFiltration, ranks: Uint32Array): SpanningForest {
  const { ends } = filtration.views();
  const components = new UnionFind(filtration.count);
  const tree: number[] = [];
  const rest: number[] = [];
  for (const rank of ranks) {
    const joins = components.union(ends[4 * rank]!, ends[4 * rank + 1]!) >= 0;
    (joins ? tree : rest).push(rank);
  }
  return { tree: Uint32Array.from(tree), rest: Uint32Array.from(rest) };
}
