import type { ByteSource } from '../bytes';
import { Fault } from '../fault';
import { SplicedSource, type Part } from '../splicedSource';
import { encodeUtf8 } from '../utf8';
import { crc32 } from './crc32';
import { checkEntry } from './entrySource';
import { findZipDirectory, readZipDirectory, type ZipEntry } from './zip';

/** A file that was not in the archive; its headers are made like those of another. */
export interface AddedEntry {
  readonly name: string;
  readonly like: string;
  readonly content: ByteSource;
}

export interface ZipChanges {
  /** New content of entries, which is stored uncompressed; `null` for those that are left out. */
  readonly changed: ReadonlyMap<string, ByteSource | null>;
  readonly added?: readonly AddedEntry[];
}

/** An entry as it lies in the file: its record in the directory, its header, its data, and what follows those. */
interface RawEntry {
  readonly entry: ZipEntry;
  readonly header: number;
  readonly end: number;
  readonly record: Uint8Array<ArrayBuffer>;
}

interface Written {
  readonly record: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  /** Undefined where it is as it was. */
  readonly content: { readonly crc: number; readonly size: number } | undefined;
}

const NARROW = 0xffffffff;
const FLAG_DESCRIPTOR = 1 << 3;
const DESCRIPTOR = 0x08074b50;
/** The extra field by which PyTorch makes every entry's data begin at a multiple of 64: "FB", a length, and as many Z. */
const PADDING = 0x4246;
const ALIGNMENT = 64;
const STEP_BYTES = 1 << 20;

/**
 * A zip archive with the content of some entries changed. All others are copied as they lie in the file, compressed or not, once their bytes are known to be
 * those of their checksums; entries whose data was aligned stay so. Order, dates, comments and attributes stay. Throws what `readZipDirectory` throws, `corrupt`, and
 * `too-large` for what the archive's own headers cannot say.
 */
export function rewriteZip(source: ByteSource, { changed, added = [] }: ZipChanges): ByteSource {
  const raw = readRaw(source);
  for (const { entry } of raw) if (!changed.has(entry.name)) checkEntry(source, entry);
  if (changed.size === 0 && added.length === 0) return source;

  const parts: Part[] = [];
  let at = 0;
  const add = (part: Part, length: number) => {
    parts.push(part);
    at += length;
  };
  const written = new Map<RawEntry, Written>();
  for (const one of raw) {
    const { entry, header, end } = one;
    const content = changed.get(entry.name);
    if (content === null) continue;
    const offset = at;
    if (content === undefined) {
      const old = source.read(header, entry.offset - header);
      const local = header === at ? old : movedHeader(old, at);
      add(local, local.length);
      add({ of: source, from: entry.offset, to: end }, end - entry.offset);
      written.set(one, { record: one.record, offset, content: undefined });
    } else
      written.set(one, { record: one.record, offset, content: addContent(source, one, entry.name, content, at, add) });
  }
  const more = added.map(({ name, like, content }) => {
    const model = raw.find(({ entry }) => entry.name === like);
    if (model === undefined) throw new Error(`there is no entry ${like} in the archive`);
    const offset = at;
    const facts = addContent(source, model, name, content, at, add);
    return { record: renamed(model.record, 46, 28, name), offset, content: facts };
  });

  const directory = at;
  // The directory may list entries in another order than that of their data.
  const inDirectory = [...raw]
    .sort((a, b) => a.record.byteOffset - b.record.byteOffset)
    .map(one => written.get(one))
    .filter(one => one !== undefined);
  for (const one of [...inDirectory, ...more]) {
    const record = recordOf(one, source);
    add(record, record.length);
  }
  const { directoryOffset, directorySize } = findZipDirectory(source);
  const from = directoryOffset + directorySize;
  const tail = endOf(
    source.read(from, source.size - from).slice(),
    inDirectory.length + more.length,
    directory,
    at - directory,
    source,
  );
  add(tail, tail.length);
  return new SplicedSource(source.name, parts);
}

