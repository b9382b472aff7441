import { formatCount } from '../numbers';
import type { ByteSource } from '../bytes';
import { Fault } from '../fault';
import { refuseExpansion } from './expansion';
import { latin1, quoted } from '../text';
import { decodeUtf8 } from '../utf8';

/** One file in an archive, as its central directory and its local header agree on it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the first byte of its data in the archive. */
  readonly offset: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const FLAG_ENCRYPTED = 1 | (1 << 6) | (1 << 13);
const FLAG_DESCRIPTOR = 1 << 3;
const FLAG_UTF8 = 1 << 11;
const MOST_ENTRIES = 100_000;
const MOST_DIRECTORY_BYTES = 64 * 2 ** 20;

/**
 * The entries of a zip archive (PKWARE APPNOTE 6.3), in the order of their data. There is one way to read the file or
 * none: what the central directory says must be what the local headers say, the entries must lie one after another from the
 * first byte on, and names must be unique and relative. Nothing is inflated. Where names are `keys` that no file is ever called by, as the arrays of an .npz, one of
 * them may begin with a slash: networks call their nodes so.
 *
 * Throws `corrupt`, `unsupported` (a method that is neither stored nor deflated), `too-large` (it would expand too far).
 */
export function readZipDirectory(
  source: ByteSource,
  { names: naming = 'paths' }: { readonly names?: 'paths' | 'keys' } = {},
): readonly ZipEntry[] {
  const corrupt = (what: string) =>
    new Fault('corrupt', `The archive is damaged: ${what}.`, { hint: HINT, source: source.name });
  const { count, directoryOffset, directorySize } = findDirectory(source, corrupt);
  if (count > MOST_ENTRIES || directorySize > MOST_DIRECTORY_BYTES)
    throw new Fault(
      'too-large',
      `The archive has ${formatCount(count)} entries, more than ${formatCount(MOST_ENTRIES)} or than can be listed.`,
      {
        source: source.name,
      },
    );

  const bytes = source.read(directoryOffset, directorySize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: (ZipEntry & { readonly header: number; readonly end: number; readonly descriptor: boolean })[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw corrupt('its directory ends early');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > bytes.length) throw corrupt('its directory ends early');
    const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
    const central = readFields(view, at, 8, 20);
    const name = decodeName(nameBytes, central.flags, corrupt);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const wide = widen(extra, [central.size, central.compressedSize, view.getUint32(at + 42, true)], corrupt);
    const [size, compressedSize, header] = [wide[0]!, wide[1]!, wide[2]!];
    if (view.getUint16(at + 34, true) !== 0) throw corrupt('it is one part of several');
    checkName(name, naming, corrupt);
    if (names.has(name)) throw corrupt(`it holds ${quoted(name)} twice`);
    names.add(name);
    if (central.flags & FLAG_ENCRYPTED) throw corrupt(`${quoted(name)} is encrypted`);
    if (central.method !== 0 && central.method !== 8)
      throw new Fault(
        'unsupported',
        `${quoted(name)} in the archive is compressed by method ${central.method}; stored and deflated are read.`,
        { source: source.name },
      );
    if (central.method === 0 && size !== compressedSize) throw corrupt(`${quoted(name)} is stored, but with two sizes`);
    refuseExpansion(`${quoted(name)} in the archive`, compressedSize, size, source.name);
    const local = readLocal(
      source,
      header,
      directoryOffset,
      nameBytes,
      central,
      { size, compressedSize },
      name,
      corrupt,
    );
    entries.push({
      name,
      method: central.method === 0 ? 'stored' : 'deflated',
      crc: central.crc,
      compressedSize,
      size,
      offset: local,
      header,
      end: local + compressedSize,
      descriptor: (central.flags & FLAG_DESCRIPTOR) !== 0,
    });
    at = end;
  }
  if (at !== bytes.length) throw corrupt('its directory is longer than its entries');

  // Entries lie one after another, with nothing before, between or after but data descriptors.
  entries.sort((a, b) => a.header - b.header);
  let expected = 0;
  let slack = 0;
  for (const entry of [...entries, { header: directoryOffset, end: 0, descriptor: false, name: 'its directory' }]) {
    if (entry.header < expected || entry.header > expected + slack)
      throw corrupt(
        `${entry.header < expected ? 'entries overlap' : 'there are bytes that belong to no entry'} before ${quoted(entry.name)}`,
      );
    expected = entry.end;
    slack = entry.descriptor ? 24 : 0;
  }
  return entries.map(({ name, method, crc, compressedSize, size, offset }) => ({
    name,
    method,
    crc,
    compressedSize,
    size,
    offset,
  }));
}

