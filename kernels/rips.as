/**
 * The inner loops of Rips persistence over Z/2 in dimensions 1 and 2. All memory is laid out by the caller:
 *
 *   matrix   count rows of `stride` bytes; distances (float32) at first, later ranks of edges (int32)
 *   edges    one 64-bit word an edge, in order: bits of the float32 length ‹‹ 32 | larger end ‹‹ 16 | smaller end
 *   heap     the column that is being reduced, up to the end of memory (which may grow)
 *
 * A simplex of dimension 2 or 3 is a 64-bit key: rank of its latest edge ‹‹ 32 | larger ‹‹ 16 | smaller of its other vertices.
 * The order of keys is the order of the filtration. A missing edge has the rank ABSENT, and so has a vertex with itself.
 */

export const ABSENT: i32 = 0x7f7f7f7f;

let count: i32 = 0;
let stride: usize = 0;
let matrix: usize = 0;
let edges: usize = 0;
let heap: usize = 0;
let heapSize: i32 = 0;
let heapCapacity: i32 = 0;
/** Cofacets whose latest edge is in [low, high) are in the heap, others are not. */
let low: i32 = 0;
let high: i32 = 0;
let pivot: u64 = 0;

export function configure(count_: i32, stride_: usize, matrix_: usize, edges_: usize, heap_: usize): void {
  count = count_;
  stride = stride_;
  matrix = matrix_;
  edges = edges_;
  heap = heap_;
  heapSize = 0;
  heapCapacity = <i32>(((<usize>memory.size() << 16) - heap) >> 3);
}

// --- From distances to ranks -------------------------------------------------------------------------------------------------

/** Writes the sum and returns the largest of a row of distances. */
export function rowMaximum(row: i32, sum: usize): f32 {
  let largest = f32x4.splat(0);
  let total = f32x4.splat(0);
  const from = matrix + <usize>row * stride;
  for (let at = from; at < from + stride; at += 16) {
    const lengths = v128.load(at);
    largest = f32x4.pmax(largest, lengths);
    total = f32x4.add(total, lengths);
  }
  store<f32>(
    sum,
    f32x4.extract_lane(total, 0) +
      f32x4.extract_lane(total, 1) +
      f32x4.extract_lane(total, 2) +
      f32x4.extract_lane(total, 3),
  );
  return max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
}

/** Counts the three digits of 11 bits of the lengths (up to `longest`) of one row left of the diagonal. */
export function countDigits(row: i32, longest: f32, counts: usize): void {
  const from = matrix + <usize>row * stride;
  const end = from + (<usize>row << 2);
  for (let at = from; at < end; at += 4) {
    if (!(load<f32>(at) <= longest)) continue;
    const bits = load<u32>(at);
    increment(counts + ((bits & 2047) << 2));
    increment(counts + 8192 + (((bits >>> 11) & 2047) << 2));
    increment(counts + 16384 + ((bits >>> 22) << 2));
  }
}

/** Where, behind the three tables of places, the place of edges that are too long is. */
const LONGER: u32 = 3 * 2048;

/**
 * Places the edges from one point to earlier points by the first digit of their length; `vertices` is the vertex of a point. What is
 * longer goes to a place of its own, the one after the last digit's, which makes a branch that nobody could predict needless.
 */
export function placeRow(row: i32, vertices: usize, longest: f32, starts: usize, to: usize): void {
  const from = matrix + <usize>row * stride;
  const own = load<u32>(vertices + (<usize>row << 2));
  for (let offset: usize = 0, end = <usize>row << 2; offset < end; offset += 4) {
    const inside = load<f32>(from + offset) <= longest;
    const bits = load<u32>(from + offset);
    const other = load<u32>(vertices + offset);
    const start = starts + ((inside ? bits & 2047 : LONGER) << 2);
    const place = load<u32>(start);
    store<u32>(start, place + <u32>inside);
    store<u64>(to + (<usize>place << 3), (<u64>bits << 32) | (<u64>max(own, other) << 16) | <u64>min(own, other));
  }
}

/** One pass of a stable radix sort over the edges [begin, end). `shift` is of the 64-bit word. */
export function sortPass(from: usize, to: usize, begin: i32, end: i32, shift: i32, starts: usize): void {
  for (let at = from + (<usize>begin << 3), last = from + (<usize>end << 3); at < last; at += 8) {
    const edge = load<u64>(at);
    const place = increment(starts + (<usize>((edge >> <u64>shift) & 2047) << 2));
    store<u64>(to + (<usize>place << 3), edge);
  }
}

