import type { RipsFiltration } from './ripsFiltration';

/** Ranks of the edges that join two components when edges come in order (Kruskal 1956), in ascending order. */
export function spanningForest(filtration: RipsFiltration): Uint32Array {
  const { count, edgeCount } = filtration;
  const { ends } = filtration.views();
  const parent = Uint32Array.from({ length: count }, (_, i) => i);
  const find = (vertex: number): number => {
    while (parent[vertex]! !== vertex) {
      // Path halving.
      parent[vertex] = parent[parent[vertex]!]!;
      vertex = parent[vertex]!;
    }
    return vertex;
  };
  const forest = new Uint32Array(Math.max(0, count - 1));
  let size = 0;
  for (let r = 0; r < edgeCount && size < forest.length; r++) {
    const a = find(ends[4 * r]!);
    const b = find(ends[4 * r + 1]!);
    if (a === b) continue;
    parent[a] = b;
    forest[size++] = r;
  }
  return forest.slice(0, size);
}
