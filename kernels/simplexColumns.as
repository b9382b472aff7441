import { find } from './hashTable';
import { bitBytes, levelRow, lowerLimits } from './levels';
import { firstEnd, restCount, secondEnd, term } from './simplexKeys';
import { edgeCount } from './space';
import { takeBytes } from './store';

/**
 * The columns of a dimension, latest first: simplices that are neither in an apparent pair nor known to kill. The simplices themselves are nowhere: for every edge, the rest is
 * chosen among the common neighbours of its ends, largest vertex first, and of the last vertex to choose all that would be apparent fall out together, without a look at each.
 */

/** Vertices in a rest. */
let restSize: i32 = 0;
/** The edge that is the latest one, and the depth of the choice: −1 when the next edge is to come. */
let rank: i32 = 0;
let depth: i32 = -1;
/** Rows of bits by depth: the candidates, and how many bytes of them count; the vertex chosen last; the key so far. */
let candidates: usize = 0;
let extents: usize = 0;
let chosen: usize = 0;
let partial: usize = 0;
/** Candidates of the last depth that are columns. */
let survivors: usize = 0;
let cleared: usize = 0;

const MOST_DEPTH = 16;
/** So many sweeps, before those that are left are looked at one by one. */
const SWEEPS = 4;

/** The simplex that `nextColumn` found, and the rank of its latest edge. */
let found: u64 = 0;

/** What the search did, in words. */
let work: i32 = 0;

export const FOUND = 1;
export const TIRED = 2;
export const FINISHED = 0;

export function openColumns(topDimension: i32): bool {
  extents = takeBytes(MOST_DEPTH << 2);
  chosen = takeBytes(MOST_DEPTH << 2);
  partial = takeBytes(MOST_DEPTH << 3);
  survivors = takeBytes(bitBytes());
  candidates = takeBytes(bitBytes() * <usize>topDimension);
  return candidates !== 0;
}

/** From the latest edge on. `killers` are the simplices known to kill. */
export function startColumns(dimension: i32, killers: usize): void {
  restSize = dimension - 1;
  rank = edgeCount();
  depth = -1;
  cleared = killers;
}

@inline
export function columnKey(): u64 {
  return found;
}

/** The edge whose columns come now. */
export function columnRank(): i32 {
  return rank;
}

@inline
export function columnWork(): i32 {
  return work;
}

/** Looks on for the next column, for no more work than that, about. */
export function nextColumn(budget: i32): i32 {
  work = 0;
  const last = restSize - 1;
  while (work < budget) {
    if (depth < 0) {
      if (rank === 0) return FINISHED;
      rank--;
      work += 8 + lowerLimits(rank);
      if (nextEdge()) return FOUND;
      continue;
    }
    const row = depth === last ? survivors : candidates + <usize>depth * bitBytes();
    const vertex = lastBefore(row, load<u32>(chosen + (<usize>depth << 2)));
    if (vertex < 0) {
      depth--;
      continue;
    }
    store<u32>(chosen + (<usize>depth << 2), vertex);
    const key = load<u64>(partial + (<usize>depth << 3)) + term(vertex, restSize - depth);
    if (depth < last) {
      choose(vertex, key);
      continue;
    }
    work += 4;
    if (find(cleared, key) !== 0) continue;
    found = key;
    return FOUND;
  }
  return TIRED;
}

/** Starts on an edge; whether the edge is a column itself. */
@inline
function nextEdge(): bool {
  const bytes = bitBytes();
  const rowA = levelRow(0, firstEnd(rank));
  const rowB = levelRow(0, secondEnd(rank));
  let any: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 8) {
    const word = load<u64>(rowA + at) & load<u64>(rowB + at);
    store<u64>(candidates + at, word);
    any |= word;
  }
  work += <i32>(bytes >> 3);
  if (restSize === 0) {
    found = rank;
    return any === 0 && find(cleared, found) === 0;
  }
  if (any === 0) return false;
  store<u64>(partial, <u64>rank * restCount(restSize));
  enter(0, bytes);
  return false;
}