/** Writes the ranks of the edges [begin, end) into the matrix, right of the diagonal. */
export function placeRanks(begin: i32, end: i32): void {
  for (let rank = begin; rank < end; rank++) {
    const ends = load<u32>(edges + (<usize>rank << 3));
    store<i32>(matrix + <usize>(ends & 0xffff) * stride + (<usize>(ends >>> 16) << 2), rank);
  }
}

/** Copies four rows, from the diagonal on, to the columns left of it: half of all places are written at random, this half in blocks. */
export function mirrorRows(first: i32): void {
  const rows = matrix + <usize>first * stride;
  const columns = matrix + (<usize>first << 2);
  // The block on the diagonal, entry by entry; the last one may be smaller.
  const size = min(4, count - first);
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      store<i32>(
        columns + <usize>(first + j) * stride + (<usize>i << 2),
        load<i32>(rows + <usize>i * stride + (<usize>(first + j) << 2)),
      );
    }
  }
  for (let column = first + 4; column < count; column += 4) {
    const at = rows + (<usize>column << 2);
    const r0 = v128.load(at);
    const r1 = v128.load(at + stride);
    const r2 = v128.load(at + 2 * stride);
    const r3 = v128.load(at + 3 * stride);
    const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    const to = columns + <usize>column * stride;
    v128.store(to, i64x2.shuffle(t0, t1, 0, 2));
    if (column + 1 < count) v128.store(to + stride, i64x2.shuffle(t0, t1, 1, 3));
    if (column + 2 < count) v128.store(to + 2 * stride, i64x2.shuffle(t2, t3, 0, 2));
    if (column + 3 < count) v128.store(to + 3 * stride, i64x2.shuffle(t2, t3, 1, 3));
  }
}

@inline
function increment(at: usize): u32 {
  const value = load<u32>(at);
  store<u32>(at, value + 1);
  return value;
}

// --- Columns to reduce -------------------------------------------------------------------------------------------------------

/** Nearest neighbours of a vertex that are tried before all others: a list of their number and their names. */
const NEAREST = 8;
const LIST_BYTES = (NEAREST + 1) << 2;

/** Takes the edges [begin, end) into the lists of nearest neighbours. */
export function listNearest(begin: i32, end: i32, lists: usize): void {
  for (let rank = begin; rank < end; rank++) {
    const ends = load<u32>(edges + (<usize>rank << 3));
    append(lists, ends & 0xffff, ends >>> 16);
    append(lists, ends >>> 16, ends & 0xffff);
  }
}

@inline
function append(lists: usize, vertex: u32, neighbour: u32): void {
  const list = lists + <usize>vertex * LIST_BYTES;
  const size = load<u32>(list);
  if (size === NEAREST) return;
  store<u32>(list + (<usize>(size + 1) << 2), neighbour);
  store<u32>(list, size + 1);
}

/**
 * Edges of the relative neighbourhood graph from vertex `a` to earlier vertices: those whose ends have no common neighbour that is joined to
 * both before. Writes their ranks and returns their number. Vertex a is the less central end: its nearest neighbours tend to be closer to the other end than it is itself.
 */
export function neighbourhoodEdges(a: i32, lists: usize, to: usize): i32 {
  let found = 0;
  const rowA = matrix + <usize>a * stride;
  const list = lists + <usize>a * LIST_BYTES;
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
      const row = matrix + neighbour * stride + (<usize>b << 2);
      m0 = i32x4.min_s(m0, i32x4.max_s(own, v128.load(row)));
      m1 = i32x4.min_s(m1, i32x4.max_s(own, v128.load(row, 16)));
      m2 = i32x4.min_s(m2, i32x4.max_s(own, v128.load(row, 32)));
      m3 = i32x4.min_s(m3, i32x4.max_s(own, v128.load(row, 48)));
    }
    let mask =
      alone(at, m0) | (alone(at + 16, m1) << 4) | (alone(at + 32, m2) << 8) | (alone(at + 48, m3) << 12);
    if (a - b < 16) mask &= (1 << (a - b)) - 1;
    for (; mask !== 0; mask &= mask - 1) {
      const vertex = b + ctz(mask);
      const rank = load<i32>(rowA + (<usize>vertex << 2));
      if (firstCommon(rowA, matrix + <usize>vertex * stride, rank) < count) continue;
      store<i32>(to + (<usize>found << 2), rank);
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
export function firstNeighbour(rank: i32): i32 {
  const ends = load<u32>(edges + (<usize>rank << 3));
  return firstCommon(matrix + <usize>(ends & 0xffff) * stride, matrix + <usize>(ends >>> 16) * stride, rank);
}

@inline
function firstCommon(rowA: usize, rowB: usize, rank: i32): i32 {
  const limit = i32x4.splat(rank);
  for (let at: usize = 0; at < stride; at += 16) {
    const closer = i32x4.lt_s(i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at)), limit);
    if (v128.any_true(closer)) return (<i32>at >> 2) + ctz(i32x4.bitmask(closer));
  }
  return i32.MAX_VALUE;
}

