import type { Cursor } from './cursor';
import { damaged, textOf, UNDEFINED } from './cursor';
import { readDataspace, readDatatype, type Datatype } from './datatype';
import { MESSAGE } from './objectHeader';
import type { Storage } from './storage';
import { unmovable } from './unmovable';

/** A message of an object header, by the address of its body. */
export interface MessagePlace {
  readonly type: number;
  /** Of the two bytes that say the type. */
  readonly typeAt: number;
  readonly at: number;
  readonly size: number;
}

/** An object: its messages; of a group, the places of its entries by name. */
export interface ObjectPlace {
  readonly address: number;
  readonly messages: readonly MessagePlace[];
  readonly entries: ReadonlyMap<string, EntryPlace>;
}

/** An entry of a symbol table: in the node at `node`, at `at`; what it stands for. */
export interface EntryPlace {
  readonly node: number;
  readonly at: number;
  readonly object: number | undefined;
}

/** An attribute's parts, by address. */
export interface AttributePlace {
  readonly type: Datatype;
  readonly shape: readonly number[] | null;
  readonly spaceAt: number;
  readonly dataAt: number;
  readonly dataSize: number;
}

/** Where in a file of the first layout addresses stand. */
export interface FilePlaces {
  readonly root: number;
  /** All objects by address. */
  readonly objects: ReadonlyMap<number, ObjectPlace>;
  /** Where the address of something stands, and what it is. */
  readonly addresses: ReadonlyMap<number, number>;
  /** Where the address of the file's end stands. */
  readonly endAt: number;
}

const ENTRY = 40;

/**
 * Finds every address in an HDF5 file of the layout that h5py writes unless it is told otherwise: superblock 0 or 1, object headers of version 1, groups as symbol
 * tables (HDF5 File Format Specification 3.0). With them, parts of a file can be moved, and all else stays as it is. To be called on a file that `readHdf5` has read. Throws
 * `unsupported` for what may hold addresses that are not known here.
 */
export function findPlaces(storage: Storage, superblock: number): FilePlaces {
  return new Finder(storage, superblock).find();
}

class Finder {
  private readonly addresses = new Map<number, number>();
  private readonly objects = new Map<number, ObjectPlace>();

  constructor(
    private readonly storage: Storage,
    private readonly superblock: number,
  ) {
    if (storage.offsetSize !== 8 || storage.lengthSize !== 8) throw unmovable('addresses of another width');
  }

