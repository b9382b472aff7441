import { Graph, layout } from '@dagrejs/dagre';
import type { Cancellation } from '../../base/cancellation';

/** A piece of a graph that is laid out from top to bottom. */
export interface LayeredInput {
  /** Of each node, in pixels. */
  readonly widths: ArrayLike<number>;
  readonly heights: ArrayLike<number>;
  readonly edges: readonly LayeredEdge[];
}

export interface LayeredEdge {
  readonly from: number;
  readonly to: number;
  /** How much shorter than others it should be; 1 unless given. */
  readonly weight?: number;
}

export interface Layered {
  /** Centres of the nodes. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** For each edge the points between its ends, as x and y in turn, from top to bottom. */
  readonly bends: readonly (readonly number[])[];
}

export const RANK_GAP = 30;
export const NODE_GAP = 22;

/** Above this many nodes and passages of edges through ranks, pieces are set in a column: the library would take seconds. */
const LARGEST_PIECE = 2500;

/**
 * Ranks, orders and places nodes so that every edge leads down and nothing overlaps, by dagre (Gansner et al., "A Technique for Drawing Directed Graphs", 1993). A network is mostly a
 * chain of small pieces: it is cut at nodes that all edges pass through, and each piece is laid out by itself, so that the time grows with the largest piece and not with the whole.
 * Edges must form no circle.
 */
export function layOut(
  { widths, heights, edges }: LayeredInput,
  cancellation: Cancellation,
  known: KnownPieces = new Map(),
): Layered {
  const count = widths.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const bends: number[][] = edges.map(() => []);
  const order = topologicalOrder(count, edges);
  const place = new Int32Array(count);
  order.forEach((node, at) => (place[node] = at));
  const waists = waistsOf(order, place, edges);
  const byPiece: number[][] = waists.map(() => []);
  const pieceOf = new Int32Array(count);
  for (let piece = 0, at = 0; at < count; at++) {
    if (piece + 1 < waists.length && waists[piece + 1] === at) piece++;
    pieceOf[at] = piece;
  }
  edges.forEach(({ from }, edge) => byPiece[pieceOf[place[from]!]!]!.push(edge));

  let bottom = 0;
  waists.forEach((start, piece) => {
    cancellation.throwIfCancelled();
    const first = order[start]!;
    const end = waists[piece + 1];
    const members = order.slice(start, end === undefined ? count : end + 1);
    if (piece === 0) y[first] = heights[first]! / 2;
    const placed = layOutPiece(members, { widths, heights, edges }, byPiece[piece]!, end !== undefined, known);
    const dx = piece === 0 ? 0 : x[first]! - placed.x[0]!;
    const dy = piece === 0 ? 0 : y[first]! - placed.y[0]!;
    members.forEach((node, at) => {
      x[node] = placed.x[at]! + dx;
      y[node] = placed.y[at]! + dy;
      bottom = Math.max(bottom, y[node] + heights[node]! / 2);
    });
    for (const [edge, points] of placed.bends)
      for (let i = 0; i < points.length; i += 2) bends[edge]!.push(points[i]! + dx, points[i + 1]! + dy);
  });
  return { x, y, bends };
}

interface Piece {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly bends: ReadonlyMap<number, readonly number[]>;
}

function layOutPiece(
  members: readonly number[],
  input: LayeredInput,
  own: readonly number[],
  goesOn: boolean,
  known: KnownPieces,
): Piece {
  // Most pieces are a node and the next one.
  if (members.length <= 2 || own.length === 0) return column(members, input, own);
  const at = new Map(members.map((node, index) => [node, index]));
  const rank = new Int32Array(members.length);
  let passages = members.length;
  // Members are in topological order, so that ranks are known before they are read.
  const into: number[][] = members.map(() => []);
  for (const edge of own) into[at.get(input.edges[edge]!.to)!]!.push(at.get(input.edges[edge]!.from)!);
  into.forEach((some, to) => {
    for (const from of some) rank[to] = Math.max(rank[to]!, rank[from]! + 1);
    for (const from of some) passages += rank[to]! - rank[from]!;
  });
  return passages > LARGEST_PIECE ? column(members, input, own) : byDagre(members, input, own, goesOn, known);
}

function byDagre(
  members: readonly number[],
  { widths, heights, edges }: LayeredInput,
  own: readonly number[],
  goesOn: boolean,
  known: KnownPieces,
): Piece {
  const at = new Map(members.map((node, index) => [node, index]));
  const local: LocalPiece = {
    sizes: members.map(node => [widths[node]!, heights[node]!]),
    edges: own.map(edge => {
      const { from, to, weight = 1 } = edges[edge]!;
      return [at.get(from)!, at.get(to)!, weight];
    }),
    goesOn,
  };
  const key = JSON.stringify(local);
  let placed = known.get(key);
  if (placed === undefined) known.set(key, (placed = placePiece(local)));
  return { x: placed.x, y: placed.y, bends: new Map(own.map((edge, index) => [edge, placed.bends[index]!])) };
}

/** Nodes and edges by their place in a piece: two blocks of the same module are the same piece. */
interface LocalPiece {
  readonly sizes: readonly (readonly [width: number, height: number])[];
  readonly edges: readonly (readonly [from: number, to: number, weight: number])[];
  readonly goesOn: boolean;
}

interface PlacedPiece {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly bends: readonly (readonly number[])[];
}

/** Pieces that were placed before: networks repeat their blocks. */
export type KnownPieces = Map<string, PlacedPiece>;

