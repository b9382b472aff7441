import { count, edges, matrix, pointTable, stride } from './space';

/**
 * Edges of the relative neighbourhood graph (Toussaint 1980): those whose ends have no common neighbour that is joined to both before. All others are
 * the latest edge of a triangle. The spanning forest is part of this graph.
 */

/** The rank of a pair of points that no edge joins, and of a point with itself. */
export const ABSENT: i32 = 0x7f7f7f7f;

/** Tables of points: how many such edges there are to earlier vertices; the forest's parents. From the last one on, lists of nearest neighbours. */
const FOUND = 0;
const PARENTS = 1;
const NEIGHBOURS = 3;

/** Nearest neighbours of a vertex that are tried before all others: a list of their number and their names. */
const NEAREST = 8;
const LIST_BYTES: usize = (NEAREST + 1) << 2;

/** The sign of an edge's length says, for a while, that it is in the graph. */
const MARK: u32 = 0x80000000;

/** Takes the edges [begin, end), in order, into the lists of nearest neighbours; returns how many lists became full. */
export function listNeighbours(begin: i32, end: i32): i32 {
  const lists = pointTable(NEIGHBOURS);
  let full = 0;
  for (let rank = begin; rank < end; rank++) {
    const ends = load<u32>(edges() + (<usize>rank << 3));
    full += append(lists, ends & 0xffff, ends >>> 16);
    full += append(lists, ends >>> 16, ends & 0xffff);
  }
  return full;
}

export function clearNeighbours(): void {
  memory.fill(pointTable(NEIGHBOURS), 0, <usize>count() * LIST_BYTES);
}

@inline
function append(lists: usize, vertex: u32, neighbour: u32): i32 {
  const list = lists + <usize>vertex * LIST_BYTES;
  const size = load<u32>(list);
  if (size === NEAREST) return 0;
  store<u32>(list + (<usize>(size + 1) << 2), neighbour);
  store<u32>(list, size + 1);
  return size + 1 === NEAREST ? 1 : 0;
}

/** A job over vertices: marks the edges of the graph from a vertex to earlier ones, and writes their number. */
export function findNeighbourhoods(from: i32, to: i32, member: i32): void {
  for (let vertex = from; vertex < to; vertex++)
    store<i32>(pointTable(FOUND) + (<usize>vertex << 2), findNeighbourhood(vertex));
}

/** Vertex a is the less central end: its nearest neighbours tend to be closer to the other end than it is itself. */
function findNeighbourhood(a: i32): i32 {
  let found = 0;
  const rowBytes = stride();
  const rows = matrix();
  const rowA = rows + <usize>a * rowBytes;
  const list = pointTable(NEIGHBOURS) + <usize>a * LIST_BYTES;
  const listEnd = list + (<usize>load<u32>(list) << 2);
  const absent = i32x4.splat(ABSENT);
  for (let b = 0; b < a; b += 16) {
    const at = rowA + (<usize>b << 2);
    // For 16 edges at once: the earliest rank at which one of the neighbours is joined to both ends.
    let m0 = absent;
    let m1 = absent;
    let m2 = absent;
    let m3 = absent;
    for (let entry = list + 4; entry <= listEnd; entry += 4) {
      const neighbour = <usize>load<u32>(entry);
      const own = v128.load32_splat(rowA + (neighbour << 2));
      const row = rows + neighbour * rowBytes + (<usize>b << 2);
      m0 = i32x4.min_s(m0, i32x4.max_s(own, v128.load(row)));
      m1 = i32x4.min_s(m1, i32x4.max_s(own, v128.load(row, 16)));
      m2 = i32x4.min_s(m2, i32x4.max_s(own, v128.load(row, 32)));
      m3 = i32x4.min_s(m3, i32x4.max_s(own, v128.load(row, 48)));
    }
    let mask = alone(at, m0) | (alone(at + 16, m1) << 4) | (alone(at + 32, m2) << 8) | (alone(at + 48, m3) << 12);
    if (a - b < 16) mask &= (1 << (a - b)) - 1;
    for (; mask !== 0; mask &= mask - 1) {
      const vertex = b + ctz(mask);
      const rank = load<i32>(rowA + (<usize>vertex << 2));
      if (firstCommon(rowA, rows + <usize>vertex * rowBytes, rowBytes, rank) < count()) continue;
      const length = edges() + (<usize>rank << 3) + 4;
      store<u32>(length, load<u32>(length) | MARK);
      found++;
    }
  }
  return found;
}

/** Which of four edges are there and have no common neighbour before them among those tried. */
@inline
function alone(at: usize, joined: v128): i32 {
  const ranks = v128.load(at);
  return i32x4.bitmask(v128.and(i32x4.ge_s(joined, ranks), i32x4.lt_s(ranks, i32x4.splat(ABSENT))));
}

/** The first vertex that both ends of an edge are joined to before it; `count` or more if there is none. */
@inline
export function firstCommon(rowA: usize, rowB: usize, rowBytes: usize, rank: i32): i32 {
  const limit = i32x4.splat(rank);
  for (let at: usize = 0; at < rowBytes; at += 16) {
    const closer = i32x4.lt_s(i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at)), limit);
    if (v128.any_true(closer)) return (<i32>at >> 2) + ctz(i32x4.bitmask(closer));
  }
  return i32.MAX_VALUE;
}

/** How many edges the graph has, once all are found. */
export function neighbourhoodCount(): i32 {
  let sum = 0;
  for (let vertex = 0; vertex < count(); vertex++) sum += load<i32>(pointTable(FOUND) + (<usize>vertex << 2));
  return sum;
}

/** Where the next edge goes that joins two components, and the next that does not. */
let tree: usize = 0;
let rest: usize = 0;
let treeStart: usize = 0;

export function startDividing(treeAddress: usize, restAddress: usize): void {
  tree = treeAddress;
  treeStart = treeAddress;
  rest = restAddress;
  const parents = pointTable(PARENTS);
  for (let vertex = 0; vertex < count(); vertex++) store<i32>(parents + (<usize>vertex << 2), vertex);
}

/**
 * Takes the marks of the edges [begin, end), which come in order, off again and divides those of the graph: the ones that join two components (Kruskal 1956) go to
 * the tree, the others to the rest, both by rank, ascending. Returns how many the tree has.
 */
export function divideNeighbourhoods(begin: i32, end: i32): i32 {
  const parents = pointTable(PARENTS);
  const list = edges();
  for (let rank = begin; rank < end; rank++) {
    const edge = list + (<usize>rank << 3);
    const length = load<u32>(edge, 4);
    if ((length & MARK) === 0) continue;
    store<u32>(edge, length & ~MARK, 4);
    const a = root(parents, load<u16>(edge));
    const b = root(parents, load<u16>(edge, 2));
    if (a === b) {
      store<i32>(rest, rank);
      rest += 4;
      continue;
    }
    store<u32>(parents + (<usize>max(a, b) << 2), min(a, b));
    store<i32>(tree, rank);
    tree += 4;
  }
  return <i32>((tree - treeStart) >> 2);
}

/** Halves the path on its way. */
@inline
function root(parents: usize, vertex: u32): u32 {
  let parent = load<u32>(parents + (<usize>vertex << 2));
  while (parent !== vertex) {
    const next = load<u32>(parents + (<usize>parent << 2));
    store<u32>(parents + (<usize>vertex << 2), next);
    vertex = next;
    parent = load<u32>(parents + (<usize>vertex << 2));
  }
  return vertex;
}
