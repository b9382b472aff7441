import { bitBytes, LAST_LEVEL, levelDistance, levelRow, limitOf } from './levels';
import { readRest, readVertices, restAt, restCount, term, vertexAt } from './simplexKeys';
import { count, matrix, stride } from './space';
import { takeBytes } from './store';
import { push } from './sums';

/** Cofacets of simplices, in any dimension: found 64 vertices at a time in the bits of a level, keyed one by one. */

/** By place of a vertex of the simplex: its row of bits, its row of ranks, and the key of the rest without it. */
let bitRows: usize = 0;
let rankRows: usize = 0;
let dropped: usize = 0;

const MOST_VERTICES = 16;

/** What the last call did, in words. */
let work: i32 = 0;
/** Of the pivot that was looked at last. */
let facet: u64 = 0;
let isNegative: bool = false;

export function openCofacets(): bool {
  bitRows = takeBytes(MOST_VERTICES << 2);
  rankRows = takeBytes(MOST_VERTICES << 2);
  dropped = takeBytes(MOST_VERTICES << 3);
  return dropped !== 0;
}

@inline
export function cofacetWork(): i32 {
  return work;
}

/** The facet that `isApparent` found. */
@inline
export function apparentFacet(): u64 {
  return facet;
}

/** Whether the simplex that `isApparent` or `firstCofacet` found has the coefficient −1 in the coboundary of its facet. */
@inline
export function isOdd(): bool {
  return isNegative;
}

@inline
function rowOf(rows: usize, place: i32): usize {
  return <usize>load<u32>(rows + (<usize>place << 2));
}

/**
 * Pushes the cofacets of a simplex of a dimension, times a factor, that belong to a level and not to `below` (−1: to none), and whose keys are above `floor`.
 */
export function pushCofacets(key: u64, dimension: i32, factor: u32, prime: u32, level: i32, below: i32, floor: u64): void {
  const restSize = dimension - 1;
  const ownCount = restCount(restSize);
  const rank = <i32>(key / ownCount);
  work = 16;
  // All cofacets are as late as the simplex itself at least.
  if (rank >= limitOf(level)) return;
  readRest(key - <u64>rank * ownCount, restSize);
  readVertices(rank, restSize);
  const size = restSize + 2;
  for (let i = 0; i < size; i++) {
    const vertex = vertexAt(i);
    store<u32>(bitRows + (<usize>i << 2), <u32>levelRow(level, vertex));
    store<u32>(rankRows + (<usize>i << 2), <u32>(matrix() + <usize>vertex * stride()));
    // Where the edge from this vertex to the new one is the latest, all others are the rest.
    let index: u64 = 0;
    for (let j = 0, place = 1; j < size; j++) if (j !== i) index += term(vertexAt(j), place++);
    store<u64>(dropped + (<usize>i << 3), index);
  }
  const cofacetCount = restCount(restSize + 1);
  const own = <u64>rank * cofacetCount;
  const bytes = bitBytes();
  const toBelow = levelDistance(level, below);
  const first = rowOf(bitRows, 0);
  const second = rowOf(bitRows, 1);
  const rankFirst = rowOf(rankRows, 0);
  const rankSecond = rowOf(rankRows, 1);
  work += size * <i32>(bytes >> 3);
  for (let at: usize = 0; at < bytes; at += 8) {
    let word = load<u64>(first + at) & load<u64>(second + at);
    for (let i = 2; i < size; i++) word &= load<u64>(rowOf(bitRows, i) + at);
    if (word === 0) continue;
    if (below >= 0) {
      let earlier: u64 = -1;
      for (let i = 0; i < size; i++) earlier &= load<u64>(rowOf(bitRows, i) + toBelow + at);
      word &= ~earlier;
    }
    for (; word !== 0; word &= word - 1) {
      const v = <u32>(at << 3) + <u32>ctz(word);
      const offset = <usize>v << 2;
      let latest = load<i32>(rankFirst + offset);
      let place = 0;
      const other = load<i32>(rankSecond + offset);
      if (other > latest) {
        latest = other;
        place = 1;
      }
      for (let i = 2; i < size; i++) {
        const joining = load<i32>(rowOf(rankRows, i) + offset);
        if (joining > latest) {
          latest = joining;
          place = i;
        }
      }
      const cofacet =
        latest > rank
          ? <u64>latest * cofacetCount + load<u64>(dropped + (<usize>place << 3))
          : own + indexWith(v, restSize);
      if (cofacet <= floor) continue;
      push(cofacet, prime === 2 || !precedesOdd(v, size) ? factor : prime - factor);
      work += 16;
    }
  }
}