/** The first vertex that all three corners of a triangle are joined to before `rank`. */
@inline
function firstCommonOfThree(rowA: usize, rowB: usize, rowC: usize, rank: i32): i32 {
  const limit = i32x4.splat(rank);
  for (let at: usize = 0; at < stride; at += 16) {
    const latest = i32x4.max_s(
      i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at)),
      v128.load(rowC + at),
    );
    const closer = i32x4.lt_s(latest, limit);
    if (v128.any_true(closer)) return (<i32>at >> 2) + ctz(i32x4.bitmask(closer));
  }
  return i32.MAX_VALUE;
}

/**
 * Third vertices, ascending, of the triangles whose latest edge is this one and that are in no apparent pair: not the first common
 * neighbour, and without a common neighbour below. Returns their number.
 */
export function columnTriangles(rank: i32, to: usize): i32 {
  const ends = load<u32>(edges + (<usize>rank << 3));
  const rowA = matrix + <usize>(ends & 0xffff) * stride;
  const rowB = matrix + <usize>(ends >>> 16) * stride;
  const first = firstCommon(rowA, rowB, rank);
  if (first >= count) return 0;
  const rowFirst = matrix + <usize>first * stride;
  const limit = i32x4.splat(rank);
  let found = 0;
  for (let at = (<usize>first << 2) & ~15; at < stride; at += 16) {
    const closer = i32x4.lt_s(i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at)), limit);
    // Joined to the first common neighbour before: apparent.
    let mask = i32x4.bitmask(v128.andnot(closer, i32x4.lt_s(v128.load(rowFirst + at), limit)));
    for (; mask !== 0; mask &= mask - 1) {
      const c = (<i32>at >> 2) + ctz(mask);
      if (c === first) continue;
      if (firstCommonOfThree(rowA, rowB, matrix + <usize>c * stride, rank) < c) continue;
      store<i32>(to + (<usize>found << 2), c);
      found++;
    }
  }
  return found;
}

/** Whether a tetrahedron (its latest edge and two more vertices) is paired with the triangle without its smaller vertex. */
export function isApparentTetrahedron(rank: i32, larger: i32, smaller: i32): bool {
  const ends = load<u32>(edges + (<usize>rank << 3));
  const first = firstCommonOfThree(
    matrix + <usize>(ends & 0xffff) * stride,
    matrix + <usize>(ends >>> 16) * stride,
    matrix + <usize>larger * stride,
    rank,
  );
  return first >= smaller;
}

// --- The column in reduction -------------------------------------------------------------------------------------------------

/** Empties the heap and sets which ranks it is to hold. */
export function openWindow(low_: i32, high_: i32): void {
  heapSize = 0;
  low = low_;
  high = high_;
}

/** Pushes the triangles over an edge that belong to the window. */
export function pushCofacetsOfEdge(rank: i32): void {
  if (rank >= high) return;
  reserve(count);
  const ends = load<u32>(edges + (<usize>rank << 3));
  const a = ends & 0xffff;
  const b = ends >>> 16;
  const rowA = matrix + <usize>a * stride;
  const rowB = matrix + <usize>b * stride;
  // Cofacets are as late as the edge itself: where that is in the window, no other lower bound is needed.
  const from = i32x4.splat(rank >= low ? -1 : low);
  const to = i32x4.splat(high);
  for (let at: usize = 0; at < stride; at += 16) {
    const latest = i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at));
    const inside = v128.and(i32x4.ge_s(latest, from), i32x4.lt_s(latest, to));
    if (!v128.any_true(inside)) continue;
    for (let mask = i32x4.bitmask(inside); mask !== 0; mask &= mask - 1) {
      const v = (<i32>at >> 2) + ctz(mask);
      const rankA = load<i32>(rowA + (<usize>v << 2));
      const rankB = load<i32>(rowB + (<usize>v << 2));
      if (max(rankA, rankB) < rank) push((<u64>rank << 32) | <u64>v);
      else if (rankA > rankB) push((<u64>rankA << 32) | <u64>b);
      else push((<u64>rankB << 32) | <u64>a);
    }
  }
}

