import { Cancellation } from '../base/cancellation';
import type { DirectedGraph } from './directedGraph';
import { StrongComponents } from './strongComponents';

/**
 * Counts the simple cycles of directed graphs, an edge from a vertex to itself being one, up to `most` of them: there can be exponentially many. Johnson 1975:
 * O((vertices + edges)·(cycles + 1)) time, cycles by their least vertex. The arrays are allocated once, for graphs of up to `size` vertices.
 */
export class SimpleCycles {
  private readonly components: StrongComponents;
  /** Vertices of the component that is searched. */
  private readonly inside: Uint8Array;
  private readonly blocked: Uint8Array;
  /** Vertices that are free again when another is. */
  private readonly waiting: number[][];
  private found = 0;

  constructor(
    size: number,
    private readonly most: number,
    private readonly cancellation = Cancellation.never,
  ) {
    this.components = new StrongComponents(size);
    this.inside = new Uint8Array(size);
    this.blocked = new Uint8Array(size);
    this.waiting = Array.from({ length: size }, () => []);
  }

  /** The number of simple cycles, or `most` where there are as many or more. */
  of(graph: DirectedGraph): number {
    const { count, start, targets } = graph;
    this.found = 0;
    const isOnItself = (v: number) => {
      for (let e = start[v]!; e < start[v + 1]!; e++) if (targets[e] === v) return true;
      return false;
    };
    for (let v = 0; v < count && this.found < this.most; v++) if (isOnItself(v)) this.found++;
    let least = 0;
    while (this.found < this.most) {
      this.cancellation.throwIfCancelled();
      const from = least;
      const root = this.nextRoot(graph, from);
      if (root < 0) break;
      for (let v = 0; v < count; v++) {
        this.blocked[v] = 0;
        this.waiting[v]!.length = 0;
      }
      this.circuit(root, root, graph);
      least = root + 1;
    }
    return this.found;
  }

  /** The least vertex from `least` on that is in a component of several of such vertices, which becomes what is `inside`; −1 where there is none. */
  private nextRoot(graph: DirectedGraph, least: number): number {
    const { component } = this.components;
    const found = this.components.of(graph, v => v >= least);
    const sizes = new Uint32Array(found);
    for (let v = least; v < graph.count; v++) sizes[component[v]!] = sizes[component[v]!]! + 1;
    for (let v = least; v < graph.count; v++) {
      const own = component[v]!;
      if (sizes[own]! < 2) continue;
      for (let w = 0; w < graph.count; w++) this.inside[w] = component[w] === own ? 1 : 0;
      return v;
    }
    return -1;
  }

  /** Whether a cycle through `root` was found from v on. */
  private circuit(v: number, root: number, graph: DirectedGraph): boolean {
    const { start, targets } = graph;
    let closes = false;
    this.blocked[v] = 1;
    for (let e = start[v]!; e < start[v + 1]! && this.found < this.most; e++) {
      const w = targets[e]!;
      if (this.inside[w] === 0 || w === v) continue;
      if (w === root) {
        this.found++;
        closes = true;
      } else if (this.blocked[w] === 0 && this.circuit(w, root, graph)) closes = true;
    }
    if (closes) this.unblock(v);
    else
      for (let e = start[v]!; e < start[v + 1]!; e++) {
        const w = targets[e]!;
        if (this.inside[w] === 1 && w !== v && !this.waiting[w]!.includes(v)) this.waiting[w]!.push(v);
      }
    return closes;
  }

  private unblock(vertex: number): void {
    const stack = [vertex];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (this.blocked[v] === 0) continue;
      this.blocked[v] = 0;
      stack.push(...this.waiting[v]!);
      this.waiting[v]!.length = 0;
    }
  }
}
