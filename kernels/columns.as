import { ABSENT, firstCommon } from './neighbourhoods';
import { count, edges, matrix, stride } from './space';

/**
 * The inner loops of the reduction over Z/2 in dimension 1.
 *
 * A triangle is a 64-bit key: rank of its latest edge ‹‹ 32 | its third vertex. The order of keys is the order of the filtration.
 */

/** The column that is being reduced, up to the end of memory (which may grow). */
let heap: usize = 0;
let heapSize: i32 = 0;
let heapCapacity: i32 = 0;
/** Cofacets whose latest edge is in [low, high) are in the heap, others are not. */
let low: i32 = 0;
let high: i32 = 0;
let pivot: u64 = 0;

export function openHeap(at: usize): void {
  heap = at;
  heapSize = 0;
  heapCapacity = <i32>(((<usize>memory.size() << 16) - heap) >> 3);
}

/** The first vertex that both ends of an edge are joined to before it; `count` or more if there is none. */
export function firstNeighbour(rank: i32): i32 {
  const rows = matrix();
  const rowBytes = stride();
  const ends = load<u32>(edges() + (<usize>rank << 3));
  return firstCommon(rows + <usize>(ends & 0xffff) * rowBytes, rows + <usize>(ends >>> 16) * rowBytes, rowBytes, rank);
}

/** Empties the heap and sets which ranks it is to hold. */
export function openWindow(low_: i32, high_: i32): void {
  heapSize = 0;
  low = low_;
  high = high_;
}

/** Pushes the triangles over an edge that belong to the window. */
export function pushCofacetsOfEdge(rank: i32): void {
  if (rank >= high) return;
  reserve(count());
  const rows = matrix();
  const rowBytes = stride();
  const ends = load<u32>(edges() + (<usize>rank << 3));
  const a = ends & 0xffff;
  const b = ends >>> 16;
  const rowA = rows + <usize>a * rowBytes;
  const rowB = rows + <usize>b * rowBytes;
  // Cofacets are as late as the edge itself: where that is in the window, no other lower bound is needed.
  const from = i32x4.splat(rank >= low ? -1 : low);
  const to = i32x4.splat(high);
  for (let at: usize = 0; at < rowBytes; at += 16) {
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

/** The third vertex of the pivot. */
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