function placePiece({ sizes, edges, goesOn }: LocalPiece): PlacedPiece {
  const graph = new Graph({ directed: true });
  graph.setGraph({ ranksep: RANK_GAP, nodesep: NODE_GAP, edgesep: 14, ranker: 'network-simplex' });
  sizes.forEach(([width, height], node) => graph.setNode(String(node), { width, height }));
  for (const [from, to, weight] of edges) graph.setEdge(String(from), String(to), { weight, minlen: 1 });
  // The next piece begins with the last node, which therefore stands below all others.
  const last = sizes.length - 1;
  const reads = new Set(edges.map(([from]) => from));
  if (goesOn)
    for (let node = 0; node < last; node++)
      if (!reads.has(node)) graph.setEdge(String(node), String(last), { weight: 0, minlen: 1 });
  layout(graph);
  const x = new Float64Array(sizes.length);
  const y = new Float64Array(sizes.length);
  sizes.forEach((_, node) => {
    const label = graph.node(String(node)) as Centre;
    x[node] = label.x;
    y[node] = label.y;
  });
  keepApart(sizes, x, y);
  const bends = edges.map(([from, to]) => {
    const { points } = graph.edge(String(from), String(to)) as { readonly points: readonly Centre[] };
    // The ends are where the line meets the borders of its nodes: our edges leave and enter in the middle.
    return points.slice(1, -1).flatMap(point => [point.x, point.y]);
  });
  return { x, y, bends };
}

/** The library lets wide nodes overlap their neighbours in a rank now and then (its four alignments are averaged): they are moved to the right. */
function keepApart(sizes: LocalPiece['sizes'], x: Float64Array, y: Float64Array): void {
  const order = [...sizes.keys()].sort((a, b) => y[a]! - y[b]! || x[a]! - x[b]!);
  for (let i = 1; i < order.length; i++) {
    const [before, at] = [order[i - 1]!, order[i]!];
    if (Math.abs(y[at]! - y[before]!) > 0.5) continue;
    const least = x[before]! + (sizes[before]![0] + sizes[at]![0]) / 2 + NODE_GAP;
    if (x[at]! < least - 0.01) x[at] = least;
  }
}

interface Centre {
  readonly x: number;
  readonly y: number;
}

/** One under the other, in order; edges that pass over others go around them on the right. */
function column(members: readonly number[], { widths, heights, edges }: LayeredInput, own: readonly number[]): Piece {
  const x = new Float64Array(members.length);
  const y = new Float64Array(members.length);
  const at = new Map(members.map((node, index) => [node, index]));
  let top = 0;
  members.forEach((node, index) => {
    y[index] = top + heights[node]! / 2;
    top += heights[node]! + RANK_GAP;
  });
  const bends = new Map<number, readonly number[]>();
  for (const edge of own) {
    const from = at.get(edges[edge]!.from)!;
    const to = at.get(edges[edge]!.to)!;
    if (to - from === 1) continue;
    let half = 0;
    for (let i = from; i <= to; i++) half = Math.max(half, widths[members[i]!]! / 2);
    const beside = half + 10 + 6 * Math.min(12, to - from);
    const [below, above] = [from, to].map(index => y[index]!) as [number, number];
    const start = below + heights[members[from]!]! / 2 + RANK_GAP / 2;
    const end = above - heights[members[to]!]! / 2 - RANK_GAP / 2;
    bends.set(edge, [beside, start, beside, end]);
  }
  return { x, y, bends };
}

/** Every edge leads forward; of nodes that may come next, the lowest. */
function topologicalOrder(count: number, edges: readonly LayeredEdge[]): number[] {
  const waitsFor = new Int32Array(count);
  const next: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) {
    next[from]!.push(to);
    waitsFor[to]!++;
  }
  const order: number[] = [];
  const ready = new Heap();
  for (let node = 0; node < count; node++) if (waitsFor[node] === 0) ready.push(node);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    order.push(node);
    for (const to of next[node]!) if (--waitsFor[to]! === 0) ready.push(to);
  }
  return order;
}

/** The lowest number first. */
class Heap {
  private readonly items: number[] = [];

  push(value: number): void {
    const { items } = this;
    let at = items.push(value) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (items[up]! <= value) break;
      items[at] = items[up]!;
      at = up;
    }
    items[at] = value;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      if (down + 1 < items.length && items[down + 1]! < items[down]!) down++;
      if (items[down]! >= last) break;
      items[at] = items[down]!;
      at = down;
    }
    items[at] = last;
    return top;
  }
}

/**
 * Places in the order at which pieces begin: nodes that no edge passes over, after which no new branch begins. Nodes that nothing joins to others have a
 * piece each.
 */
function waistsOf(order: readonly number[], place: Int32Array, edges: readonly LayeredEdge[]): number[] {
  if (order.length === 0) return [];
  const reach = Int32Array.from(order, (_, at) => at);
  const isRead = new Uint8Array(order.length);
  for (const { from, to } of edges) {
    reach[place[from]!] = Math.max(reach[place[from]!]!, place[to]!);
    isRead[place[to]!] = 1;
  }
  // With no edges at all there are no branches to set side by side.
  const lastSource = edges.length === 0 ? -1 : isRead.lastIndexOf(0);
  const waists = [0];
  for (let at = 1, furthest = reach[0]!; at < order.length; at++) {
    if (furthest <= at && lastSource < at) waists.push(at);
    furthest = Math.max(furthest, reach[at]!);
  }
  return waists;
}
