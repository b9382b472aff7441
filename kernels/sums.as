import { giveBack, take, takeBytes } from './store';

/**
 * The coboundary in the making: keys with coefficients modulo a prime, of which the smallest is asked for, and equal ones add up only then. What is pushed is never smaller than what
 * was popped last: a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990). A key is in the bucket of its highest digit that differs from the smallest key, and moves on to lower digits when that
 * becomes the smallest. All memory is read and written in order. Over Z/2 an entry is its key alone.
 */
const DIGIT_BITS = 4;
const LEVELS = 16;
const BUCKETS = LEVELS << DIGIT_BITS;

/** By bucket: where the next entry goes, where its chunk ends, how many entries there are. */
let buckets: usize = 0;
const BUCKET_BYTES: usize = 16;
/** By level: which of its buckets have entries; and which levels do. */
let digitMasks: usize = 0;
let levelMask: u32 = 0;

/** Chunks of a bucket begin with the address of the chunk before. Every bucket keeps its first one. */
const CHUNK_POWER = 10;
const CHUNK_BYTES: usize = 1 << CHUNK_POWER;
const LINK_BYTES: usize = 16;

/** No key is smaller. */
let last: u64 = 0;
let prime: u32 = 2;
let entryBytes: usize = 8;
/** The bucket that is being moved on to lower digits; 0 if there is none. */
let draining: usize = 0;
let isFull: bool = false;
/** Entries that the last `popSum` looked at. */
let work: i32 = 0;

let smallest: u64 = 0;
let coefficient: u32 = 1;

/** Entries that are moved in one call at most, but for a chunk. */
const MOST_MOVED = 1 << 16;

export const NONE = 0;
export const FOUND_SUM = 1;
export const NOT_YET = 2;

export function openSums(modulus: u32): bool {
  prime = modulus;
  entryBytes = prime === 2 ? 8 : 16;
  buckets = takeBytes(<usize>BUCKETS * BUCKET_BYTES);
  digitMasks = takeBytes(LEVELS << 2);
  if (digitMasks === 0) return false;
  memory.fill(buckets, 0, <usize>BUCKETS * BUCKET_BYTES);
  memory.fill(digitMasks, 0, LEVELS << 2);
  levelMask = 0;
  draining = 0;
  isFull = false;
  last = 0;
  return true;
}

export function clearSums(): void {
  last = 0;
  while (levelMask !== 0) {
    const level = ctz(levelMask);
    const masks = digitMasks + (<usize>level << 2);
    for (let mask = load<u32>(masks); mask !== 0; mask &= mask - 1) {
      const bucket = bucketOf(level, ctz(mask));
      while (dropChunk(bucket)) {}
      store<u32>(bucket, 0, 8);
    }
    store<u32>(masks, 0);
    levelMask &= levelMask - 1;
  }
}

/** Whether something was pushed that there was no room for. */
@inline
export function sumsAreFull(): bool {
  return isFull;
}

@inline
function bucketOf(level: u32, digit: u32): usize {
  return buckets + <usize>((level << DIGIT_BITS) | digit) * BUCKET_BYTES;
}

/** Not smaller than what was popped last. */
@inline
export function push(key: u64, factor: u32): void {
  const level = (63 - <u32>clz((key ^ last) | 1)) / DIGIT_BITS;
  const digit = <u32>(key >> <u64>(level * DIGIT_BITS)) & ((1 << DIGIT_BITS) - 1);
  const bucket = bucketOf(level, digit);
  let at = <usize>load<u32>(bucket);
  if (at === <usize>load<u32>(bucket, 4)) {
    at = addChunk(bucket);
    if (at === 0) return;
  }
  store<u64>(at, key);
  if (prime !== 2) store<u64>(at, factor, 8);
  store<u32>(bucket, <u32>(at + entryBytes));
  const size = load<u32>(bucket, 8);
  store<u32>(bucket, size + 1, 8);
  if (size > 0) return;
  const masks = digitMasks + (<usize>level << 2);
  store<u32>(masks, load<u32>(masks) | (1 << digit));
  levelMask |= 1 << level;
}