/** Pushes the tetrahedra over a triangle (its latest edge and its third vertex) that belong to the window. */
export function pushCofacetsOfTriangle(rank: i32, c: i32): void {
  if (rank >= high) return;
  reserve(count);
  const ends = load<u32>(edges + (<usize>rank << 3));
  const a = ends & 0xffff;
  const b = ends >>> 16;
  const rowA = matrix + <usize>a * stride;
  const rowB = matrix + <usize>b * stride;
  const rowC = matrix + <usize>c * stride;
  const from = i32x4.splat(rank >= low ? -1 : low);
  const to = i32x4.splat(high);
  for (let at: usize = 0; at < stride; at += 16) {
    const latest = i32x4.max_s(
      i32x4.max_s(v128.load(rowA + at), v128.load(rowB + at)),
      v128.load(rowC + at),
    );
    const inside = v128.and(i32x4.ge_s(latest, from), i32x4.lt_s(latest, to));
    if (!v128.any_true(inside)) continue;
    for (let mask = i32x4.bitmask(inside); mask !== 0; mask &= mask - 1) {
      const v = (<i32>at >> 2) + ctz(mask);
      const rankA = load<i32>(rowA + (<usize>v << 2));
      const rankB = load<i32>(rowB + (<usize>v << 2));
      const rankC = load<i32>(rowC + (<usize>v << 2));
      const joining = max(max(rankA, rankB), rankC);
      if (joining < rank) push(key(rank, c, v));
      else if (joining === rankA) push(key(joining, b, c));
      else if (joining === rankB) push(key(joining, a, c));
      else push(key(joining, a, b));
    }
  }
}

@inline
function key(rank: i32, one: u32, other: u32): u64 {
  return (<u64>rank << 32) | (<u64>max(one, other) << 16) | <u64>min(one, other);
}

/** Removes the smallest key that is there an odd number of times; false when none is left in the window. */
export function popPivot(): bool {
  while (heapSize > 0) {
    const smallest = load<u64>(heap);
    let odd = false;
    do {
      removeTop();
      odd = !odd;
    } while (heapSize > 0 && load<u64>(heap) === smallest);
    if (!odd) continue;
    pivot = smallest;
    return true;
  }
  return false;
}

export function pivotRank(): i32 {
  return <i32>(pivot >> 32);
}

/** The other vertices of the pivot: larger ‹‹ 16 | smaller. */
export function pivotRest(): u32 {
  return <u32>pivot;
}

/** Puts the pivot back, for a column that contains it too to be added. */
export function restorePivot(): void {
  reserve(1);
  push(pivot);
}

/** Makes room for `more` keys. */
function reserve(more: i32): void {
  if (heapSize + more <= heapCapacity) return;
  const pages = max((<i32>((<usize>more << 3) >> 16)) + 1, <i32>((<usize>heapCapacity << 3) >> 16));
  if (memory.grow(pages) < 0 && memory.grow((<i32>((<usize>more << 3) >> 16)) + 1) < 0) unreachable();
  heapCapacity = <i32>(((<usize>memory.size() << 16) - heap) >> 3);
}

@inline
function push(value: u64): void {
  let at = <usize>heapSize;
  heapSize++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = load<u64>(heap + (parent << 3));
    if (above <= value) break;
    store<u64>(heap + (at << 3), above);
    at = parent;
  }
  store<u64>(heap + (at << 3), value);
}

function removeTop(): void {
  heapSize--;
  const size = <usize>heapSize;
  const value = load<u64>(heap + (size << 3));
  let at: usize = 0;
  for (;;) {
    let child: usize = 2 * at + 1;
    if (child >= size) break;
    let below = load<u64>(heap + (child << 3));
    if (child + 1 < size) {
      const right = load<u64>(heap + ((child + 1) << 3));
      if (right < below) {
        below = right;
        child++;
      }
    }
    if (below >= value) break;
    store<u64>(heap + (at << 3), below);
    at = child;
  }
  store<u64>(heap + (at << 3), value);
}
