import type { Cancellation } from '../base/cancellation';
import { poll } from './filteredComplex';

/** A graph by its edges: edge e joins source[e] and target[e]. No edge twice, none from a vertex to itself. */
export interface Graph {
  readonly vertices: number;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
}

export interface CycleBasis {
  /** Edges of every cycle, ascending. */
  readonly cycles: readonly Uint32Array[];
  /** Whether no basis has fewer edges in all. */
  readonly shortest: boolean;
}

/** Edges that a search for shortest cycles may look at. */
const SHORTEST_BUDGET = 100_000_000;

/**
 * A basis of the cycles of a graph over Z/2, as many as edges − vertices + components. Where the graph is small enough, one of
 * least total length: de Pina 1995, cycle by cycle the shortest one that an odd number of times passes edges that all earlier cycles
 * pass an even number of times. Otherwise the fundamental cycles of a breadth-first spanning forest.
 */
export function cycleBasis(graph: Graph, cancellation: Cancellation): CycleBasis {
  const { vertices, source } = graph;
  const neighbours = adjacency(graph, cancellation);
  const { parentEdge, depth } = spanningForest(graph, neighbours, cancellation);
  const inForest = new Uint8Array(source.length);
  let closings = source.length;
  for (const edge of parentEdge) {
    if (edge < 0) continue;
    inForest[edge] = 1;
    closings--;
  }
  const closing = new Uint32Array(closings);
  for (let edge = 0, place = 0; edge < source.length; edge++) {
    poll(edge, cancellation);
    if (inForest[edge] === 0) closing[place++] = edge;
  }
  if (closing.length * vertices * (vertices + source.length) <= SHORTEST_BUDGET)
    return { cycles: shortestBasis(graph, neighbours, closing, cancellation), shortest: true };
  const cycles = Array.from(closing, edge => {
    cancellation.throwIfCancelled();
    return fundamentalCycle(graph, edge, parentEdge, depth);
  });
  return { cycles, shortest: false };
}

/** Neighbours of vertex v: [start[v], start[v + 1]) of `vertex`, by the edges of the same places. */
interface Adjacency {
  readonly start: Uint32Array;
  readonly vertex: Uint32Array;
  readonly edge: Uint32Array;
}

function adjacency({ vertices, source, target }: Graph, cancellation: Cancellation): Adjacency {
  const start = new Uint32Array(vertices + 1);
  for (const ends of [source, target]) {
    for (let e = 0; e < ends.length; e++) {
      poll(e, cancellation);
      start[ends[e]! + 1]!++;
    }
  }
  for (let v = 0; v < vertices; v++) start[v + 1] = start[v + 1]! + start[v]!;
  const next = start.slice();
  const vertex = new Uint32Array(2 * source.length);
  const edge = new Uint32Array(2 * source.length);
  const put = (from: number, to: number, e: number) => {
    const place = next[from]!;
    next[from] = place + 1;
    vertex[place] = to;
    edge[place] = e;
  };
  source.forEach((from, e) => {
    poll(e, cancellation);
    put(from, target[e]!, e);
    put(target[e]!, from, e);
  });
  return { start, vertex, edge };
}

function spanningForest({ vertices }: Graph, { start, vertex, edge }: Adjacency, cancellation: Cancellation) {
  const parentEdge = new Int32Array(vertices).fill(-1);
  const depth = new Int32Array(vertices).fill(-1);
  const queue = new Uint32Array(vertices);
  let end = 0;
  for (let root = 0, head = 0; root < vertices; root++) {
    if (depth[root]! >= 0) continue;
    depth[root] = 0;
    queue[end++] = root;
    for (; head < end; head++) {
      poll(head, cancellation);
      const v = queue[head]!;
      for (let k = start[v]!; k < start[v + 1]!; k++) {
        const next = vertex[k]!;
        if (depth[next]! >= 0) continue;
        depth[next] = depth[v]! + 1;
        parentEdge[next] = edge[k]!;
        queue[end++] = next;
      }
    }
  }
  return { parentEdge, depth };
}

function fundamentalCycle(
  { source, target }: Graph,
  closing: number,
  parentEdge: Int32Array,
  depth: Int32Array,
): Uint32Array {
  const edges = [closing];
  let [a, b] = [source[closing]!, target[closing]!];
  while (a !== b) {
    if (depth[a]! < depth[b]!) [a, b] = [b, a];
    const edge = parentEdge[a]!;
    edges.push(edge);
    a = source[edge] === a ? target[edge]! : source[edge]!;
  }
  return Uint32Array.from(edges).sort();
}

function shortestBasis(
  graph: Graph,
  neighbours: Adjacency,
  closing: Uint32Array,
  cancellation: Cancellation,
): Uint32Array[] {
  // Witness k is a set of edges that earlier cycles pass an even number of times.
  const witnesses = Array.from(closing, edge => {
    const witness = new Uint8Array(graph.source.length);
    witness[edge] = 1;
    return witness;
  });
  return witnesses.map((witness, k) => {
    const cycle = shortestOddCycle(graph, neighbours, witness, cancellation);
    for (let later = k + 1; later < witnesses.length; later++) {
      const other = witnesses[later]!;
      if (cycle.reduce((parity, edge) => parity ^ other[edge]!, 0) === 1)
        for (let edge = 0; edge < other.length; edge++) other[edge] = other[edge]! ^ witness[edge]!;
    }
    return cycle;
  });
}

/**
 * A shortest path between the two copies of a vertex in the graph doubled such that edges of the witness change sides. Only from
 * vertices of such edges: the cycle passes one.
 */
function shortestOddCycle(
  { vertices, source }: Graph,
  { start, vertex, edge }: Adjacency,
  witness: Uint8Array,
  cancellation: Cancellation,
): Uint32Array {
  const from = new Int32Array(2 * vertices);
  const by = new Int32Array(2 * vertices);
  const distance = new Int32Array(2 * vertices);
  const queue = new Uint32Array(2 * vertices);
  const tried = new Uint8Array(vertices);
  let best: number[] | undefined;
  for (let e = 0; e < source.length; e++) {
    const root = source[e]!;
    if (witness[e] === 0 || tried[root] === 1) continue;
    cancellation.throwIfCancelled();
    tried[root] = 1;
    distance.fill(-1);
    distance[2 * root] = 0;
    queue[0] = 2 * root;
    const goal = 2 * root + 1;
    for (let head = 0, end = 1; head < end && distance[goal]! < 0; head++) {
      const at = queue[head]!;
      if (best !== undefined && distance[at]! + 1 >= best.length) break;
      for (let k = start[at >> 1]!; k < start[(at >> 1) + 1]!; k++) {
        const next = 2 * vertex[k]! + ((at & 1) ^ witness[edge[k]!]!);
        if (distance[next]! >= 0) continue;
        distance[next] = distance[at]! + 1;
        from[next] = at;
        by[next] = edge[k]!;
        queue[end++] = next;
      }
    }
    if (distance[goal]! < 0) continue;
    best = [];
    for (let at = goal; at !== 2 * root; at = from[at]!) best.push(by[at]!);
  }
  // An edge passed twice counts for nothing; a shortest odd walk has none, but to be independent of that is cheap.
  const passes = new Map<number, number>();
  for (const passed of best ?? []) passes.set(passed, (passes.get(passed) ?? 0) ^ 1);
  return Uint32Array.from([...passes.keys()].filter(passed => passes.get(passed) === 1)).sort();
}
