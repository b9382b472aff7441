import { deflateSync } from 'fflate';
import { crc32 } from '../../../src/base/archive/crc32';

export interface EntryOptions {
  readonly name: string;
  readonly data: Uint8Array;
  readonly deflate?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly localName?: string;
  readonly localSize?: number;
  /** Sizes and checksum come after the data, as a writer to a pipe leaves them. */
  readonly descriptor?: boolean;
  /** Sizes in the ZIP64 extra field of the local header, as numpy writes them. */
  readonly wide?: boolean;
  /** The data begins at a multiple of so many bytes, behind an extra field that only fills, as PyTorch writes it. */
  readonly align?: number;
}

export interface ArchiveOptions {
  readonly prefix?: number;
  readonly gap?: number;
  readonly comment?: Uint8Array;
  readonly directoryShift?: number;
}

/** A zip archive, honest unless told otherwise. */
export function zipBytes(entries: readonly EntryOptions[], options: ArchiveOptions = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [new Uint8Array(options.prefix ?? 0)];
  const directory: Uint8Array[] = [];
  let at = options.prefix ?? 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    at += part.length;
  };
  for (const entry of entries) {
    const data = entry.deflate ? deflateSync(entry.data) : entry.data;
    const crc = entry.crc ?? crc32(entry.data);
    const size = entry.size ?? entry.data.length;
    const flags = (entry.flags ?? 0) | (entry.descriptor ? 8 : 0);
    const method = entry.method ?? (entry.deflate ? 8 : 0);
    const offset = at;
    const localName = new TextEncoder().encode(entry.localName ?? entry.name);
    const name = new TextEncoder().encode(entry.name);
    const fields = (
      bytes: Uint8Array,
      from: number,
      nameLength: number,
      c: number,
      compressed: number,
      full: number,
    ) => {
      const view = new DataView(bytes.buffer);
      view.setUint16(from, 20, true);
      view.setUint16(from + 2, flags, true);
      view.setUint16(from + 4, method, true);
      view.setUint32(from + 10, c, true);
      view.setUint32(from + 14, compressed, true);
      view.setUint32(from + 18, full, true);
      view.setUint16(from + 22, nameLength, true);
    };
    const align = entry.align ?? 1;
    const unfilled = at + 30 + localName.length + 4;
    const filling = entry.align === undefined ? 0 : 4 + ((align - (unfilled % align)) % align);
    const local = new Uint8Array(30 + localName.length + (entry.wide ? 20 : filling));
    const view = new DataView(local.buffer);
    view.setUint32(0, 0x04034b50, true);
    const narrow = (value: number) => (entry.wide ? 0xffffffff : entry.descriptor ? 0 : value);
    fields(
      local,
      4,
      localName.length,
      entry.descriptor ? 0 : crc,
      narrow(data.length),
      narrow(entry.localSize ?? size),
    );
    local.set(localName, 30);
    if (filling > 0) {
      view.setUint16(28, filling, true);
      view.setUint16(30 + localName.length, 0x4246, true);
      view.setUint16(32 + localName.length, filling - 4, true);
      local.fill(0x5a, 34 + localName.length);
    }
    if (entry.wide) {
      view.setUint16(28, 20, true);
      view.setUint16(30 + localName.length, 1, true);
      view.setUint16(32 + localName.length, 16, true);
      view.setBigUint64(34 + localName.length, BigInt(size), true);
      view.setBigUint64(42 + localName.length, BigInt(data.length), true);
    }
    add(local);
    add(data);
    if (entry.descriptor) {
      const trailer = new Uint8Array(16);
      const trailerView = new DataView(trailer.buffer);
      [0x08074b50, crc, data.length, size].forEach((value, i) => trailerView.setUint32(4 * i, value, true));
      add(trailer);
    }
    add(new Uint8Array(options.gap ?? 0));
    const central = new Uint8Array(46 + name.length);
    new DataView(central.buffer).setUint32(0, 0x02014b50, true);
    fields(central, 6, name.length, crc, data.length, size);
    new DataView(central.buffer).setUint32(42, offset, true);
    central.set(name, 46);
    directory.push(central);
  }
  const start = at;
  directory.forEach(add);
  const comment = options.comment ?? new Uint8Array(0);
  const end = new Uint8Array(22 + comment.length);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, entries.length, true);
  view.setUint16(10, entries.length, true);
  view.setUint32(12, at - start, true);
  view.setUint32(16, start + (options.directoryShift ?? 0), true);
  view.setUint16(20, comment.length, true);
  end.set(comment, 22);
  add(end);
  const bytes = new Uint8Array(at);
  let to = 0;
  for (const part of parts) {
    bytes.set(part, to);
    to += part.length;
  }
  return bytes;
}
