import { count, edges, matrix, stride } from './space';

/**
 * A column of dimension 1 over Z/2 that has grown long: its cochain, a set of edges, as a symmetric matrix of bits, and beside it, as another one, the
 * edges before a rank. The coboundary is never made. Of the triangles with one latest edge it is made of a few operations on the rows of that edge's ends, so that the
 * smallest cofacet is sought by going up through the ranks.
 */

/** Two matrices, of `rowBytes` bytes a row, and how many edges of the cochain every vertex has. */
let cochain: usize = 0;
let before: usize = 0;
let degrees: usize = 0;
let rowBytes: usize = 0;
/** All edges of a lower rank are in `before`, others are not. */
let position: i32 = 0;
/** The third vertex of the cofacet that was found. */
let third: i32 = 0;

/** Bytes that are needed. */
export function edgeRowsBytes(): usize {
  const points = <usize>count();
  return 2 * points * bytesOfRow() + 4 * points;
}

@inline
function bytesOfRow(): usize {
  return ((<usize>count() + 127) >> 7) << 4;
}

/** Takes memory, from a multiple of 16 on, for an empty cochain and no edges before it. */
export function openEdgeRows(at: usize): void {
  const points = <usize>count();
  rowBytes = bytesOfRow();
  cochain = at;
  before = at + points * rowBytes;
  degrees = before + points * rowBytes;
  memory.fill(at, 0, edgeRowsBytes());
  position = 0;
}

@inline
function flip(rows: usize, row: u32, column: u32): void {
  const at = rows + <usize>row * rowBytes + <usize>((column >>> 5) << 2);
  store<u32>(at, load<u32>(at) ^ (<u32>1 << (column & 31)));
}

@inline
function has(rows: usize, row: u32, column: u32): i32 {
  return <i32>((load<u32>(rows + <usize>row * rowBytes + <usize>((column >>> 5) << 2)) >>> (column & 31)) & 1);
}

/** Goes at most `most` edges towards a rank; whether it is there. */
export function moveEdgeRows(rank: i32, most: i32): bool {
  const list = edges();
  const low = max(min(position, rank), position - most);
  const high = min(max(position, rank), position + most);
  for (let edge = low; edge < high; edge++) {
    const ends = load<u32>(list + (<usize>edge << 3));
    flip(before, ends & 0xffff, ends >>> 16);
    flip(before, ends >>> 16, ends & 0xffff);
  }
  position = rank < position ? low : high;
  return position === rank;
}

/** Adds an edge to the cochain, or takes it away. */
export function flipEdge(rank: i32): void {
  const ends = load<u32>(edges() + (<usize>rank << 3));
  const a = ends & 0xffff;
  const b = ends >>> 16;
  const change = 1 - 2 * has(cochain, a, b);
  flip(cochain, a, b);
  flip(cochain, b, a);
  addToDegree(a, change);
  addToDegree(b, change);
}

@inline
function addToDegree(vertex: u32, change: i32): void {
  const at = degrees + (<usize>vertex << 2);
  store<i32>(at, load<i32>(at) + change);
}

/**
 * Looks for the smallest cofacet among those whose latest edge is the one at which we are, or one of the next; goes on to `end` at the furthest. Where the first
 * triangle of an edge is in the coboundary, the two are an apparent pair, whose column is that of the edge: it is added at once. Whether a
 * cofacet was found: it is that of `position` and `third`.
 */
export function seekCofacet(end: i32): bool {
  const list = edges();
  for (; position < end; position++) {
    const ends = load<u32>(list + (<usize>position << 3));
    const a = ends & 0xffff;
    const b = ends >>> 16;
    if (load<i32>(degrees + (<usize>a << 2)) !== 0 || load<i32>(degrees + (<usize>b << 2)) !== 0) {
      third = firstCofacet(a, b);
      if (third >= 0) return true;
    }
    flip(before, a, b);
    flip(before, b, a);
  }
  return false;
}

/** The smallest third vertex of a triangle in the coboundary over the latest edge ab; −1 if there is none. */
@inline
function firstCofacet(a: u32, b: u32): i32 {
  const beforeA = before + <usize>a * rowBytes;
  const beforeB = before + <usize>b * rowBytes;
  const cochainA = cochain + <usize>a * rowBytes;
  const cochainB = cochain + <usize>b * rowBytes;
  let at: usize = 0;
  let common = v128.and(v128.load(beforeA), v128.load(beforeB));
  while (!v128.any_true(common)) {
    at += 16;
    if (at >= rowBytes) return -1;
    common = v128.and(v128.load(beforeA + at), v128.load(beforeB + at));
  }
  const first = firstBit(at, common);
  let own = has(cochain, a, b);
  if ((has(cochain, a, first) ^ has(cochain, b, first) ^ own) !== 0) {
    flip(cochain, a, b);
    flip(cochain, b, a);
    const change = 1 - 2 * own;
    addToDegree(a, change);
    addToDegree(b, change);
    own ^= 1;
  }
  const all = i32x4.splat(-own);
  for (; at < rowBytes; at += 16) {
    const odd = v128.xor(v128.xor(v128.load(cochainA + at), v128.load(cochainB + at)), all);
    const cofacets = v128.and(odd, v128.and(v128.load(beforeA + at), v128.load(beforeB + at)));
    if (v128.any_true(cofacets)) return firstBit(at, cofacets);
  }
  return -1;
}

@inline
function firstBit(at: usize, bits: v128): i32 {
  const low = i64x2.extract_lane(bits, 0);
  const within = low !== 0 ? <i32>ctz(low) : 64 + <i32>ctz(i64x2.extract_lane(bits, 1));
  return (<i32>at << 3) + within;
}

/** The rank at which we are: of the latest edge of the cofacet that was found. */
export function cofacetRank(): i32 {
  return position;
}

export function cofacetThird(): i32 {
  return third;
}

/** The sum, over the vertices [from, to), of how many edges of the cochain they have. */
export function edgesOfVertices(from: i32, to: i32): i32 {
  let sum = 0;
  for (let vertex = from; vertex < to; vertex++) sum += load<i32>(degrees + (<usize>vertex << 2));
  return sum;
}

/** Writes the ranks of the cochain's edges from the vertices [from, to) to later ones, and empties the rows of these vertices. Returns how many. */
export function takeEdges(from: i32, to: i32, out: usize): i32 {
  const first = out;
  for (let vertex = from; vertex < to; vertex++) {
    const degree = degrees + (<usize>vertex << 2);
    if (load<i32>(degree) === 0) continue;
    store<i32>(degree, 0);
    const row = cochain + <usize>vertex * rowBytes;
    const ranks = matrix() + <usize>vertex * stride();
    for (let at: usize = 0; at < rowBytes; at += 8) {
      for (let bits = load<u64>(row + at); bits !== 0; bits &= bits - 1) {
        const other = (<i32>at << 3) + <i32>ctz(bits);
        if (other <= vertex) continue;
        store<i32>(out, load<i32>(ranks + (<usize>other << 2)));
        out += 4;
      }
    }
    memory.fill(row, 0, rowBytes);
  }
  return <i32>((out - first) >> 2);
}
