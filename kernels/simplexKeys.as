import { count, edges } from './space';
import { takeBytes } from './store';

/**
 * Simplices as numbers, like those of `src/topology/simplexKeys.ts`: rank of the latest edge · C(n, d − 1) + Σ C(rest[i], i + 1), where the rest are the
 * other vertices, ascending. The order of the numbers is that of the filtration.
 */

/** Row j has C(v, j) for all v up to the count. */
let binomials: usize = 0;

/** Vertices of a simplex, ascending, and those beside its latest edge: 32-bit numbers. */
let vertexList: usize = 0;
let restList: usize = 0;

const MOST_VERTICES = 16;

/** For rests of up to so many vertices. False where there is no room. */
export function openKeys(sizes: i32): bool {
  const row = <usize>(count() + 1) << 3;
  vertexList = takeBytes(MOST_VERTICES << 2);
  restList = takeBytes(MOST_VERTICES << 2);
  binomials = takeBytes(<usize>(sizes + 1) * row);
  if (binomials === 0) return false;
  for (let v = 0; v <= count(); v++) store<u64>(binomials + (<usize>v << 3), 1);
  for (let size = 1; size <= sizes; size++) {
    const own = binomials + <usize>size * row;
    store<u64>(own, 0);
    for (let at: usize = 8; at < row; at += 8) store<u64>(own + at, load<u64>(own + at - 8) + load<u64>(own - row + at - 8));
  }
  return true;
}

/** C(vertex, size). */
@inline
export function term(vertex: u32, size: i32): u64 {
  return load<u64>(binomials + ((<usize>size * <usize>(count() + 1) + <usize>vertex) << 3));
}

/** What separates two ranks. */
@inline
export function restCount(size: i32): u64 {
  return max(<u64>1, term(count(), size));
}

@inline
export function vertexAt(place: i32): u32 {
  return load<u32>(vertexList + (<usize>place << 2));
}

@inline
export function restAt(place: i32): u32 {
  return load<u32>(restList + (<usize>place << 2));
}

@inline
export function firstEnd(rank: u32): u32 {
  return load<u16>(edges() + (<usize>rank << 3));
}

@inline
export function secondEnd(rank: u32): u32 {
  return load<u16>(edges() + (<usize>rank << 3), 2);
}

/** Writes the rest of so many vertices. */
export function readRest(index: u64, size: i32): void {
  let above = <u32>count();
  for (let place = size; place > 1; place--) {
    // The largest v with C(v, place) ≤ index.
    let low: u32 = place - 1;
    let high = above;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (term(middle, place) <= index) low = middle;
      else high = middle;
    }
    store<u32>(restList + (<usize>(place - 1) << 2), low);
    index -= term(low, place);
    above = low;
  }
  if (size > 0) store<u32>(restList, <u32>index);
}

/** Writes all vertices of a simplex, ascending, whose rest of so many is there. */
export function readVertices(rank: u32, size: i32): void {
  memory.copy(vertexList, restList, <usize>size << 2);
  insert(size, firstEnd(rank));
  insert(size + 1, secondEnd(rank));
}

@inline
function insert(size: i32, vertex: u32): void {
  let at = vertexList + (<usize>size << 2);
  for (; at > vertexList && load<u32>(at - 4) > vertex; at -= 4) store<u32>(at, load<u32>(at - 4));
  store<u32>(at, vertex);
}