/** Where the central directory of an archive is that `readZipDirectory` has read. */
export function findZipDirectory(source: ByteSource): {
  readonly directoryOffset: number;
  readonly directorySize: number;
} {
  return findDirectory(
    source,
    what => new Fault('corrupt', `The archive is damaged: ${what}.`, { source: source.name }),
  );
}

const HINT = 'Write or copy the file again.';
type Corrupt = (what: string) => Fault;

/** Where the central directory is, from the one end record at the end of the file. */
function findDirectory(source: ByteSource, corrupt: Corrupt) {
  const tailLength = Math.min(source.size, 22 + 0xffff);
  const tail = source.read(source.size - tailLength, tailLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let found = -1;
  for (let at = tailLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tailLength) continue;
    if (found >= 0) throw corrupt('it has two ends');
    found = at;
  }
  if (found < 0) throw corrupt('its end is missing');
  const end = source.size - tailLength + found;
  if (view.getUint16(found + 4, true) !== 0 || view.getUint16(found + 6, true) !== 0)
    throw corrupt('it is one part of several');
  let count = view.getUint16(found + 10, true);
  let directorySize = view.getUint32(found + 12, true);
  let directoryOffset = view.getUint32(found + 16, true);
  let directoryEnd = end;
  if (count !== view.getUint16(found + 8, true)) throw corrupt('it is one part of several');

  // ZIP64: a locator of 20 bytes just before the end record, and before it a record of 56 bytes.
  if (end >= 76) {
    const locator = source.read(end - 20, 20);
    const locatorView = new DataView(locator.buffer, locator.byteOffset, 20);
    if (locatorView.getUint32(0, true) === LOCATOR_64) {
      const at = safe(locatorView.getBigUint64(8, true), corrupt);
      if (at + 56 !== end - 20) throw corrupt('its end is in two places');
      const record = source.read(at, 56);
      const recordView = new DataView(record.buffer, record.byteOffset, 56);
      if (recordView.getUint32(0, true) !== END_64) throw corrupt('its end is missing');
      const wide = [32, 40, 48].map(offset => safe(recordView.getBigUint64(offset, true), corrupt));
      const agrees = (narrow: number, limit: number, value: number) => narrow === limit || narrow === value;
      if (
        !agrees(count, 0xffff, wide[0]!) ||
        !agrees(directorySize, 0xffffffff, wide[1]!) ||
        !agrees(directoryOffset, 0xffffffff, wide[2]!)
      )
        throw corrupt('its two ends disagree');
      [count, directorySize, directoryOffset] = [wide[0]!, wide[1]!, wide[2]!];
      directoryEnd = at;
    }
  }
  if (directoryOffset + directorySize !== directoryEnd) throw corrupt('its directory is not where its end says');
  if (count * 46 > directorySize) throw corrupt('its directory is shorter than its entries');
  return { count, directoryOffset, directorySize };
}

