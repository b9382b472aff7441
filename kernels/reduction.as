import {
  addToCochain,
  clearCochain,
  cochainSize,
  memberCoefficient,
  memberKey,
  nextMember,
  openCochain,
} from './cochain';
import { apparentFacet, cofacetWork, firstCofacet, isApparent, isOdd, openCofacets, pushCofacets } from './cofacets';
import { emptyTable, find, insert, newTable } from './hashTable';
import { fillLevel, LAST_LEVEL, limitOf, openLevels } from './levels';
import {
  columnKey,
  columnRank,
  columnWork,
  FINISHED,
  FOUND,
  nextColumn,
  openColumns,
  startColumns,
} from './simplexColumns';
import { openKeys, restCount } from './simplexKeys';
import { edges } from './space';
import { giveBack, openStore, take, takeBytes } from './store';
import { clearSums, NONE, NOT_YET, openSums, popSum, sumCoefficient, sumKey, sumsAreFull, sumsWork } from './sums';

/**
 * Persistent cohomology of one dimension after the other over Z/p, column by column, latest first, without storing a coboundary (Bauer 2021, "Ripser"): a column that is kept is the cochain whose
 * coboundary leads with its pivot. Cofacets are made level by level (`levels.as`), so that the smallest are sought among few. Where a column is added to cancel
 * a pivot, nothing up to this pivot is made: there it would cancel in itself.
 *
 * All of it can be left and entered again: `reduceColumns` works for about as long as it is told.
 */

let dimension: i32 = 1;
let prime: u32 = 2;
/** Whether all pairs are told and all cochains kept, or only those that last. */
let tellAll: bool = false;

/** Simplices that kill, by what they kill: of the dimension before, and of this one. */
let cleared: usize = 0;
let paired: usize = 0;

/** What a pair came from is one simplex, without its coefficient −1 or with it, or a stored cochain. */
const SINGLE: u64 = 1 << 63;
const NEGATIVE: u64 = 1 << 62;

/** Stored cochains, in blocks in a list: every one has a head of number of entries, coefficient of the pivot. */
let block: usize = 0;
let blockPower: i32 = 0;
let blockUsed: usize = 0;
const BLOCK_POWER = 16;
const HEAD_BYTES: usize = 16;

/** Where the reduction stands. */
let phase: i32 = 0;
const SEARCHING = 0;
const POPPING = 1;
const ADDING = 2;
const WIDENING = 3;

/** The column: its key, the level that it has come to, the last pivot that was cancelled. */
let column: u64 = 0;
let level: i32 = 0;
let floor: u64 = 0;
/** The stored cochain that is being added: address of what is left, number of entries, factor. Or the place in the cochain that is widened. */
let adding: usize = 0;
let addingLeft: u32 = 0;
let addingFactor: u32 = 0;
let place: i32 = 0;

/** Pairs to be fetched: ranks of birth and death, the simplices as doubles (−1: none), a stored cochain. */
let told: usize = 0;
let toldSize: i32 = 0;
const TOLD = 256;
const TOLD_BYTES = 32;

const DONE = 0;
const MORE = 1;
const NO_ROOM = 2;

/** Lays out the memory from `at` on, for simplices up to a dimension; false where they do not fit into `mostBytes`. */
export function openReduction(at: usize, mostBytes: u32, modulus: u32, topDimension: i32, all: bool): bool {
  prime = modulus;
  tellAll = all;
  openStore(at, mostBytes);
  told = takeBytes(TOLD * TOLD_BYTES);
  toldSize = 0;
  block = 0;
  if (!openKeys(topDimension) || !openLevels() || !openColumns(topDimension) || !openCofacets()) return false;
  if (!openSums(prime) || !openCochain()) return false;
  cleared = newTable();
  paired = newTable();
  return paired !== 0;
}

/** A simplex of the first dimension that is known to kill. */
export function clearSimplex(key: f64): bool {
  return insert(paired, <u64>key, 0);
}

