import { damaged, type Cursor, UNDEFINED } from './cursor';
import type { Storage } from './storage';

/** Deeper than any tree of a file that fits on a disk. */
const MAX_LEVEL = 32;

/**
 * Visits the leaves of a version 1 B-tree from left to right (HDF5 File Format Specification 3.0, III.A.1): `leaf` gets each key and the
 * address beside it. Every node is visited once; a tree that leads back into itself is `corrupt`.
 */
export function visitTreeV1(
  storage: Storage,
  root: number,
  nodeType: 0 | 1,
  keySize: number,
  leaf: (key: Cursor, child: number) => void,
): void {
  const seen = new Set<number>();
  const enter = (address: number, parentLevel: number): void => {
    if (seen.has(address)) throw damaged('a tree leads back into itself');
    seen.add(address);
    const pointer = storage.offsetSize;
    const head = storage.structure(address, 8 + 2 * pointer, 'a node of a tree');
    head.signature('TREE');
    if (head.u8() !== nodeType) throw head.damaged('it belongs to a tree of another kind');
    const level = head.u8();
    const count = head.u16();
    if (level >= parentLevel) throw head.damaged('it is deeper than its parent');
    const at = storage.structure(address + 8 + 2 * pointer, count * (keySize + pointer), 'a node of a tree');
    for (let i = 0; i < count; i++) {
      const key = at.part(keySize);
      const child = at.address();
      if (child === UNDEFINED) throw at.damaged('it points nowhere');
      if (level === 0) leaf(key, child);
      else enter(child, level);
    }
  };
  enter(root, MAX_LEVEL);
}
