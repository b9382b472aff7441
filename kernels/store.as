/**
 * Memory that grows: blocks whose size is a power of two, from the end of what has a fixed place on. Blocks that are given back are used again. The
 * limit is what the whole memory may come to; where a block would pass it, there is none.
 */

/** Heads of lists of free blocks, by the power. */
let heads: usize = 0;
let top: usize = 0;
let most: u64 = 0;

const POWERS = 32;

/** All before `at` has a place. */
export function openStore(at: usize, mostBytes: u32): void {
  most = mostBytes;
  top = (at + 15) & ~15;
  heads = takeBytes(POWERS << 2);
  if (heads !== 0) memory.fill(heads, 0, POWERS << 2);
}

/** Where the free memory begins. */
export function storeEnd(): usize {
  return top;
}

/** For good; 0 where there is no room. Addresses are multiples of 16. */
export function takeBytes(bytes: usize): usize {
  const size = (<u64>bytes + 15) & ~15;
  if (!makeRoom(size)) return 0;
  const block = top;
  top += <usize>size;
  return block;
}

/** A block of 2^power bytes, power ≥ 4; 0 where there is no room. */
export function take(power: i32): usize {
  const head = heads + (<usize>power << 2);
  const free = load<u32>(head);
  if (free !== 0) {
    store<u32>(head, load<u32>(free));
    return free;
  }
  return takeBytes(1 << power);
}

export function giveBack(block: usize, power: i32): void {
  const head = heads + (<usize>power << 2);
  store<u32>(block, load<u32>(head));
  store<u32>(head, block);
}

function makeRoom(bytes: u64): bool {
  const end = <u64>top + bytes;
  if (end > most) return false;
  const there = <u64>memory.size() << 16;
  if (end <= there) return true;
  // By a sixteenth at least, so that it grows seldom.
  const pages = (end - there + 0xffff) >> 16;
  const more = min((most - there) >> 16, there >> 20);
  return (more > pages && memory.grow(<i32>more) >= 0) || memory.grow(<i32>pages) >= 0;
}
