import { SPREAD } from './hashTable';
import { giveBack, take } from './store';

/** The cochain in the making: a set of simplices with coefficients modulo a prime, by open addressing. What cancels keeps its slot with the coefficient 0. */
let slots: usize = 0;
let power: i32 = 0;
let taken: i32 = 0;
let members: i32 = 0;

const SLOT_POWER = 4;
const FIRST_POWER = 5;
/** A set that became larger is not kept, since all its slots would be emptied for every column. */
const KEPT_POWER = 8;
const EMPTY: u64 = u64.MAX_VALUE;

export function openCochain(): bool {
  return openSlots(FIRST_POWER);
}

function openSlots(slotPower: i32): bool {
  const block = take(slotPower + SLOT_POWER);
  if (block === 0) return false;
  slots = block;
  power = slotPower;
  taken = 0;
  members = 0;
  memory.fill(slots, 0xff, <usize>1 << (power + SLOT_POWER));
  return true;
}

/** Empties it. False where there is no room. */
export function clearCochain(): bool {
  if (power > KEPT_POWER) {
    giveBack(slots, power + SLOT_POWER);
    return openSlots(FIRST_POWER);
  }
  if (taken > 0) memory.fill(slots, 0xff, <usize>1 << (power + SLOT_POWER));
  taken = 0;
  members = 0;
  return true;
}

/** Simplices with a coefficient that is not 0. */
@inline
export function cochainSize(): i32 {
  return members;
}

/** Adds a multiple of a simplex. False where there is no room. */
export function addToCochain(key: u64, factor: u32, prime: u32): bool {
  const slot = slotOf(key);
  if (load<u64>(slot) === key) {
    const before = load<u32>(slot, 8);
    const sum = (before + factor) % prime;
    members += <i32>(sum !== 0) - <i32>(before !== 0);
    store<u32>(slot, sum, 8);
    return true;
  }
  store<u64>(slot, key);
  store<u32>(slot, factor, 8);
  taken++;
  members++;
  return 2 * taken <= 1 << power || grow();
}

@inline
function slotOf(key: u64): usize {
  const mask = ((<usize>1 << power) - 1) << SLOT_POWER;
  let offset = <usize>((key * SPREAD) >> <u64>(64 - power)) << SLOT_POWER;
  let there = load<u64>(slots + offset);
  while (there !== key && there !== EMPTY) {
    offset = (offset + (1 << SLOT_POWER)) & mask;
    there = load<u64>(slots + offset);
  }
  return slots + offset;
}

function grow(): bool {
  const old = slots;
  const oldPower = power;
  if (!openSlots(power + 1)) return false;
  for (let slot = old, end = old + (<usize>1 << (oldPower + SLOT_POWER)); slot < end; slot += 1 << SLOT_POWER) {
    const key = load<u64>(slot);
    if (key === EMPTY || load<u32>(slot, 8) === 0) continue;
    const to = slotOf(key);
    store<u64>(to, key);
    store<u32>(to, load<u32>(slot, 8), 8);
    taken++;
  }
  members = taken;
  giveBack(old, oldPower + SLOT_POWER);
  return true;
}

/** The first slot from a place on that has a member: its place, or −1. */
export function nextMember(place: i32): i32 {
  const end = 1 << power;
  for (let at = place; at < end; at++) {
    const slot = slots + (<usize>at << SLOT_POWER);
    if (load<u64>(slot) !== EMPTY && load<u32>(slot, 8) !== 0) return at;
  }
  return -1;
}

@inline
export function memberKey(place: i32): u64 {
  return load<u64>(slots + (<usize>place << SLOT_POWER));
}

@inline
export function memberCoefficient(place: i32): u32 {
  return load<u32>(slots + (<usize>place << SLOT_POWER), 8);
}
