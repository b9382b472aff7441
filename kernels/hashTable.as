import { giveBack, take, takeBytes } from './store';

/**
 * A map from 64-bit keys to 64-bit values: open addressing in parts that grow each by itself, so that growing is a matter of microseconds however large
 * the whole is. A part is described by the address of its slots, the power of their number, and how many are taken.
 */
const PARTS_POWER = 6;
const PARTS = 1 << PARTS_POWER;
const PART_BYTES = 16;
/** A slot has a key and a value. */
const SLOT_POWER = 4;
const FIRST_POWER = 4;
const EMPTY: u64 = u64.MAX_VALUE;

/** 2^64 divided by the golden ratio (Knuth, "Sorting and Searching", on multiplicative hashing). */
export const SPREAD: u64 = 0x9e3779b97f4a7c15;

/** 0 where there is no room. */
export function newTable(): usize {
  const table = takeBytes(PARTS * PART_BYTES);
  if (table === 0) return 0;
  memory.fill(table, 0, PARTS * PART_BYTES);
  return emptyTable(table) ? table : 0;
}

/** False where there is no room. */
export function emptyTable(table: usize): bool {
  for (let i = 0; i < PARTS; i++) {
    const part = table + <usize>i * PART_BYTES;
    const slots = <usize>load<u32>(part);
    if (slots !== 0) giveBack(slots, load<i32>(part, 4) + SLOT_POWER);
    store<u32>(part, 0);
  }
  for (let i = 0; i < PARTS; i++) if (!openPart(table + <usize>i * PART_BYTES, FIRST_POWER)) return false;
  return true;
}

function openPart(part: usize, power: i32): bool {
  const slots = take(power + SLOT_POWER);
  if (slots === 0) return false;
  memory.fill(slots, 0xff, <usize>1 << (power + SLOT_POWER));
  store<u32>(part, <u32>slots);
  store<i32>(part, power, 4);
  store<i32>(part, 0, 8);
  return true;
}

/** The address of the value, or 0. */
export function find(table: usize, key: u64): usize {
  const hash = key * SPREAD;
  const slot = slotOf(table + <usize>(hash >> (64 - PARTS_POWER)) * PART_BYTES, hash, key);
  return load<u64>(slot) === key ? slot + 8 : 0;
}

/** The slot that has the key, or would take it. */
@inline
function slotOf(part: usize, hash: u64, key: u64): usize {
  const slots = <usize>load<u32>(part);
  const power = load<i32>(part, 4);
  const mask = ((<usize>1 << power) - 1) << SLOT_POWER;
  let offset = <usize>((hash << PARTS_POWER) >> <u64>(64 - power)) << SLOT_POWER;
  let there = load<u64>(slots + offset);
  while (there !== key && there !== EMPTY) {
    offset = (offset + (1 << SLOT_POWER)) & mask;
    there = load<u64>(slots + offset);
  }
  return slots + offset;
}

/** Adds a key that is not there. False where there is no room. */
export function insert(table: usize, key: u64, value: u64): bool {
  const hash = key * SPREAD;
  const part = table + <usize>(hash >> (64 - PARTS_POWER)) * PART_BYTES;
  const size = load<i32>(part, 8);
  if (4 * (size + 1) > 3 << load<i32>(part, 4) && !grow(part)) return false;
  const slot = slotOf(part, hash, key);
  store<u64>(slot, key);
  store<u64>(slot, value, 8);
  store<i32>(part, size + 1, 8);
  return true;
}

function grow(part: usize): bool {
  const slots = <usize>load<u32>(part);
  const power = load<i32>(part, 4);
  const size = load<i32>(part, 8);
  if (!openPart(part, power + 1)) return false;
  for (let slot = slots, end = slots + (<usize>1 << (power + SLOT_POWER)); slot < end; slot += 1 << SLOT_POWER) {
    const key = load<u64>(slot);
    if (key === EMPTY) continue;
    const to = slotOf(part, key * SPREAD, key);
    store<u64>(to, key);
    store<u64>(to, load<u64>(slot, 8), 8);
  }
  store<i32>(part, size, 8);
  giveBack(slots, power + SLOT_POWER);
  return true;
}
