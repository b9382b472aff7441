import { visitTreeV1 } from './btreeV1';
import { visitTreeV2 } from './btreeV2';
import { damaged, UNDEFINED } from './cursor';
import type { Layout } from './layout';
import type { Storage } from './storage';

/** A chunk as it lies in the file. */
export interface Chunk {
  /** Index of its first element along each axis. */
  readonly start: readonly number[];
  readonly address: number;
  /** Stored, after its filters. */
  readonly size: number;
  readonly mask: number;
}

const MOST_CHUNKS = 1_000_000;

/** All chunks of a dataset that are stored; those that are missing hold the fill value. Throws `corrupt`. */
export function chunksOf(
  storage: Storage,
  { chunk, index }: Extract<Layout, { kind: 'chunked' }>,
  shape: readonly number[],
  elementSize: number,
  filtered: boolean,
): readonly Chunk[] {
  const chunks: Chunk[] = [];
  const whole = chunk.reduce((a, b) => a * b, elementSize);
  const grid = shape.map((length, axis) => Math.ceil(length / chunk[axis]!));
  const startOf = (position: number): number[] => {
    const start = new Array<number>(grid.length);
    let rest = position;
    for (let axis = grid.length - 1; axis >= 0; axis--) {
      start[axis] = (rest % grid[axis]!) * chunk[axis]!;
      rest = Math.floor(rest / grid[axis]!);
    }
    return start;
  };
  const add = (found: Chunk) => {
    if (found.address === UNDEFINED) return;
    storage.check(found.address, found.size, 'a chunk');
    chunks.push(found);
    if (chunks.length > MOST_CHUNKS) throw damaged('an array has too many chunks');
  };
  if (index.address === UNDEFINED) return chunks;
  const count = grid.reduce((a, b) => a * b, 1);
  switch (index.kind) {
    case 'tree':
      visitTreeV1(storage, index.address, 1, 8 + 8 * (chunk.length + 1), (key, address) => {
        const size = key.u32();
        const mask = key.u32();
        add({ start: chunk.map(() => key.unsigned(8)), address, size, mask });
      });
      break;
    case 'tree2':
      visitTreeV2(storage, index.address, filtered ? 11 : 10, record => {
        const address = record.address();
        const size = filtered ? record.unsigned(record.left - 4 - 8 * chunk.length) : whole;
        const mask = filtered ? record.u32() : 0;
        add({ start: chunk.map(length => record.unsigned(8) * length), address, size, mask });
      });
      break;
    case 'single':
      add({ start: chunk.map(() => 0), address: index.address, size: index.size ?? whole, mask: index.mask });
      break;
    case 'implicit':
      storage.check(index.address, count * whole, 'an array');
      for (let i = 0; i < count; i++)
        add({ start: startOf(i), address: index.address + i * whole, size: whole, mask: 0 });
      break;
    case 'fixed':
      fixedArray(storage, index.address, whole, (i, address, size, mask) => {
        if (i < count) add({ start: startOf(i), address, size, mask });
      });
      break;
  }
  return chunks;
}

/** The entries of a fixed array (HDF5 File Format Specification 3.0, VII.C). */
function fixedArray(
  storage: Storage,
  address: number,
  whole: number,
  visit: (index: number, address: number, size: number, mask: number) => void,
): void {
  const { offsetSize, lengthSize } = storage;
  const head = storage.structure(address, 12 + lengthSize + offsetSize, 'an index of chunks');
  head.signature('FAHD');
  head.skip(1);
  const filtered = head.u8() === 1;
  const entrySize = head.u8();
  const pageBits = head.u8();
  const count = head.length();
  const block = head.address();
  if (block === UNDEFINED) return;
  if (count > MOST_CHUNKS || entrySize < offsetSize + (filtered ? 5 : 0))
    throw head.damaged('its sizes are impossible');
  const perPage = 2 ** pageBits;
  const pages = count > perPage ? Math.ceil(count / perPage) : 0;
  const bitmap = Math.ceil(pages / 8);
  const prefix = storage.structure(block, 6 + offsetSize + bitmap, 'an index of chunks');
  prefix.signature('FADB');
  prefix.skip(2 + offsetSize);
  const used = prefix.take(bitmap);
  const entries = (from: number, place: number, length: number) => {
    const at = storage.structure(place, length * entrySize, 'an index of chunks');
    for (let i = 0; i < length; i++) {
      const entry = at.part(entrySize);
      const chunk = entry.address();
      const size = filtered ? entry.unsigned(entrySize - offsetSize - 4) : whole;
      visit(from + i, chunk, size, filtered ? entry.u32() : 0);
    }
  };
  const start = block + 6 + offsetSize + bitmap;
  if (pages === 0) {
    entries(0, start, count);
    return;
  }
  // Pages follow the block and its checksum; each ends with a checksum of its own.
  const pageSize = perPage * entrySize + 4;
  for (let page = 0; page < pages; page++) {
    if (((used[page >> 3]! >> (7 - (page & 7))) & 1) === 0) continue;
    entries(page * perPage, start + 4 + page * pageSize, Math.min(perPage, count - page * perPage));
  }
}