/** The fields that both headers have in the same order: flags, method, (time, date,) CRC, sizes. */
function readFields(view: DataView, at: number, flagsAt: number, sizesAt: number) {
  return {
    flags: view.getUint16(at + flagsAt, true),
    method: view.getUint16(at + flagsAt + 2, true),
    crc: view.getUint32(at + sizesAt - 4, true),
    compressedSize: view.getUint32(at + sizesAt, true),
    size: view.getUint32(at + sizesAt + 4, true),
  };
}

/** Offset of an entry's data, once its local header is known to say what the directory says. */
function readLocal(
  source: ByteSource,
  header: number,
  limit: number,
  nameBytes: Uint8Array,
  central: { readonly flags: number; readonly method: number; readonly crc: number },
  sizes: { readonly size: number; readonly compressedSize: number },
  name: string,
  corrupt: Corrupt,
): number {
  if (header + 30 > limit) throw corrupt(`${quoted(name)} lies outside it`);
  const fixed = source.read(header, 30);
  const view = new DataView(fixed.buffer, fixed.byteOffset, 30);
  if (view.getUint32(0, true) !== LOCAL) throw corrupt(`${quoted(name)} is not where its directory says`);
  const local = readFields(view, 0, 6, 18);
  const nameLength = view.getUint16(26, true);
  const extraLength = view.getUint16(28, true);
  const data = header + 30 + nameLength + extraLength;
  if (data + sizes.compressedSize > limit) throw corrupt(`${quoted(name)} ends early`);
  const rest = source.read(header + 30, nameLength + extraLength);
  const differs = (what: string) => corrupt(`its directory and the header of ${quoted(name)} differ in ${what}`);
  if (nameLength !== nameBytes.length || !nameBytes.every((byte, i) => byte === rest[i])) throw differs('the name');
  if (local.method !== central.method || local.flags !== central.flags) throw differs('the method');
  const wide = widen(rest.subarray(nameLength), [local.size, local.compressedSize], corrupt);
  const streamed = (local.flags & FLAG_DESCRIPTOR) !== 0;
  const same = (here: number, there: number) => here === there || (streamed && here === 0);
  if (!same(wide[0]!, sizes.size) || !same(wide[1]!, sizes.compressedSize)) throw differs('the size');
  if (!same(local.crc, central.crc)) throw differs('the checksum');
  return data;
}

/** Fills in, from the ZIP64 extra field, the values that do not fit into 32 bits. */
function widen(extra: Uint8Array, values: readonly number[], corrupt: Corrupt): readonly number[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  let wide: { at: number; readonly end: number } | undefined;
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) throw corrupt('an extra field ends early');
    if (view.getUint16(at, true) === 1) {
      if (wide) throw corrupt('an entry has two sizes');
      wide = { at: at + 4, end };
    }
    at = end;
  }
  return values.map(value => {
    if (value !== 0xffffffff || !wide) return value;
    if (wide.at + 8 > wide.end) throw corrupt('an extra field ends early');
    const wider = safe(view.getBigUint64(wide.at, true), corrupt);
    wide.at += 8;
    return wider;
  });
}

function safe(value: bigint, corrupt: Corrupt): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt('a size in it is impossible');
  return Number(value);
}

function decodeName(bytes: Uint8Array, flags: number, corrupt: Corrupt): string {
  // Without the UTF-8 flag names are in code page 437, of which only the ASCII half is sure to be meant.
  if (!(flags & FLAG_UTF8)) return latin1(bytes);
  const name = decodeUtf8(bytes);
  if (name === undefined) throw corrupt('a name in it is not UTF-8');
  return name;
}

function checkName(name: string, naming: 'paths' | 'keys', corrupt: Corrupt): void {
  const unsafe =
    name === '' ||
    name.includes('\0') ||
    name.includes('\\') ||
    (naming === 'keys' ? /^(\/\/|[A-Za-z]:\/)/ : /^(\/|[A-Za-z]:)/).test(name) ||
    name.split('/').includes('..');
  if (unsafe) throw corrupt(`the name ${quoted(name)} points outside of it`);
}
