import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { replaced, type Replacement } from '../../base/splicedSource';
import { quoted } from '../../base/text';
import { encodeUtf8 } from '../../base/utf8';
import { UNDEFINED } from './cursor';
import { chunksOf } from './chunks';
import { readDataspace, readDatatype } from './datatype';
import { openStorage } from './hdf5File';
import { readLayout } from './layout';
import { MESSAGE } from './objectHeader';
import { attributePlace, findPlaces, type FilePlaces, type MessagePlace, type ObjectPlace } from './places';
import type { Storage } from './storage';
import { unmovable } from './unmovable';

type Bytes = Uint8Array<ArrayBuffer>;

/** New values of an array, as it stores them. */
export interface NewArray {
  readonly shape: readonly number[];
  readonly bytes: Bytes;
}

const ENTRY = 40;

/**
 * Changes of an HDF5 file, gathered and then written. Arrays get other values and sizes (the number of axes stays), texts and lists of them among the attributes other content, and groups
 * other entries; what lies behind moves up, and every address in the file is that of its place then. All other bytes stay as they are.
 */
export class Hdf5Changes {
  private readonly storage: Storage;
  private readonly superblock: number;
  private found: FilePlaces | undefined;
  /** By address; those of another length than before move what lies behind them. */
  private readonly edits: { readonly from: number; readonly to: number; readonly by: Bytes }[] = [];
  /** Values whose place is at the end of the file: where their address stands. */
  private readonly atEnd: { readonly addressAt: number; readonly bytes: Bytes }[] = [];
  /** Addresses that are written with the rest of an entry. */
  private readonly own = new Map<number, number | undefined>();

  constructor(private readonly source: ByteSource) {
    const { storage, superblock } = openStorage(source);
    this.storage = storage;
    this.superblock = superblock;
  }

  /** Gives an array other values of the size that it has: they are put where the old ones are, in a file of any layout. */
  setValues(path: string, range: { readonly from: number; readonly to: number } | undefined, array: NewArray): void {
    if (range === undefined || range.to - range.from !== array.bytes.length) this.setArray(path, array);
    else {
      const { base } = this.storage;
      this.edits.push({ from: range.from - base, to: range.to - base, by: array.bytes });
    }
  }

  /** Gives an array other values. Throws `unsupported` where the file or the array is of a form in which sizes do not change. */
  setArray(path: string, array: NewArray): void {
    const object = this.object(path);
    const space = message(object, MESSAGE.dataspace);
    const layout = message(object, MESSAGE.layout);
    if (space === undefined || layout === undefined) throw notFound(path);
    this.setShape(space.at, space.size, array.shape, path);
    const kind = this.storage.structure(layout.at, 2, 'a layout').bytes[1]!;
    if (kind === 1) this.setContiguous(layout, array.bytes);
    else if (kind === 0) this.setCompact(layout, array.bytes, path);
    else this.unchunk(object, layout, array.bytes);
  }

  /** Takes an array's values out of the file, where nothing leads to it any more. */
  private dropArray(object: ObjectPlace): void {
    const layout = message(object, MESSAGE.layout);
    if (layout === undefined) return;
    const body = this.storage.structure(layout.at, Math.min(layout.size, 18), 'a layout');
    if (body.u8() !== 3 || body.u8() !== 1) return;
    const address = body.address();
    const size = body.length();
    if (address !== UNDEFINED && size > 0)
      this.edits.push({ from: address, to: address + size, by: new Uint8Array(this.moveBy(size, 0)) });
  }

  /** Gives a text among the attributes of an object other content. */
  setText(path: string, name: string, text: string): void {
    const place = this.attribute(path, name);
    const bytes = encodeUtf8(text);
    if (place.type.kind === 'text') {
      if (bytes.length > place.type.size)
        throw new Fault(
          'unsupported',
          `The attribute ${quoted(name)} has room for ${place.type.size} bytes, and ${bytes.length} are to be written.`,
        );
      const filled = new Uint8Array(place.type.size);
      filled.set(bytes);
      this.edits.push({ from: place.dataAt, to: place.dataAt + filled.length, by: filled });
    } else this.setVariableText(place.dataAt, bytes);
  }