/** Forgets the dimension before; levels are filled after that. */
export function openDimension(next: i32): bool {
  dimension = next;
  const killers = paired;
  paired = cleared;
  cleared = killers;
  while (block !== 0) {
    const before = <usize>load<u32>(block);
    giveBack(block, load<i32>(block, 4));
    block = before;
  }
  startColumns(dimension, cleared);
  phase = SEARCHING;
  return emptyTable(paired);
}

export function toldPairs(): usize {
  return told;
}

export function takeToldPairs(): i32 {
  const size = toldSize;
  toldSize = 0;
  return size;
}

/** Works for about so many words, or until there are pairs to be fetched. 0 when all is done, 1 when not, 2 where there is no room. */
export function reduceColumns(budget: i32): i32 {
  while (budget > 0) {
    if (toldSize === TOLD) return MORE;
    if (phase === SEARCHING) {
      const state = nextColumn(budget);
      budget -= columnWork();
      if (state === FINISHED) return DONE;
      if (state === FOUND && !startColumn()) return NO_ROOM;
      budget -= cofacetWork();
    } else if (phase === POPPING) {
      if (!cancelPivot()) return NO_ROOM;
      budget -= 64 + sumsWork();
    } else if (phase === ADDING) {
      if (addingLeft === 0) {
        phase = POPPING;
        continue;
      }
      addingLeft--;
      const coefficient = prime === 2 ? 1 : load<u32>(adding, 8);
      if (!add(load<u64>(adding), <u32>((<u64>addingFactor * coefficient) % prime))) return NO_ROOM;
      adding += entryBytes();
      budget -= cofacetWork();
    } else {
      place = nextMember(place);
      if (place < 0) {
        phase = POPPING;
        continue;
      }
      if (!widen(memberKey(place), memberCoefficient(place))) return NO_ROOM;
      place++;
      budget -= cofacetWork();
    }
  }
  return MORE;
}

@inline
function entryBytes(): usize {
  return prime === 2 ? 8 : 16;
}

/** Pairs the column at once, if its first cofacet is free; otherwise begins to reduce it. */
function startColumn(): bool {
  column = columnKey();
  if (!clearCochain()) return false;
  if (!addToCochain(column, 1, prime)) return false;
  const first = firstCofacet(column, dimension);
  if (first !== 0 && find(paired, first) === 0) {
    const negative = isOdd();
    if (!isApparent(first, dimension + 1)) return pair(first, negative ? prime - 1 : 1);
  }
  clearSums();
  floor = 0;
  level = 0;
  phase = POPPING;
  pushCofacets(column, dimension, 1, prime, level, -1, floor);
  return !sumsAreFull();
}

/** Takes the pivot: pairs the column with it, or has it cancelled by what it is paired with. */
function cancelPivot(): bool {
  const state = popSum();
  if (sumsAreFull()) return false;
  if (state === NOT_YET) return true;
  if (state === NONE) {
    if (level === LAST_LEVEL) {
      phase = SEARCHING;
      return tell(-1, -1);
    }
    level++;
    place = 0;
    phase = WIDENING;
    return true;
  }
  const pivot = sumKey();
  const coefficient = sumCoefficient();
  const earlier = find(paired, pivot);
  if (earlier === 0 && !isApparent(pivot, dimension + 1)) return pair(pivot, coefficient);
  floor = pivot;
  if (earlier === 0) return add(apparentFacet(), factorAgainst(coefficient, isOdd() ? prime - 1 : 1));
  const source = load<u64>(earlier);
  if (source >= SINGLE) {
    const negative = (source & NEGATIVE) !== 0;
    return add(source & (NEGATIVE - 1), factorAgainst(coefficient, negative ? prime - 1 : 1));
  }
  adding = <usize>source + HEAD_BYTES;
  addingLeft = load<u32>(<usize>source);
  addingFactor = factorAgainst(coefficient, load<u32>(<usize>source, 4));
  phase = ADDING;
  return true;
}

