import { damaged, type Cursor } from './cursor';
import type { Storage } from './storage';

const PREFIX = 6;
const CHECKSUM = 4;
const MAX_DEPTH = 16;

/**
 * Visits all records of a version 2 B-tree (HDF5 File Format Specification 3.0, III.A.2). Their order is not kept: records of inner nodes come
 * before those below. Throws `corrupt`.
 */
export function visitTreeV2(storage: Storage, address: number, type: number, visit: (record: Cursor) => void): void {
  const { offsetSize, lengthSize } = storage;
  const head = storage.structure(address, 22 + offsetSize + lengthSize, 'a tree');
  head.signature('BTHD');
  head.skip(1);
  if (head.u8() !== type) throw head.damaged('it is of another kind');
  const nodeSize = head.u32();
  const recordSize = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.address();
  const rootCount = head.u16();
  if (rootCount === 0) return;
  if (depth > MAX_DEPTH || recordSize === 0 || nodeSize <= PREFIX + CHECKSUM)
    throw head.damaged('its sizes are impossible');

  // Records that a node of each depth, and all below it, hold at most: they set the widths of counts in pointers.
  const capacity = [Math.floor((nodeSize - PREFIX - CHECKSUM) / recordSize)];
  const total = [capacity[0]!];
  const countWidth = widthOf(capacity[0]!);
  for (let level = 1; level <= depth; level++) {
    const pointer = offsetSize + countWidth + (level > 1 ? widthOf(total[level - 1]!) : 0);
    capacity.push(Math.floor((nodeSize - PREFIX - CHECKSUM - pointer) / (recordSize + pointer)));
    total.push(Math.min(Number.MAX_SAFE_INTEGER, (capacity[level]! + 1) * total[level - 1]! + capacity[level]!));
  }

  const seen = new Set<number>();
  const enter = (node: number, count: number, level: number): void => {
    if (seen.has(node)) throw damaged('a tree leads back into itself');
    seen.add(node);
    if (count > capacity[level]!) throw damaged('a node of a tree holds more than fits into it');
    const at = storage.structure(node, nodeSize, 'a node of a tree');
    at.signature(level === 0 ? 'BTLF' : 'BTIN');
    at.skip(2);
    for (let i = 0; i < count; i++) visit(at.part(recordSize));
    if (level === 0) return;
    for (let i = 0; i <= count; i++) {
      const child = at.address();
      const childCount = at.unsigned(countWidth);
      if (level > 1) at.skip(widthOf(total[level - 1]!));
      enter(child, childCount, level - 1);
    }
  };
  enter(root, rootCount, depth);
}

/** Bytes that a count of at most `largest` takes. */
function widthOf(largest: number): number {
  return Math.max(1, Math.ceil(Math.log2(largest + 1) / 8));
}