  /** Gives a list of texts among the attributes some of its items, in any order. */
  setList(path: string, name: string, indices: readonly number[]): void {
    const { type, shape, spaceAt, dataAt } = this.attribute(path, name);
    if (shape?.length !== 1 || (type.kind !== 'text' && type.kind !== 'variable')) throw notFound(`${path} ${name}`);
    this.setShape(spaceAt, 32, [indices.length], name);
    const old = this.storage.bytes(dataAt, type.size * shape[0]!, 'a list');
    const now = new Uint8Array(old.length);
    indices.forEach((from, to) => {
      now.set(old.subarray(from * type.size, (from + 1) * type.size), to * type.size);
      if (type.kind !== 'variable') return;
      // What moves in the list leads to the same text.
      const address = this.places.addresses.get(dataAt + from * type.size + 4);
      if (address !== undefined) this.own.set(dataAt + to * type.size + 4, address);
    });
    if (type.kind === 'variable')
      for (let i = indices.length; i < shape[0]!; i++) this.own.set(dataAt + i * type.size + 4, undefined);
    this.edits.push({ from: dataAt, to: dataAt + old.length, by: now });
  }

  /** Gives a group entries: each of these names stands for what another of them stood for; the group's other names go, and arrays below them. */
  setEntries(path: string, names: ReadonlyMap<string, string>): void {
    const { entries } = this.object(path);
    const targets = new Map([...names].map(([name, old]) => [name, entries.get(old)]));
    const kept = new Set([...targets.values()].map(place => place?.object));
    for (const [name] of names)
      if (!entries.has(name) || targets.get(name) === undefined) throw notFound(`${path}/${name}`);
    for (const { object } of entries.values()) if (object !== undefined && !kept.has(object)) this.dropBelow(object);
    const nodes = new Set([...entries.values()].map(({ node }) => node));
    for (const node of nodes) {
      const own = [...entries].filter(([, place]) => place.node === node);
      const left = own.filter(([name]) => names.has(name));
      const made = new Uint8Array(own.length * ENTRY);
      left.forEach(([name, place], i) => {
        const target = targets.get(name)!;
        // The name stays; header, and what is remembered of it, are those of the other.
        made.set(this.storage.bytes(place.at, 8, 'an entry'), i * ENTRY);
        made.set(this.storage.bytes(target.at + 8, ENTRY - 8, 'an entry'), i * ENTRY + 8);
        for (const field of [8, 24, 32])
          this.own.set(node + 8 + i * ENTRY + field, this.places.addresses.get(target.at + field));
      });
      for (let i = left.length; i < own.length; i++)
        for (const field of [8, 24, 32]) this.own.set(node + 8 + i * ENTRY + field, undefined);
      this.edits.push({ from: node + 6, to: node + 8, by: Uint8Array.of(left.length & 255, left.length >> 8) });
      this.edits.push({ from: node + 8, to: node + 8 + made.length, by: made });
    }
  }

  private dropBelow(address: number, seen = new Set<number>()): void {
    if (seen.has(address)) return;
    seen.add(address);
    const object = this.places.objects.get(address);
    if (object === undefined) return;
    this.dropArray(object);
    for (const entry of object.entries.values()) if (entry.object !== undefined) this.dropBelow(entry.object, seen);
  }

  /** The changed file. */
  content(): ByteSource {
    if (this.edits.length === 0 && this.atEnd.length === 0) return this.source;
    const { base } = this.storage;
    const edits = this.edits.toSorted((a, b) => a.from - b.from);
    const replacements: Replacement[] = edits.map(({ from, to, by }) => ({
      from: base + from,
      to: base + to,
      by: [by],
    }));
    const moved = edits.some(({ from, to, by }) => by.length !== to - from);
    if (moved || this.atEnd.length > 0 || this.own.size > 0) replacements.push(...this.addresses(edits));
    return replaced(this.source, mergedInto(replacements));
  }