/** Chooses a vertex: candidates are its neighbours below it from then on. */
@inline
function choose(vertex: u32, key: u64): void {
  const from = candidates + <usize>depth * bitBytes();
  const to = from + bitBytes();
  const row = levelRow(0, vertex);
  const end = <usize>(vertex >>> 6) << 3;
  let any: u64 = 0;
  for (let at: usize = 0; at < end; at += 8) {
    const word = load<u64>(from + at) & load<u64>(row + at);
    store<u64>(to + at, word);
    any |= word;
  }
  const word = load<u64>(from + end) & load<u64>(row + end) & ((<u64>1 << (vertex & 63)) - 1);
  store<u64>(to + end, word);
  work += <i32>(end >> 3) + 2;
  if ((any | word) === 0) return;
  store<u64>(partial + (<usize>(depth + 1) << 3), key);
  enter(depth + 1, end + 8);
}

@inline
function enter(next: i32, bytes: usize): void {
  depth = next;
  store<u32>(extents + (<usize>depth << 2), <u32>bytes);
  store<u32>(chosen + (<usize>depth << 2), <u32>(bytes << 3));
  if (depth === restSize - 1) sift(candidates + <usize>depth * bitBytes(), bytes);
}

/**
 * The candidates without those that are in an apparent pair: the first one completes a simplex that its facet is paired with, and what has a neighbour below it
 * among the candidates is paired with a cofacet.
 */
function sift(row: usize, bytes: usize): void {
  memory.copy(survivors, row, bytes);
  let start: usize = 0;
  while (load<u64>(row + start) === 0) start += 8;
  // The first candidate is none itself.
  store<u64>(survivors + start, load<u64>(row + start) & (load<u64>(row + start) - 1));
  let sweeps = 0;
  for (let at = start; at < bytes; at += 8) {
    for (let word = load<u64>(row + at); word !== 0; word &= word - 1) {
      if (sweeps++ === SWEEPS) return siftEach(row, bytes);
      const bit = <u32>ctz(word);
      const joined = levelRow(0, <u32>(at << 3) + bit);
      // Nobody is joined to itself: the bit may stay in the mask.
      const here = load<u64>(survivors + at) & ~(load<u64>(joined + at) & (<u64>(-1) << bit));
      store<u64>(survivors + at, here);
      let left = here & (<u64>(-1) << bit);
      for (let above = at + 8; above < bytes; above += 8) {
        const rest = load<u64>(survivors + above) & ~load<u64>(joined + above);
        store<u64>(survivors + above, rest);
        left |= rest;
      }
      work += <i32>((bytes - at) >> 3) + 2;
      if (left === 0) return;
    }
  }
}

function siftEach(row: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 8) {
    for (let word = load<u64>(survivors + at); word !== 0; word &= word - 1) {
      const bit = <u64>ctz(word);
      const joined = levelRow(0, <u32>(at << 3) + <u32>bit);
      let any = load<u64>(row + at) & load<u64>(joined + at) & ((<u64>1 << bit) - 1);
      for (let below: usize = 0; below < at && any === 0; below += 8) any = load<u64>(row + below) & load<u64>(joined + below);
      if (any !== 0) store<u64>(survivors + at, load<u64>(survivors + at) & ~(<u64>1 << bit));
      work += 4;
    }
  }
}

/** The last vertex of a row below another, or −1. */
@inline
function lastBefore(row: usize, vertex: u32): i32 {
  let at = <usize>(vertex >>> 6) << 3;
  let word: u64 = (vertex & 63) === 0 ? 0 : load<u64>(row + at) & ((<u64>1 << (vertex & 63)) - 1);
  while (word === 0) {
    if (at === 0) return -1;
    at -= 8;
    word = load<u64>(row + at);
  }
  return <i32>(at << 3) + 63 - <i32>clz(word);
}
