import { Fault } from '../base/fault';
import { crc32 } from '../base/archive/crc32';
import { quoted } from '../base/text';
import { formatBytes, formatCount } from '../base/numbers';

/** An array to be written, in C order. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;
}

/** 1 January 1980, the earliest that a zip can say: the same arrays give the same bytes at any time. */
const DOS_DATE = (1 << 5) | 1;
const FLAG_UTF8 = 1 << 11;
const LARGEST = 0xffffffff;

/** The bytes of an .npy (version 1.0, little-endian, C order), as numpy.save writes them. Throws `shape-mismatch`. */
export function writeNpy(array: Omit<NamedArray, 'name'>): Uint8Array<ArrayBuffer> {
  const head = npyHeader(array);
  const bytes = new Uint8Array(head.length + array.values.byteLength);
  bytes.set(head);
  bytes.set(bytesOf(array), head.length);
  return bytes;
}

/**
 * The bytes of an .npz as numpy.savez writes it: stored, an entry `name.npy` per array, in the order given, none of them dated. numpy.load finds
 * an array by its name, slashes and dots included. Throws `usage` for a name that comes twice or cannot stand in an archive, `too-large` beyond 4 GiB.
 */
export function writeNpz(arrays: readonly NamedArray[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const names = new Set<string>();
  const entries = arrays.map(array => {
    const { name } = array;
    if (names.has(name))
      throw new Fault('usage', `Two arrays are called ${quoted(name)}; an archive holds one of each name.`);
    names.add(name);
    const file = encoder.encode(`${name}.npy`);
    if (file.length > 0xffff || name.includes('\0'))
      throw new Fault('usage', `An array cannot be called ${quoted(name)} in an archive.`);
    return { array, file, head: npyHeader(array), flags: /^[\x20-\x7e]*$/.test(name) ? 0 : FLAG_UTF8 };
  });
  const total = entries.reduce(
    (sum, { array, file, head }) => sum + 76 + 2 * file.length + head.length + array.values.byteLength,
    22,
  );
  if (total > LARGEST || entries.length > 0xfffe)
    throw new Fault(
      'too-large',
      `The arrays would take ${formatBytes(total)} in one archive; up to ${formatBytes(LARGEST)} are written.`,
      {
        hint: 'Write fewer layers, or fewer rows.',
      },
    );

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const written: { readonly crc: number; readonly size: number; readonly offset: number }[] = [];
  let at = 0;
  for (const { array, file, head, flags } of entries) {
    const data = bytesOf(array);
    const crc = crc32(data, crc32(head));
    const size = head.length + data.length;
    written.push({ crc, size, offset: at });
    view.setUint32(at, 0x04034b50, true);
    writeFields(view, at + 4, flags, crc, size, file.length);
    bytes.set(file, at + 30);
    bytes.set(head, at + 30 + file.length);
    bytes.set(data, at + 30 + file.length + head.length);
    at += 30 + file.length + size;
  }
  const directory = at;
  entries.forEach(({ file, flags }, i) => {
    const { crc, size, offset } = written[i]!;
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 4, 20, true);
    writeFields(view, at + 6, flags, crc, size, file.length);
    view.setUint32(at + 42, offset, true);
    bytes.set(file, at + 46);
    at += 46 + file.length;
  });
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 8, entries.length, true);
  view.setUint16(at + 10, entries.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return bytes;
}

/** What both headers of an entry have in common: version 2.0, flags, stored, date, checksum, sizes, length of the name. */
function writeFields(view: DataView, at: number, flags: number, crc: number, size: number, nameLength: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, flags, true);
  view.setUint16(at + 8, DOS_DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameLength, true);
}

function npyHeader({ shape, values }: Omit<NamedArray, 'name'>): Uint8Array<ArrayBuffer> {
  if (shape.reduce((product, size) => product * size, 1) !== values.length)
    throw new Fault(
      'shape-mismatch',
      `${formatCount(values.length)} values do not make an array of shape (${shape.join(', ')}).`,
    );
  const sizes = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  const text = `{'descr': '${descrOf(values)}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The header ends in a newline at a multiple of 64, so that the values are aligned.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (length - 10) & 0xff, (length - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

function descrOf(values: NamedArray['values']): string {
  if (values instanceof Float32Array) return '<f4';
  if (values instanceof Float64Array) return '<f8';
  if (values instanceof Int32Array) return '<i4';
  if (values instanceof BigInt64Array) return '<i8';
  return '|u1';
}

function bytesOf({ values }: Omit<NamedArray, 'name'>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
