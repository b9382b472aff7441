import { firstEnd, secondEnd } from './simplexKeys';
import { count, edgeCount } from './space';
import { takeBytes } from './store';

/**
 * Who is joined to whom, in bits: of each *level* a row of bits for every vertex, which says with whom an edge before the level's limit joins it. The limits lie above
 * the rank of the column that is reduced, and go down with it: that of level 0 is this rank itself, that of the last level is the end. The words of a few
 * rows and'ed give the common neighbours, 64 vertices at a time.
 */
export const LAST_LEVEL = 6;
const LEVELS = LAST_LEVEL + 1;

/** Bytes in a row, of a level. */
let rowBytes: usize = 0;
let levelBytes: usize = 0;
let rows: usize = 0;
/** By level: the limit, and how far it is above the rank. */
let limits: usize = 0;
let widths: usize = 0;

/** Every level reaches four times as far as the one before; the first holds this share of all edges. */
const FIRST_SHARE = 512;

/** False where there is no room. */
export function openLevels(): bool {
  rowBytes = <usize>((count() + 63) >>> 6) << 3;
  levelBytes = rowBytes * <usize>count();
  limits = takeBytes(LEVELS << 2);
  widths = takeBytes(LEVELS << 2);
  rows = takeBytes(levelBytes * LEVELS);
  if (rows === 0) return false;
  memory.fill(levelRow(LAST_LEVEL, 0), 0, levelBytes);
  for (let level = 0, share: u64 = 0; level < LEVELS; level++, share = 4 * share + 1) {
    const width = level === LAST_LEVEL ? edgeCount() : <i32>((<u64>edgeCount() * share + FIRST_SHARE - 1) / FIRST_SHARE);
    store<i32>(widths + (<usize>level << 2), width);
  }
  return true;
}

/** Takes the edges [begin, end) into the last level. */
export function joinEdges(begin: i32, end: i32): void {
  const level = levelRow(LAST_LEVEL, 0);
  for (let rank = begin; rank < end; rank++) {
    const a = firstEnd(rank);
    const b = secondEnd(rank);
    flip(level, a, b);
    flip(level, b, a);
  }
}

/** Lets a level have all edges. */
export function fillLevel(level: i32): void {
  if (level !== LAST_LEVEL) memory.copy(levelRow(level, 0), levelRow(LAST_LEVEL, 0), levelBytes);
  store<i32>(limits + (<usize>level << 2), edgeCount());
}

/** Lets the limits go down to where they belong for a rank. Returns the edges that were taken out. */
export function lowerLimits(rank: i32): i32 {
  let moved = 0;
  for (let level = 0; level < LAST_LEVEL; level++) {
    const limit = min(edgeCount(), rank + load<i32>(widths + (<usize>level << 2)));
    const base = levelRow(level, 0);
    for (let last = limitOf(level) - 1; last >= limit; last--) {
      const a = firstEnd(last);
      const b = secondEnd(last);
      flip(base, a, b);
      flip(base, b, a);
      moved++;
    }
    store<i32>(limits + (<usize>level << 2), limit);
  }
  return moved;
}

@inline
function flip(level: usize, row: u32, vertex: u32): void {
  const at = level + <usize>row * rowBytes + (<usize>(vertex >>> 6) << 3);
  store<u64>(at, load<u64>(at) ^ (<u64>1 << (vertex & 63)));
}

/** Edges before it are in the level. */
@inline
export function limitOf(level: i32): i32 {
  return load<i32>(limits + (<usize>level << 2));
}

@inline
export function levelRow(level: i32, vertex: u32): usize {
  return rows + <usize>level * levelBytes + <usize>vertex * rowBytes;
}

/** Bytes in a row: a multiple of 8. */
@inline
export function bitBytes(): usize {
  return rowBytes;
}

/** From a level to another, in bytes. */
@inline
export function levelDistance(from: i32, to: i32): isize {
  return <isize>(to - from) * <isize>levelBytes;
}