/** By what a column is multiplied so that its coefficient cancels another. */
@inline
function factorAgainst(coefficient: u32, own: u32): u32 {
  return prime === 2 ? 1 : <u32>((<u64>(prime - coefficient) * inverse(own)) % prime);
}

/** By Fermat's little theorem. */
function inverse(value: u32): u64 {
  let result: u64 = 1;
  let square = <u64>value;
  for (let exponent = prime - 2; exponent > 0; exponent >>>= 1) {
    if ((exponent & 1) !== 0) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

/** Adds a multiple of a simplex to the cochain, and of its cofacets after the last pivot to the coboundary. */
function add(key: u64, factor: u32): bool {
  if (!addToCochain(key, factor, prime)) return false;
  const rank = <i32>(key / restCount(dimension - 1));
  const pivotRank = <i32>(floor / restCount(dimension));
  // Cofacets that are earlier than the pivot need not be found; but for those of its own latest edge, only the new vertex says when a cofacet is there.
  let below = level - 1;
  while (below >= 0 && (limitOf(below) > pivotRank || rank >= limitOf(below))) below--;
  pushCofacets(key, dimension, factor, prime, level, below, floor);
  return !sumsAreFull();
}

/** Of a simplex of the cochain, the cofacets of the level that the column has come to. */
function widen(key: u64, factor: u32): bool {
  const rank = <i32>(key / restCount(dimension - 1));
  pushCofacets(key, dimension, factor, prime, level, rank < limitOf(level - 1) ? level - 1 : -1, floor);
  return !sumsAreFull();
}

/** Stores what is needed to cancel this pivot later. */
function pair(pivot: u64, coefficient: u32): bool {
  phase = SEARCHING;
  let source: u64;
  if (cochainSize() === 1) source = SINGLE | column | (prime > 2 && coefficient === prime - 1 ? NEGATIVE : 0);
  else {
    source = storeCochain(coefficient);
    if (source === 0) return false;
  }
  return insert(paired, pivot, source) && tell(pivot, source);
}

/** The address, or 0 where there is no room. */
function storeCochain(coefficient: u32): usize {
  const size = cochainSize();
  const bytes = HEAD_BYTES + <usize>size * entryBytes();
  if (block === 0 || blockUsed + bytes > <usize>1 << blockPower) {
    let power = BLOCK_POWER;
    while (HEAD_BYTES + bytes > <usize>1 << power) power++;
    const next = take(power);
    if (next === 0) return 0;
    store<u32>(next, <u32>block);
    store<i32>(next, power, 4);
    block = next;
    blockPower = power;
    blockUsed = HEAD_BYTES;
  }
  const address = block + blockUsed;
  blockUsed += (bytes + 15) & ~15;
  store<u32>(address, size);
  store<u32>(address, coefficient, 4);
  let entry = address + HEAD_BYTES;
  for (let member = nextMember(0); member >= 0; member = nextMember(member + 1)) {
    store<u64>(entry, memberKey(member));
    if (prime !== 2) store<u32>(entry, memberCoefficient(member), 8);
    entry += entryBytes();
  }
  return address;
}

/** Notes the pair of the column; `killer` is −1 where nothing kills it. */
function tell(killer: u64, source: u64): bool {
  const birth = columnRank();
  const isEndless = killer === <u64>(-1);
  const death = isEndless ? -1 : <i32>(killer / restCount(dimension));
  if (!tellAll && !isEndless && lengthOf(birth) === lengthOf(death)) return true;
  if (isEndless && tellAll && cochainSize() > 1) {
    source = storeCochain(1);
    if (source === 0) return false;
  }
  const at = told + <usize>toldSize * TOLD_BYTES;
  store<i32>(at, birth);
  store<i32>(at, death, 4);
  store<f64>(at, <f64>column, 8);
  store<f64>(at, isEndless ? -1 : <f64>killer, 16);
  store<u32>(at, source >= SINGLE ? 0 : <u32>source, 24);
  toldSize++;
  return true;
}

@inline
function lengthOf(rank: i32): f32 {
  return load<f32>(edges() + (<usize>rank << 3), 4);
}
