import { Fault } from '../../base/fault';
import { visitTreeV2 } from './btreeV2';
import { Cursor, damaged, UNDEFINED } from './cursor';
import type { Storage } from './storage';

/** A block of objects: where it is in the heap's own space, and in the file. */
interface DirectBlock {
  readonly from: number;
  readonly size: number;
  readonly address: number;
}

const MOST_BLOCKS = 100_000;

/**
 * Objects of a fractal heap, by the ids that trees hold (HDF5 File Format Specification 3.0, III.G): where groups of many links and objects
 * of many attributes keep them. Throws `corrupt`, `unsupported` for heaps that are compressed.
 */
export class FractalHeap {
  private readonly blocks: DirectBlock[] = [];
  private readonly offsetWidth: number;
  private readonly lengthWidth: number;
  private readonly hugeTree: number;
  private huge: Map<number, { readonly address: number; readonly length: number }> | undefined;

  constructor(
    private readonly storage: Storage,
    address: number,
  ) {
    const { offsetSize, lengthSize } = storage;
    const at = storage.structure(address, 26 + 3 * offsetSize + 12 * lengthSize, 'a heap');
    at.signature('FRHP');
    at.skip(3);
    if (at.u16() !== 0) {
      throw new Fault('unsupported', 'The HDF5 file keeps names in a compressed heap, which is not read here.', {
        hint: 'Save the file again with h5py’s default settings.',
      });
    }
    at.skip(1);
    const largestManaged = at.u32();
    at.skip(lengthSize);
    this.hugeTree = at.address();
    at.skip(lengthSize + offsetSize + 8 * lengthSize);
    const width = at.u16();
    const startSize = at.length();
    const largestBlock = at.length();
    const bits = at.u16();
    at.skip(2);
    const root = at.address();
    const rows = at.u16();
    this.offsetWidth = Math.ceil(bits / 8);
    this.lengthWidth = byteWidth(Math.min(largestBlock, largestManaged));
    if (width === 0 || startSize === 0 || largestBlock < startSize || bits > 64)
      throw at.damaged('its sizes are impossible');
    if (root === UNDEFINED) return;
    if (rows === 0) this.blocks.push({ from: 0, size: startSize, address: root });
    else {
      const directRows = Math.log2(largestBlock) - Math.log2(startSize) + 2;
      const sizeOfRow = (row: number) => startSize * 2 ** Math.max(0, row - 1);
      const enter = (node: number, from: number, count: number, depth: number): void => {
        if (depth > 16 || this.blocks.length > MOST_BLOCKS) throw damaged('a heap is nested too deeply');
        const children = count * width;
        const block = storage.structure(node, 5 + offsetSize + this.offsetWidth + children * offsetSize, 'a heap');
        block.signature('FHIB');
        block.skip(1 + offsetSize + this.offsetWidth);
        let start = from;
        for (let row = 0; row < count; row++) {
          const size = sizeOfRow(row);
          for (let column = 0; column < width; column++, start += size) {
            const child = block.address();
            if (child === UNDEFINED) continue;
            if (row < directRows) this.blocks.push({ from: start, size, address: child });
            else enter(child, start, Math.log2(size) - Math.log2(startSize * width) + 1, depth + 1);
          }
        }
      };
      enter(root, 0, rows, 0);
    }
  }

  /** The object of an id. */
  object(id: Uint8Array<ArrayBuffer>): Cursor {
    const at = new Cursor(id, this.storage.offsetSize, this.storage.lengthSize, 'the id of an object');
    const head = at.u8();
    switch ((head >> 4) & 3) {
      case 0: {
        const offset = at.unsigned(this.offsetWidth);
        const length = at.unsigned(this.lengthWidth);
        const block = this.blocks.find(({ from, size }) => offset >= from && offset < from + size);
        if (block === undefined || offset + length > block.from + block.size)
          throw at.damaged('it lies outside its heap');
        return this.storage.structure(block.address + offset - block.from, length, 'an object of a heap');
      }
      case 1: {
        const key = at.unsigned(Math.min(this.storage.lengthSize, at.left));
        const place = this.hugeObjects().get(key);
        if (place === undefined) throw at.damaged('it is not in its heap');
        return this.storage.structure(place.address, place.length, 'a large object of a heap');
      }
      case 2: {
        const length = (head & 15) + 1;
        return at.part(length, 'a small object of a heap');
      }
      default:
        throw at.damaged('it is of an unknown kind');
    }
  }

  /** Objects too large for blocks, by their keys: records of type 1. */
  private hugeObjects() {
    if (this.huge === undefined) {
      const found = new Map<number, { readonly address: number; readonly length: number }>();
      if (this.hugeTree !== UNDEFINED) {
        visitTreeV2(this.storage, this.hugeTree, 1, record => {
          const place = { address: record.address(), length: record.length() };
          found.set(record.length(), place);
        });
      }
      this.huge = found;
    }
    return this.huge;
  }
}

function byteWidth(largest: number): number {
  return Math.max(1, Math.ceil(Math.log2(largest + 1) / 8));
}
