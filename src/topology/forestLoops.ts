import { sortedChain, type Chain } from './representative';
import type { RipsFiltration } from './ripsFiltration';

/** The endless cycle that an edge gives birth to: it, and the path of the spanning `forest` (ranks of edges) between its ends. As a function of the edge's rank. */
export function loopsThroughForest(
  filtration: RipsFiltration,
  forest: Uint32Array,
  prime: number,
): (edge: number) => Chain {
  const { ends } = filtration.views();
  const neighbours = Array.from({ length: filtration.count }, () => new Array<{ vertex: number; rank: number }>());
  for (const rank of forest) {
    const [a, b] = [ends[4 * rank]!, ends[4 * rank + 1]!];
    neighbours[a]!.push({ vertex: b, rank });
    neighbours[b]!.push({ vertex: a, rank });
  }
  return edge => {
    // The edge leads from its smaller to its larger end, and the path back.
    const [to, from] = [ends[4 * edge]!, ends[4 * edge + 1]!];
    const reachedBy = new Map([[from, { vertex: from, rank: edge }]]);
    const queue = [from];
    for (let i = 0; i < queue.length && !reachedBy.has(to); i++) {
      for (const next of neighbours[queue[i]!]!) {
        if (reachedBy.has(next.vertex)) continue;
        reachedBy.set(next.vertex, { vertex: queue[i]!, rank: next.rank });
        queue.push(next.vertex);
      }
    }
    const keys = [edge];
    const coefficients = [1];
    for (let vertex = to; vertex !== from;) {
      const step = reachedBy.get(vertex)!;
      keys.push(step.rank);
      coefficients.push(step.vertex < vertex ? 1 : prime - 1);
      vertex = step.vertex;
    }
    return sortedChain(Float64Array.from(keys), Int32Array.from(coefficients));
  };
}