  find(): FilePlaces {
    const version = this.at(this.superblock, 9).bytes[8]!;
    if (version > 1) throw unmovable('the layout of newer versions of HDF5');
    const first = this.superblock + (version === 1 ? 28 : 24) + 8;
    if (this.address(first) !== UNDEFINED || this.address(first + 16) !== UNDEFINED)
      throw unmovable('lists of free space');
    const entry = first + 24;
    this.note(entry + 8);
    this.noteCached(entry);
    const root = this.address(entry + 8);
    const pending = [root];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.objects.has(next)) continue;
      const object = this.object(next);
      this.objects.set(next, object);
      for (const { object: inner } of object.entries.values()) if (inner !== undefined) pending.push(inner);
    }
    return { root, objects: this.objects, addresses: this.addresses, endAt: first + 8 };
  }

  private at(address: number, length: number): Cursor {
    return this.storage.structure(address, length, 'a structure');
  }

  private address(at: number): number {
    return this.at(at, 8).address();
  }

  private note(at: number): void {
    const address = this.address(at);
    if (address !== UNDEFINED) this.addresses.set(at, address);
  }

  /** Entries may remember where the tables of their group are. */
  private noteCached(entry: number): void {
    const cursor = this.at(entry + 16, 4);
    if (cursor.u32() !== 1) return;
    this.note(entry + 24);
    this.note(entry + 32);
  }

  private object(address: number): ObjectPlace {
    const prefix = this.at(address, 16);
    if (prefix.u8() !== 1) throw unmovable('object headers of newer versions of HDF5');
    prefix.skip(7);
    const blocks = [{ address: address + 16, length: prefix.u32() }];
    const messages: MessagePlace[] = [];
    const entries = new Map<string, EntryPlace>();
    for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
      const cursor = this.at(block.address, block.length);
      while (cursor.left >= 8) {
        const typeAt = block.address + cursor.at;
        const type = cursor.u16();
        const size = cursor.u16();
        const flags = cursor.u8();
        cursor.skip(3 + size);
        const message = { type, typeAt, at: typeAt + 8, size };
        messages.push(message);
        if ((flags & 2) !== 0) throw unmovable('parts of headers that objects share');
        if (type === MESSAGE.continuation) {
          this.note(message.at);
          const body = this.at(message.at, 16);
          blocks.push({ address: body.address(), length: body.length() });
        } else this.message(message, entries);
      }
      if (messages.length > 100_000) throw damaged('an object header has too many messages');
    }
    this.checkElements(messages);
    return { address, messages, entries };
  }

  private message({ type, at, size }: MessagePlace, entries: Map<string, EntryPlace>): void {
    switch (type) {
      case MESSAGE.symbolTable: {
        this.note(at);
        this.note(at + 8);
        const body = this.at(at, 16);
        return this.symbolTable(body.address(), body.address(), entries);
      }
      case MESSAGE.layout:
        return this.layout(at);
      case MESSAGE.attribute: {
        const { type: element, shape, dataAt } = attributePlace(this.storage, at, size);
        if (element.kind === 'other') throw unmovable(`attributes of ${element.word}`);
        if (element.kind !== 'variable') return;
        const count = (shape ?? [0]).reduce((a, b) => a * b, 1);
        for (let i = 0; i < count; i++) {
          const reference = dataAt + i * element.size + 4;
          if (this.address(reference) !== 0) this.note(reference);
        }
        return;
      }
      case MESSAGE.link:
      case MESSAGE.linkInfo:
      case MESSAGE.attributeInfo:
      case 0x0f:
      case 0x14:
        throw unmovable('groups or attributes of newer versions of HDF5');
    }
  }

  private layout(at: number): void {
    const body = this.at(at, 2);
    const version = body.u8();
    const kind = body.u8();
    if (version !== 3) throw unmovable(`arrays of the layout ${version}`);
    if (kind === 1) this.note(at + 2);
    if (kind !== 2) return;
    const rank = this.at(at + 2, 1).u8();
    this.note(at + 3);
    const tree = this.address(at + 3);
    if (tree !== UNDEFINED) this.tree(tree, 1, 8 + 8 * rank, () => undefined);
  }

  /** Values that point elsewhere: text of any length, and references. */
  private checkElements(messages: readonly MessagePlace[]): void {
    if (!messages.some(({ type }) => type === MESSAGE.layout)) return;
    const place = messages.find(({ type }) => type === MESSAGE.datatype);
    const element = place === undefined ? undefined : readDatatype(this.at(place.at, place.size));
    if (element?.kind === 'variable') throw unmovable('arrays of text');
    if (element?.kind === 'other' && element.word !== 'opaque bytes') throw unmovable(`arrays of ${element.word}`);
  }

  private tree(address: number, type: number, keySize: number, leaf: (child: number) => void, depth = 0): void {
    if (depth > 32) throw damaged('a tree leads back into itself');
    const head = this.at(address, 8);
    head.signature('TREE');
    if (head.u8() !== type) throw head.damaged('it belongs to a tree of another kind');
    const level = head.u8();
    const count = head.u16();
    this.note(address + 8);
    this.note(address + 16);
    for (let i = 0; i < count; i++) {
      const at = address + 24 + keySize + i * (keySize + 8);
      this.note(at);
      if (level > 0) this.tree(this.address(at), type, keySize, leaf, depth + 1);
      else leaf(this.address(at));
    }
  }

  private symbolTable(tree: number, heap: number, entries: Map<string, EntryPlace>): void {
    this.note(heap + 24);
    const head = this.at(heap, 32);
    head.skip(8);
    const size = head.length();
    const names = this.at(this.address(heap + 24), size).bytes;
    this.tree(tree, 0, 8, node => {
      const prefix = this.at(node, 8);
      prefix.signature('SNOD');
      prefix.skip(2);
      const count = prefix.u16();
      for (let i = 0; i < count; i++) {
        const at = node + 8 + i * ENTRY;
        const cursor = this.at(at, ENTRY);
        const name = textOf(names.subarray(cursor.length()));
        const object = cursor.address();
        // A link to a name has no object.
        const soft = cursor.u32() === 2;
        if (!soft) this.note(at + 8);
        this.noteCached(at);
        entries.set(name, { node, at, object: soft ? undefined : object });
      }
    });
  }
}

/** The parts of an attribute's message, by address. */
export function attributePlace(storage: Storage, at: number, size: number): AttributePlace & { readonly name: string } {
  const cursor = storage.structure(at, size, 'an attribute');
  const version = cursor.u8();
  cursor.skip(1);
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()] as const;
  if (version === 3) cursor.skip(1);
  const padded = (length: number) => (version === 1 ? Math.ceil(length / 8) * 8 : length);
  const name = textOf(cursor.take(padded(sizes[0])));
  const type = readDatatype(cursor.part(padded(sizes[1])));
  const spaceAt = at + cursor.at;
  const shape = readDataspace(cursor.part(padded(sizes[2])));
  return { name, type, shape, spaceAt, dataAt: at + cursor.at, dataSize: cursor.left };
}