  private addresses(edits: Hdf5Changes['edits']): Replacement[] {
    const { base } = this.storage;
    const { addresses, endAt } = this.places;
    const moves = edits.filter(({ from, to, by }) => by.length !== to - from);
    const now = (address: number) =>
      moves.reduce((sum, { from, to, by }) => (to <= address ? sum + by.length - (to - from) : sum), address);
    const fields = new Map<number, number | undefined>([...addresses, ...this.own]);
    const field = (at: number, address: number): Replacement => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(address), true);
      return { from: base + at, to: base + at + 8, by: [bytes] };
    };
    const replacements: Replacement[] = [];
    for (const [at, address] of fields)
      if (address !== undefined && (now(address) !== address || this.own.has(at)))
        replacements.push(field(at, now(address)));
    let end = now(this.source.size - base);
    for (const { addressAt, bytes } of this.atEnd) {
      replacements.push(field(addressAt, end), { from: this.source.size, to: this.source.size, by: [bytes] });
      end += bytes.length;
    }
    // Some writers leave room after what they say is the end.
    const said = this.storage.structure(endAt, 8, 'the end').address();
    const before = said === UNDEFINED ? said : now(said);
    if (this.atEnd.length > 0) replacements.push(field(endAt, end));
    else if (said !== UNDEFINED && before !== said) replacements.push(field(endAt, before));
    return replacements;
  }

  private get places(): FilePlaces {
    return (this.found ??= findPlaces(this.storage, this.superblock));
  }

  private object(path: string): ObjectPlace {
    const { objects, root } = this.places;
    let object = objects.get(root);
    for (const part of path.split('/').filter(one => one !== '')) {
      const inner = object?.entries.get(part)?.object;
      object = inner === undefined ? undefined : objects.get(inner);
    }
    if (object === undefined) throw notFound(path);
    return object;
  }

  private attribute(path: string, name: string) {
    for (const { type, at, size } of this.object(path).messages) {
      if (type !== MESSAGE.attribute) continue;
      const place = attributePlace(this.storage, at, size);
      if (place.name === name) return place;
    }
    throw notFound(`${path} ${name}`);
  }

  private setShape(at: number, size: number, shape: readonly number[], what: string): void {
    const body = this.storage.structureUpTo(at, size, 'a shape');
    const version = body.bytes[0]!;
    const flags = body.bytes[2]!;
    const old = readDataspace(body) ?? [];
    if (old.length !== shape.length)
      throw new Fault('unsupported', `The array ${quoted(what, 80)} has ${old.length} axes, and keeps them.`);
    if (old.every((dim, axis) => dim === shape[axis])) return;
    const start = at + (version === 1 ? 8 : 4);
    const dims = new Uint8Array(new BigUint64Array(shape.map(BigInt)).buffer);
    this.edits.push({ from: start, to: start + dims.length, by: dims });
    // What it may grow to follows, where the file says so.
    if (flags & 1) this.edits.push({ from: start + dims.length, to: start + 2 * dims.length, by: dims });
  }

  private setContiguous(layout: MessagePlace, bytes: Bytes): void {
    const body = this.storage.structure(layout.at, 18, 'a layout');
    if (body.u8() !== 3) throw unmovable('arrays of another layout');
    body.skip(1);
    const address = body.address();
    const size = body.length();
    if (address === UNDEFINED || size === 0) this.atEnd.push({ addressAt: layout.at + 2, bytes });
    else {
      // What lies behind stays at a multiple of eight from where it was.
      const filled = new Uint8Array(bytes.length + this.moveBy(size, bytes.length));
      filled.set(bytes);
      this.edits.push({ from: address, to: address + size, by: filled });
    }
    if (bytes.length !== size) this.edits.push({ from: layout.at + 10, to: layout.at + 18, by: eight(bytes.length) });
  }

  private moveBy(before: number, after: number): number {
    return (((before - after) % 8) + 8) % 8;
  }

  private setCompact(layout: MessagePlace, bytes: Bytes, path: string): void {
    const body = this.storage.structure(layout.at, 4, 'a layout');
    if (body.u8() !== 3) throw unmovable('arrays of another layout');
    const room = layout.size - 4;
    if (bytes.length > room)
      throw new Fault('unsupported', `The array ${quoted(path, 80)} has room for ${room} bytes.`);
    this.edits.push({
      from: layout.at + 2,
      to: layout.at + 4,
      by: Uint8Array.of(bytes.length & 255, bytes.length >> 8),
    });
    this.edits.push({ from: layout.at + 4, to: layout.at + 4 + bytes.length, by: bytes });
  }

  /** Values in chunks become one block at the end, uncompressed: the header's message has room for that. */
  private unchunk(object: ObjectPlace, layout: MessagePlace, bytes: Bytes): void {
    const made = new Uint8Array(layout.size);
    made.set([3, 1]);
    made.set(eight(bytes.length), 10);
    this.edits.push({ from: layout.at, to: layout.at + layout.size, by: made });
    this.own.set(layout.at + 3, undefined);
    this.atEnd.push({ addressAt: layout.at + 2, bytes });
    const filters = message(object, MESSAGE.filters);
    for (const { address, size } of this.chunks(object, layout, filters !== undefined))
      if (size > 0) this.edits.push({ from: address, to: address + size, by: new Uint8Array(this.moveBy(size, 0)) });
    if (filters !== undefined) this.edits.push({ from: filters.typeAt, to: filters.typeAt + 2, by: new Uint8Array(2) });
  }

  private chunks(object: ObjectPlace, layout: MessagePlace, filtered: boolean) {
    const [space, type] = [message(object, MESSAGE.dataspace)!, message(object, MESSAGE.datatype)!];
    const shape = readDataspace(this.storage.structure(space.at, space.size, 'a shape')) ?? [];
    const { size } = readDatatype(this.storage.structure(type.at, type.size, 'a type'));
    const read = readLayout(this.storage.structure(layout.at, layout.size, 'a layout'), shape.length, '');
    return read.kind === 'chunked' ? chunksOf(this.storage, read, shape, size, filtered) : [];
  }

  /** A text in a collection of them: the collection grows or shrinks with it. */
  private setVariableText(element: number, bytes: Bytes): void {
    const reference = this.storage.structure(element, 16, 'a text');
    reference.skip(4);
    const collection = reference.address();
    const index = reference.u32();
    const head = this.storage.structure(collection, 16, 'a collection of texts');
    head.signature('GCOL');
    head.skip(4);
    const size = head.length();
    const at = this.storage.structure(collection, size, 'a collection of texts');
    at.skip(16);
    let text: { readonly grown: number } | undefined;
    let free: { readonly start: number; readonly size: number } | undefined;
    while (at.left >= 16) {
      const start = collection + at.at;
      const found = at.u16();
      at.skip(6);
      const length = at.length();
      const room = Math.min(at.left, Math.ceil(length / 8) * 8);
      if (found === 0) {
        free = { start, size: length };
        break;
      }
      if (found === index) {
        const filled = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
        filled.set(bytes);
        this.edits.push({ from: element, to: element + 4, by: eight(bytes.length).slice(0, 4) });
        this.edits.push({ from: start + 8, to: start + 16, by: eight(bytes.length) });
        this.edits.push({ from: start + 16, to: start + 16 + room, by: filled });
        text = { grown: filled.length - room };
      }
      at.skip(room);
    }
    if (text === undefined) throw notFound('a text');
    this.setFree(collection, size, free, text.grown);
  }

  /**
   * A collection keeps its size where it can, since HDF5 has none of fewer than 4,096 bytes: what a text leaves is free, and what it takes was. What is free counts its own head, and what is
   * too small to have one has none.
   */
  private setFree(
    collection: number,
    size: number,
    free: { readonly start: number; readonly size: number } | undefined,
    grown: number,
  ): void {
    const left = (free?.size ?? 0) - grown;
    if (grown === 0) return;
    const end = collection + size;
    const start = free?.start ?? end;
    if (left < 0) {
      this.edits.push({ from: collection + 8, to: collection + 16, by: eight(size + grown) });
      return;
    }
    const made = new Uint8Array(end - start - grown);
    if (left >= 16) made.set(eight(left), 8);
    this.edits.push({ from: start, to: end, by: made });
  }
}

function message(object: ObjectPlace, type: number): MessagePlace | undefined {
  return object.messages.find(one => one.type === type);
}

function eight(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function notFound(path: string): Fault {
  return new Fault('not-found', `The HDF5 file holds no ${quoted(path, 80)}.`);
}

/** Replacements that lie within others, such as an address in an entry that is written anew, put into these. */
function mergedInto(replacements: readonly Replacement[]): readonly Replacement[] {
  const outer: { from: number; to: number; by: Replacement['by'] }[] = [];
  // What is inserted goes before what stands at its place; of others, the longest first.
  const inserts = ({ from, to }: Replacement) => (from === to ? 0 : 1);
  for (const one of [...replacements].sort((a, b) => a.from - b.from || inserts(a) - inserts(b) || b.to - a.to)) {
    const around = outer.at(-1);
    if (around === undefined || one.from >= around.to) outer.push({ ...one });
    else {
      const [bytes] = around.by as readonly [Bytes];
      const [inner] = one.by as readonly [Bytes];
      const made = bytes.slice();
      made.set(inner, one.from - around.from);
      around.by = [made];
    }
  }
  return outer;
}
