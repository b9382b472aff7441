import type { Cancellation } from '../base/cancellation';
import { cycleBasis, type Graph } from './cycleBasis';
import { UnionFind } from './unionFind';

/** A branch that ends: nodes from the tip to the last one before it joins the rest of its component, which is at `base`. */
export interface Flare {
  readonly nodes: readonly number[];
  readonly base: number;
}

export interface GraphFeatures {
  /** Nodes of each component, the largest component first. */
  readonly components: readonly (readonly number[])[];
  /** Nodes without an edge, ascending. */
  readonly singletons: readonly number[];
  /** The longest first. */
  readonly flares: readonly Flare[];
  /** Nodes of independent cycles of at least 4 edges, in turn, the longest first: three nodes that share points in pairs are no hole. */
  readonly loops: readonly (readonly number[])[];
}

const SHORTEST_LOOP = 4;

/**
 * What stands out in the shape of a graph. A *flare* begins at a node with one neighbour, goes on along nodes with two, and ends before one with three or more; a component that is one path, or a tree without branches, has none.
 * *Loops* are those of a basis of the cycles (`cycleBasis`). Throws `cancelled`.
 */
export function graphFeatures(graph: Graph, cancellation: Cancellation): GraphFeatures {
  const { vertices, source, target } = graph;
  const neighbours: number[][] = Array.from({ length: vertices }, () => []);
  const sets = new UnionFind(vertices);
  source.forEach((from, edge) => {
    neighbours[from]!.push(target[edge]!);
    neighbours[target[edge]!]!.push(from);
    sets.union(from, target[edge]!);
  });
  const byRoot = new Map<number, number[]>();
  const singletons: number[] = [];
  for (let node = 0; node < vertices; node++) {
    const root = sets.find(node);
    const list = byRoot.get(root);
    if (list === undefined) byRoot.set(root, [node]);
    else list.push(node);
    if (neighbours[node]!.length === 0) singletons.push(node);
  }
  const flares: Flare[] = [];
  for (let tip = 0; tip < vertices; tip++) {
    if (neighbours[tip]!.length !== 1) continue;
    const nodes = [tip];
    let before = tip;
    let next = neighbours[tip]![0]!;
    while (neighbours[next]!.length === 2) {
      nodes.push(next);
      const [one, other] = neighbours[next]! as [number, number];
      [before, next] = [next, one === before ? other : one];
    }
    if (neighbours[next]!.length > 2) flares.push({ nodes, base: next });
  }
  const loops = cycleBasis(graph, cancellation).cycles.filter(edges => edges.length >= SHORTEST_LOOP);
  return {
    components: [...byRoot.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!),
    singletons,
    flares: flares.sort((a, b) => b.nodes.length - a.nodes.length || a.nodes[0]! - b.nodes[0]!),
    loops: loops.map(edges => inTurn(edges, source, target)).sort((a, b) => b.length - a.length || a[0]! - b[0]!),
  };
}

/** The nodes of a cycle, each beside its neighbours, from the smallest on. */
function inTurn(edges: Uint32Array, source: Uint32Array, target: Uint32Array): number[] {
  const beside = new Map<number, number[]>();
  for (const edge of edges)
    for (const [from, to] of [
      [source[edge]!, target[edge]!],
      [target[edge]!, source[edge]!],
    ] as const) {
      const list = beside.get(from);
      if (list === undefined) beside.set(from, [to]);
      else list.push(to);
    }
  const start = Math.min(...beside.keys());
  const nodes: number[] = [];
  const seen = new Set<number>();
  let at: number | undefined = start;
  while (at !== undefined) {
    nodes.push(at);
    seen.add(at);
    at = beside.get(at)!.find(next => !seen.has(next));
  }
  return nodes;
}