/** The key of the rest together with a vertex. */
@inline
function indexWith(v: u32, restSize: i32): u64 {
  let index: u64 = 0;
  let place = 1;
  let i = 0;
  for (; i < restSize && restAt(i) < v; i++) index += term(restAt(i), place++);
  index += term(v, place++);
  for (; i < restSize; i++) index += term(restAt(i), place++);
  return index;
}

/** Whether an odd number of the simplex' vertices come before this one. */
@inline
function precedesOdd(v: u32, size: i32): bool {
  let before = 0;
  for (let i = 0; i < size; i++) before += <i32>(vertexAt(i) < v);
  return (before & 1) !== 0;
}

/**
 * The first cofacet of a column that has the same latest edge, unless it is in an apparent pair; 0 where there is none.
 */
export function firstCofacet(key: u64, dimension: i32): u64 {
  const restSize = dimension - 1;
  const ownCount = restCount(restSize);
  const rank = <i32>(key / ownCount);
  readRest(key - <u64>rank * ownCount, restSize);
  readVertices(rank, restSize);
  const size = restSize + 2;
  const bytes = bitBytes();
  work = 8;
  for (let at: usize = 0; at < bytes; at += 8) {
    let word = load<u64>(levelRow(0, vertexAt(0)) + at) & load<u64>(levelRow(0, vertexAt(1)) + at);
    for (let i = 2; i < size && word !== 0; i++) word &= load<u64>(levelRow(0, vertexAt(i)) + at);
    work += size;
    if (word === 0) continue;
    const v = <u32>(at << 3) + <u32>ctz(word);
    isNegative = precedesOdd(v, size);
    return <u64>rank * restCount(restSize + 1) + indexWith(v, restSize);
  }
  return 0;
}

/** Whether a simplex is in an apparent pair with its latest facet, the one without the smallest vertex of its rest. */
export function isApparent(key: u64, dimension: i32): bool {
  const restSize = dimension - 1;
  const ownCount = restCount(restSize);
  const rank = <i32>(key / ownCount);
  readRest(key - <u64>rank * ownCount, restSize);
  readVertices(rank, restSize);
  const smallest = restAt(0);
  const size = restSize + 1;
  // The facet's vertices; of a level that has all edges before the latest one.
  let level = 0;
  while (level < LAST_LEVEL && limitOf(level) < rank) level++;
  let position = 0;
  for (let i = 0, place = 0; i <= size; i++) {
    const vertex = vertexAt(i);
    if (vertex === smallest) {
      position = i;
      continue;
    }
    store<u32>(bitRows + (<usize>place << 2), <u32>levelRow(level, vertex));
    store<u32>(rankRows + (<usize>place << 2), <u32>(matrix() + <usize>vertex * stride()));
    place++;
  }
  work = 16;
  const first = rowOf(bitRows, 0);
  const second = rowOf(bitRows, 1);
  const end = <usize>(smallest >>> 6) << 3;
  for (let at: usize = 0; at <= end; at += 8) {
    let word = load<u64>(first + at) & load<u64>(second + at);
    for (let i = 2; i < size && word !== 0; i++) word &= load<u64>(rowOf(bitRows, i) + at);
    work += size;
    if (at === end) word &= (<u64>1 << (smallest & 63)) - 1;
    for (; word !== 0; word &= word - 1) {
      const offset = (at << 5) + (<usize>ctz(word) << 2);
      let joined = true;
      for (let i = 0; i < size && joined; i++) joined = load<i32>(rowOf(rankRows, i) + offset) < rank;
      work += size;
      if (joined) return false;
    }
  }
  isNegative = (position & 1) !== 0;
  let index: u64 = 0;
  for (let i = 1; i < restSize; i++) index += term(restAt(i), i);
  facet = <u64>rank * restCount(restSize - 1) + index;
  return true;
}