/** Where the next entry goes; 0 where there is no room. */
function addChunk(bucket: usize): usize {
  const chunk = take(CHUNK_POWER);
  if (chunk === 0) {
    isFull = true;
    return 0;
  }
  const end = <usize>load<u32>(bucket, 4);
  store<u32>(chunk, end === 0 ? 0 : <u32>(end - CHUNK_BYTES));
  store<u32>(bucket, <u32>(chunk + CHUNK_BYTES), 4);
  return chunk + LINK_BYTES;
}

/** Empties the last chunk of a bucket; whether there is one before it. */
function dropChunk(bucket: usize): bool {
  const chunk = <usize>load<u32>(bucket, 4) - CHUNK_BYTES;
  const before = <usize>load<u32>(chunk);
  if (before === 0) {
    store<u32>(bucket, <u32>(chunk + LINK_BYTES));
    return false;
  }
  giveBack(chunk, CHUNK_POWER);
  store<u32>(bucket, <u32>(before + CHUNK_BYTES));
  store<u32>(bucket, <u32>(before + CHUNK_BYTES), 4);
  return true;
}

/** Removes the smallest key whose coefficients do not cancel: whether it was found, there is none, or entries are still to be moved (call again). */
export function popSum(): i32 {
  work = 0;
  if (draining !== 0 && !drain()) return NOT_YET;
  while (levelMask !== 0) {
    const level = ctz(levelMask);
    const masks = digitMasks + (<usize>level << 2);
    const digit = ctz(load<u32>(masks));
    const bucket = bucketOf(level, digit);
    const rest = load<u32>(masks) & ~(1 << digit);
    store<u32>(masks, rest);
    if (rest === 0) levelMask &= ~(1 << level);
    // All keys of a bucket of the lowest digit are the same.
    if (level > 0 && load<u32>(bucket, 8) > 1) {
      last = leastOf(bucket);
      draining = bucket;
      if (!drain()) return NOT_YET;
      continue;
    }
    const key = load<u64>(<usize>load<u32>(bucket) - entryBytes);
    const sum = sumOf(bucket);
    last = key;
    if (sum === 0) continue;
    smallest = key;
    coefficient = sum;
    return FOUND_SUM;
  }
  return NONE;
}

@inline
export function sumsWork(): i32 {
  return work;
}

@inline
export function sumKey(): u64 {
  return smallest;
}

@inline
export function sumCoefficient(): u32 {
  return coefficient;
}

function leastOf(bucket: usize): u64 {
  let least: u64 = u64.MAX_VALUE;
  work += load<i32>(bucket, 8);
  let at = <usize>load<u32>(bucket);
  let chunk = <usize>load<u32>(bucket, 4) - CHUNK_BYTES;
  for (;;) {
    for (; at > chunk + LINK_BYTES; at -= entryBytes) least = min(least, load<u64>(at - entryBytes));
    chunk = <usize>load<u32>(chunk);
    if (chunk === 0) return least;
    at = chunk + CHUNK_BYTES;
  }
  return least;
}

/** Moves the entries of the bucket to lower digits; whether all are moved. */
function drain(): bool {
  const bucket = draining;
  let moved = 0;
  do {
    if (moved > MOST_MOVED) {
      work += 4 * moved;
      return false;
    }
    const start = <usize>load<u32>(bucket, 4) - CHUNK_BYTES + LINK_BYTES;
    for (let at = <usize>load<u32>(bucket); at > start; moved++) {
      at -= entryBytes;
      push(load<u64>(at), prime === 2 ? 1 : load<u32>(at, 8));
    }
  } while (dropChunk(bucket));
  work += 4 * moved;
  store<u32>(bucket, 0, 8);
  draining = 0;
  return true;
}

/** Adds the entries of a bucket up, and empties it. */
function sumOf(bucket: usize): u32 {
  let sum: u64 = 0;
  if (prime === 2) sum = load<u32>(bucket, 8);
  do {
    const start = <usize>load<u32>(bucket, 4) - CHUNK_BYTES + LINK_BYTES;
    if (prime !== 2) for (let at = <usize>load<u32>(bucket); at > start; at -= 16) sum += load<u32>(at - 16, 8);
  } while (dropChunk(bucket));
  store<u32>(bucket, 0, 8);
  return <u32>(sum % prime);
}
