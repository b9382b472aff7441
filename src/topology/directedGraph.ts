/** A directed graph without double edges: the targets of vertex v are `targets[start[v]]` … `targets[start[v + 1] − 1]`, ascending. An edge from a vertex to itself is allowed. */
export interface DirectedGraph {
  readonly count: number;
  readonly start: Uint32Array;
  readonly targets: Uint32Array;
}

/** Room for graphs of up to `most` vertices, to be filled one after another. */
export function emptyGraph(most: number): DirectedGraph {
  return { count: most, start: new Uint32Array(most + 1), targets: new Uint32Array(most * most) };
}
