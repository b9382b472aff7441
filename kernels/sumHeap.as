import { giveBack, take } from './store';

/**
 * The coboundary in the making: a heap of keys with coefficients modulo a prime, smallest key first, in which equal keys add up only when they come to the top. Over
 * Z/2 an entry is its key alone.
 */
let heap: usize = 0;
/** The power of the bytes that it may have, and of the bytes of an entry. */
let power: i32 = 0;
let entryPower: i32 = 3;
let size: usize = 0;
let prime: u32 = 2;

let smallest: u64 = 0;
let coefficient: u32 = 1;

const FIRST_POWER = 16;

export function openSumHeap(modulus: u32): bool {
  prime = modulus;
  entryPower = prime === 2 ? 3 : 4;
  size = 0;
  power = FIRST_POWER;
  heap = take(power);
  return heap !== 0;
}

@inline
export function clearSums(): void {
  size = 0;
}

/** Makes room for so many entries; false where there is none. */
export function reserveSums(more: usize): bool {
  while ((size + more) << entryPower > <usize>1 << power) {
    const larger = take(power + 1);
    if (larger === 0) return false;
    memory.copy(larger, heap, size << entryPower);
    giveBack(heap, power);
    heap = larger;
    power++;
  }
  return true;
}

/** There must be room. */
export function push(key: u64, factor: u32): void {
  let at = size++;
  if (prime === 2) {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = load<u64>(heap + (parent << 3));
      if (above <= key) break;
      store<u64>(heap + (at << 3), above);
      at = parent;
    }
    store<u64>(heap + (at << 3), key);
    return;
  }
  while (at > 0) {
    const parent = heap + (((at - 1) >> 1) << 4);
    if (load<u64>(parent) <= key) break;
    v128.store(heap + (at << 4), v128.load(parent));
    at = (at - 1) >> 1;
  }
  store<u64>(heap + (at << 4), key);
  store<u64>(heap + (at << 4), factor, 8);
}

/** Removes the smallest key whose coefficients do not cancel; false when none is left. */
export function popSum(): bool {
  while (size > 0) {
    const key = load<u64>(heap);
    let sum: u64 = 0;
    do {
      sum += prime === 2 ? 1 : load<u64>(heap, 8);
      removeTop();
    } while (size > 0 && load<u64>(heap) === key);
    if (sum % prime === 0) continue;
    smallest = key;
    coefficient = <u32>(sum % prime);
    return true;
  }
  return false;
}

@inline
export function sumKey(): u64 {
  return smallest;
}

@inline
export function sumCoefficient(): u32 {
  return coefficient;
}

function removeTop(): void {
  size--;
  const last = heap + (size << entryPower);
  const key = load<u64>(last);
  let at: usize = 0;
  for (;;) {
    let child: usize = 2 * at + 1;
    if (child >= size) break;
    let below = load<u64>(heap + (child << entryPower));
    if (child + 1 < size) {
      const right = load<u64>(heap + ((child + 1) << entryPower));
      if (right < below) {
        below = right;
        child++;
      }
    }
    if (below >= key) break;
    if (prime === 2) store<u64>(heap + (at << 3), below);
    else v128.store(heap + (at << 4), v128.load(heap + (child << 4)));
    at = child;
  }
  if (prime === 2) store<u64>(heap + (at << 3), key);
  else v128.store(heap + (at << 4), v128.load(last));
}
