import type { DirectedGraph } from './directedGraph';

/**
 * Finds the strongly connected components of directed graphs (Tarjan 1972), without recursion: O(vertices + edges) each. The arrays are allocated once, for
 * graphs of up to `most` vertices.
 */
export class StrongComponents {
  /** Of each vertex, from 0 on; a component has a higher number than those that it leads to. −1 for vertices that were left out. */
  readonly component: Int32Array;
  private readonly order: Int32Array;
  private readonly low: Int32Array;
  private readonly edge: Uint32Array;
  private readonly path: Uint32Array;
  private readonly open: Uint32Array;
  private openCount = 0;
  private visited = 0;
  private found = 0;

  constructor(most: number) {
    this.component = new Int32Array(most);
    this.order = new Int32Array(most);
    this.low = new Int32Array(most);
    this.edge = new Uint32Array(most);
    this.path = new Uint32Array(most);
    this.open = new Uint32Array(most);
  }

  /** Fills `component` and returns how many there are: of the whole graph, or of the vertices that are `kept`. */
  of(graph: DirectedGraph, kept?: (vertex: number) => boolean): number {
    const { count } = graph;
    this.component.fill(-1, 0, count);
    this.order.fill(-1, 0, count);
    this.visited = 0;
    this.found = 0;
    this.openCount = 0;
    for (let v = 0; v < count; v++)
      if (this.order[v]! < 0 && (kept === undefined || kept(v))) this.visit(v, graph, kept);
    return this.found;
  }

  private visit(
    root: number,
    { start, targets }: DirectedGraph,
    kept: ((vertex: number) => boolean) | undefined,
  ): void {
    const { component, order, low, edge, path, open } = this;
    let depth = 0;
    this.enter(root, start);
    path[0] = root;
    while (depth >= 0) {
      const v = path[depth]!;
      if (edge[v]! < start[v + 1]!) {
        const w = targets[edge[v]!]!;
        edge[v] = edge[v]! + 1;
        if (kept !== undefined && !kept(w)) continue;
        if (order[w]! < 0) {
          this.enter(w, start);
          path[++depth] = w;
        } else if (component[w]! < 0 && order[w]! < low[v]!) low[v] = order[w]!;
        continue;
      }
      if (low[v] === order[v]) {
        let w: number;
        do {
          w = open[--this.openCount]!;
          component[w] = this.found;
        } while (w !== v);
        this.found++;
      }
      depth--;
      if (depth >= 0 && low[v]! < low[path[depth]!]!) low[path[depth]!] = low[v]!;
    }
  }

  private enter(v: number, start: Uint32Array): void {
    this.order[v] = this.low[v] = this.visited++;
    this.edge[v] = start[v]!;
    this.open[this.openCount++] = v;
  }
}
