import { type Cursor, damaged } from './cursor';
import type { Storage } from './storage';

/** Objects of any length that elements point to (HDF5 File Format Specification 3.0, III.E): text, for what is read here. */
export class GlobalHeap {
  private readonly collections = new Map<number, ReadonlyMap<number, Uint8Array<ArrayBuffer>>>();

  constructor(private readonly storage: Storage) {}

  /** The bytes that an element of variable length points to. Throws `corrupt`. */
  read(element: Cursor): Uint8Array<ArrayBuffer> {
    const length = element.u32();
    const address = element.address();
    const index = element.u32();
    if (length === 0) return new Uint8Array(0);
    let collection = this.collections.get(address);
    if (collection === undefined) {
      collection = this.collection(address);
      this.collections.set(address, collection);
    }
    const object = collection.get(index);
    if (object === undefined || object.length < length) throw damaged('a text is not where it should be');
    return object.subarray(0, length);
  }

  private collection(address: number): ReadonlyMap<number, Uint8Array<ArrayBuffer>> {
    const { storage } = this;
    const head = storage.structure(address, 8 + storage.lengthSize, 'a collection of texts');
    head.signature('GCOL');
    head.skip(4);
    const size = head.length();
    const at = storage.structure(address, size, 'a collection of texts');
    at.skip(8 + storage.lengthSize);
    const objects = new Map<number, Uint8Array<ArrayBuffer>>();
    while (at.left >= 8 + storage.lengthSize) {
      const index = at.u16();
      at.skip(6);
      const length = at.length();
      // The rest is free.
      if (index === 0) break;
      objects.set(index, at.take(length));
      at.skip(Math.min(at.left, (8 - (length % 8)) % 8));
    }
    return objects;
  }
}