function readRaw(source: ByteSource): readonly RawEntry[] {
  const entries = readZipDirectory(source);
  const { directoryOffset, directorySize } = findZipDirectory(source);
  const bytes = source.read(directoryOffset, directorySize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const byData = [...entries];
  const records: { readonly header: number; readonly record: Uint8Array<ArrayBuffer> }[] = [];
  for (let at = 0; at < bytes.length;) {
    const extra = at + 46 + view.getUint16(at + 28, true);
    const end = extra + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const record = bytes.subarray(at, end);
    records.push({ header: wideValue(record, 42, 2), record });
    at = end;
  }
  // Both are in the order of the data.
  records.sort((a, b) => a.header - b.header);
  return byData.map((entry, i) => ({
    entry,
    header: records[i]!.header,
    end: records[i + 1]?.header ?? directoryOffset,
    record: records[i]!.record,
  }));
}

/** A local header at another place: its padding is made anew where it has one. */
function movedHeader(local: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> {
  const view = viewOf(local);
  const nameEnd = 30 + view.getUint16(26, true);
  const padding = extraField(local, nameEnd, local.length, PADDING);
  if (padding === undefined) return local;
  const before = local.subarray(0, padding.start);
  const after = local.subarray(padding.end);
  const start = at + before.length + after.length + 4;
  const count = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
  const made = new Uint8Array(before.length + 4 + count + after.length).fill(0x5a);
  made.set(before);
  const out = viewOf(made);
  out.setUint16(padding.start, PADDING, true);
  out.setUint16(padding.start + 2, count, true);
  made.set(after, padding.start + 4 + count);
  out.setUint16(28, made.length - nameEnd, true);
  return made;
}

function addContent(
  source: ByteSource,
  { entry, header, end }: RawEntry,
  name: string,
  content: ByteSource,
  at: number,
  add: (part: Part, length: number) => void,
): { readonly crc: number; readonly size: number } {
  const facts = { crc: checksum(content), size: content.size };
  const old = source.read(header, entry.offset - header).slice();
  const local = movedHeader(name === entry.name ? old : renamed(old, 30, 26, name), at);
  const view = viewOf(local);
  const flags = view.getUint16(6, true);
  view.setUint16(8, 0, true);
  // Writers to a stream leave zeros, and say the numbers after the data.
  if (view.getUint32(14, true) !== 0 || (flags & FLAG_DESCRIPTOR) === 0) view.setUint32(14, facts.crc, true);
  const nameEnd = 30 + view.getUint16(26, true);
  for (const [field, slot] of [
    [18, 1],
    [22, 0],
  ] as const) {
    const value = view.getUint32(field, true);
    if (value === 0 && (flags & FLAG_DESCRIPTOR) !== 0) continue;
    setWide(local, field, slot, facts.size, nameEnd, source);
  }
  add(local, local.length);
  add({ of: content, from: 0, to: content.size }, content.size);
  const descriptor =
    flags & FLAG_DESCRIPTOR
      ? descriptorOf(
          source.read(entry.offset + entry.compressedSize, end - entry.offset - entry.compressedSize),
          facts,
          source,
        )
      : undefined;
  if (descriptor !== undefined) add(descriptor, descriptor.length);
  return facts;
}

/** What follows data whose header was written before it, in the form that the old one has: with or without a signature, of 32 or 64 bits. */
function descriptorOf(
  old: Uint8Array<ArrayBuffer>,
  { crc, size }: { readonly crc: number; readonly size: number },
  source: ByteSource,
): Uint8Array<ArrayBuffer> {
  const signed = old.length >= 16 && viewOf(old).getUint32(0, true) === DESCRIPTOR;
  const wide = old.length - (signed ? 4 : 0) >= 20;
  if (size > NARROW && !wide) throw tooLarge(source);
  const made = new Uint8Array(old.length);
  const view = viewOf(made);
  let at = 0;
  if (signed) view.setUint32(0, DESCRIPTOR, true);
  at = signed ? 4 : 0;
  view.setUint32(at, crc, true);
  for (const field of [0, 1]) {
    if (wide) view.setBigUint64(at + 4 + 8 * field, BigInt(size), true);
    else view.setUint32(at + 4 + 4 * field, size, true);
  }
  return made;
}

function recordOf({ record, offset, content }: Written, source: ByteSource): Uint8Array<ArrayBuffer> {
  const made = record.slice();
  const view = viewOf(made);
  const extra = 46 + view.getUint16(28, true);
  if (content !== undefined) {
    view.setUint16(10, 0, true);
    view.setUint32(16, content.crc, true);
    setWide(made, 20, 1, content.size, extra, source);
    setWide(made, 24, 0, content.size, extra, source);
  }
  setWide(made, 42, 2, offset, extra, source);
  return made;
}

/** What stands after the directory: its end, and the end of archives beyond 4 GB. */
function endOf(
  tail: Uint8Array<ArrayBuffer>,
  count: number,
  directory: number,
  size: number,
  source: ByteSource,
): Uint8Array<ArrayBuffer> {
  const view = viewOf(tail);
  const wide = view.getUint32(0, true) === 0x06064b50;
  const end = wide ? 76 : 0;
  if (wide) {
    for (const at of [24, 32]) view.setBigUint64(at, BigInt(count), true);
    view.setBigUint64(40, BigInt(size), true);
    view.setBigUint64(48, BigInt(directory), true);
    view.setBigUint64(56 + 8, BigInt(directory + size), true);
  } else if (count >= 0xffff || directory >= NARROW || size >= NARROW) throw tooLarge(source);
  for (const at of [8, 10])
    if (view.getUint16(end + at, true) !== 0xffff) view.setUint16(end + at, Math.min(count, 0xffff), true);
  if (view.getUint32(end + 12, true) !== NARROW) view.setUint32(end + 12, Math.min(size, NARROW), true);
  if (view.getUint32(end + 16, true) !== NARROW) view.setUint32(end + 16, Math.min(directory, NARROW), true);
  return tail;
}

/** A header or a record with another name. */
function renamed(
  bytes: Uint8Array<ArrayBuffer>,
  nameAt: number,
  lengthAt: number,
  name: string,
): Uint8Array<ArrayBuffer> {
  const text = encodeUtf8(name);
  const rest = bytes.subarray(nameAt + viewOf(bytes).getUint16(lengthAt, true));
  const made = new Uint8Array(nameAt + text.length + rest.length);
  made.set(bytes.subarray(0, nameAt));
  made.set(text, nameAt);
  made.set(rest, nameAt + text.length);
  viewOf(made).setUint16(lengthAt, text.length, true);
  return made;
}

/** A number of a record that may stand in its ZIP64 field: `slot` counts size, compressed size, offset. */
function wideValue(record: Uint8Array<ArrayBuffer>, field: number, slot: number): number {
  const view = viewOf(record);
  const narrow = view.getUint32(field, true);
  if (narrow !== NARROW) return narrow;
  const at = wideAt(record, slot, 46 + view.getUint16(28, true));
  return at === undefined ? narrow : Number(view.getBigUint64(at, true));
}

function setWide(
  bytes: Uint8Array<ArrayBuffer>,
  field: number,
  slot: number,
  value: number,
  extraStart: number,
  source: ByteSource,
): void {
  const view = viewOf(bytes);
  const at = view.getUint32(field, true) === NARROW ? wideAt(bytes, slot, extraStart) : undefined;
  if (at !== undefined) view.setBigUint64(at, BigInt(value), true);
  else if (value >= NARROW) throw tooLarge(source);
  else view.setUint32(field, value, true);
}

/** The ZIP64 field holds those of the numbers, in order, whose own fields are full. */
function wideAt(bytes: Uint8Array<ArrayBuffer>, slot: number, extraStart: number): number | undefined {
  const found = extraField(bytes, extraStart, bytes.length, 1);
  if (found === undefined) return undefined;
  const view = viewOf(bytes);
  const fields =
    extraStart === 30 + view.getUint16(26, true) && view.getUint32(0, true) === 0x04034b50 ? [22, 18] : [24, 20, 42];
  const before = fields.slice(0, slot).filter(field => view.getUint32(field, true) === NARROW).length;
  const at = found.start + 4 + 8 * before;
  return at + 8 <= found.end ? at : undefined;
}

function extraField(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
  to: number,
  id: number,
): { readonly start: number; readonly end: number } | undefined {
  const view = viewOf(bytes);
  for (let at = from; at + 4 <= to;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === id) return { start: at, end };
    at = end;
  }
  return undefined;
}

function checksum(content: ByteSource): number {
  let crc = 0;
  for (let at = 0; at < content.size; at += STEP_BYTES)
    crc = crc32(content.read(at, Math.min(STEP_BYTES, content.size - at)), crc);
  return crc;
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function tooLarge(source: ByteSource): Fault {
  return new Fault('too-large', 'The archive would grow beyond 4 GB, which its headers cannot say.', {
    source: source.name,
  });
}
