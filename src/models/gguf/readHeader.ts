import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { quoted } from '../../base/text';
import { corrupt, GgufCursor } from './cursor';
import { GGML_TYPES, type GgmlType } from './types';

/** A tensor as the header lists it; its values stay in the file. */
export interface GgufTensor {
  readonly name: string;
  /** Slowest axis first, as numpy has it: the file lists them the other way round. */
  readonly shape: readonly number[];
  readonly size: number;
  readonly stored: GgmlType;
  /** First byte in the file. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly littleEndian: boolean;
  /** As text, long ones cut. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: readonly GgufTensor[];
}

const MOST_TENSORS = 500_000;
const MOST_KEYS = 100_000;
/** Of all arrays together: vocabularies have some 300,000. */
const MOST_ELEMENTS = 10_000_000;
const LONGEST_KEY = 65_535;
const LONGEST_NAME = 512;
const LONGEST_VALUE = 1000;
const MOST_AXES = 8;
const DEEPEST = 4;
const SHOWN = 5;

const STRING = 8;
const ARRAY = 9;
type Width = 1 | 2 | 4 | 8;
/** Values of one size, by the number of their type. */
const SCALARS: ReadonlyMap<
  number,
  readonly [Width, (view: DataView, at: number, littleEndian: boolean) => number | bigint]
> = new Map([
  [0, [1, (view, at) => view.getUint8(at)]],
  [1, [1, (view, at) => view.getInt8(at)]],
  [2, [2, (view, at, little) => view.getUint16(at, little)]],
  [3, [2, (view, at, little) => view.getInt16(at, little)]],
  [4, [4, (view, at, little) => view.getUint32(at, little)]],
  [5, [4, (view, at, little) => view.getInt32(at, little)]],
  [6, [4, (view, at, little) => Number(view.getFloat32(at, little).toPrecision(7))]],
  [7, [1, (view, at) => view.getUint8(at)]],
  [10, [8, (view, at, little) => view.getBigUint64(at, little)]],
  [11, [8, (view, at, little) => view.getBigInt64(at, little)]],
  [12, [8, (view, at, little) => view.getFloat64(at, little)]],
]);

/**
 * Reads the header of a GGUF file, version 2 or 3 in either byte order (ggml, docs/gguf.md): keys with values, and what tensors there are. Arrays are passed over, all but their first
 * values. Nothing is allocated because the header says so. Throws `corrupt`, `unsupported` (version, element type), `too-large`.
 */
export function readGguf(source: ByteSource): GgufHeader {
  if (source.size < 24) throw corrupt(source, `it has ${source.size} bytes, too few for a header`);
  const head = source.read(4, 4);
  const written = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  // A small number either way round tells the byte order.
  const littleEndian = (written & 0xffff) !== 0;
  const cursor = new GgufCursor(source, littleEndian);
  cursor.at = 4;
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw new Fault('unsupported', `The file is written in version ${version} of GGUF; versions 2 and 3 are read.`, {
      hint:
        version === 1
          ? 'Convert the model again with a llama.cpp of today.'
          : 'A newer release of this extension may read it.',
      source: source.name,
    });
  const tensorCount = cursor.count('its tensors', 0);
  const keyCount = cursor.count('its keys', 13);
  if (keyCount > MOST_KEYS) throw tooLarge(source, keyCount, 'keys', MOST_KEYS);
  const metadata = readMetadata(cursor, keyCount);
  if (tensorCount * 25 > cursor.left)
    throw corrupt(
      source,
      `its tensors are said to be ${formatCount(tensorCount)}, more than the ${formatCount(cursor.left)} bytes that are left could list`,
    );
  if (tensorCount > MOST_TENSORS) throw tooLarge(source, tensorCount, 'tensors', MOST_TENSORS);
  const listed = Array.from({ length: tensorCount }, () => readTensorInfo(cursor));
  const alignment = alignmentOf(metadata, source);
  const start = Math.ceil(cursor.at / alignment) * alignment;
  return { version, littleEndian, metadata, tensors: placed(listed, start, alignment, source) };
}

function readMetadata(cursor: GgufCursor, count: number): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  let elements = 0;
  const value = (type: number, key: string, depth: number): string => {
    const scalar = SCALARS.get(type);
    if (scalar !== undefined) {
      const text = cursor.number(...scalar);
      return type === 7 ? (text === '0' ? 'false' : 'true') : text;
    }
    if (type === STRING) return cursor.text(`the value of ${quoted(key)}`, LONGEST_VALUE, false);
    if (type === ARRAY) return array(key, depth + 1);
    throw corrupt(cursor.source, `the value of ${quoted(key)} is of a type (${type}) that there is not`);
  };
  const array = (key: string, depth: number): string => {
    if (depth > DEEPEST)
      throw corrupt(cursor.source, `the arrays of ${quoted(key)} lie more than ${DEEPEST} deep in each other`);
    const type = cursor.u32();
    const width = SCALARS.get(type)?.[0] ?? (type === STRING ? 8 : 12);
    const length = cursor.count(`the values of ${quoted(key)}`, width);
    elements += length;
    if (elements > MOST_ELEMENTS) throw tooLarge(cursor.source, elements, 'values in arrays', MOST_ELEMENTS);
    const shown: string[] = [];
    const read = SCALARS.has(type) ? Math.min(length, SHOWN) : length;
    for (let i = 0; i < read; i++) {
      if (type === STRING && i >= SHOWN) {
        cursor.skip(cursor.count(`the bytes of a value of ${quoted(key)}`, 1), `a value of ${quoted(key)}`);
        continue;
      }
      const one = value(type, key, depth);
      if (i < SHOWN) shown.push(one.slice(0, 100));
    }
    cursor.skip((length - read) * width, `the array of ${quoted(key)}`);
    return `[${shown.join(', ')}${length > SHOWN ? `, … ${formatCount(length)} in all` : ''}]`;
  };
  for (let i = 0; i < count; i++) {
    const key = cursor.text(`the name of key ${i}`, LONGEST_KEY, true);
    if (metadata.has(key)) throw corrupt(cursor.source, `the key ${quoted(key)} comes twice`);
    metadata.set(key, value(cursor.u32(), key, 0));
  }
  return metadata;
}

type Listed = Omit<GgufTensor, 'offset'> & { readonly relative: number };

function readTensorInfo(cursor: GgufCursor): Listed {
  const { source } = cursor;
  const name = cursor.text('the name of a tensor', LONGEST_NAME, true);
  const named = `tensor ${quoted(name, 80)}`;
  // A name that some programs would take for something else than a name.
  if (name === '__proto__') throw corrupt(source, 'a tensor is called "__proto__", which is no name of a tensor');
  const axes = cursor.u32();
  if (axes > MOST_AXES) throw corrupt(source, `${named} is said to have ${formatCount(axes)} axes`);
  const lengths = Array.from({ length: axes }, () => cursor.u64());
  const type = cursor.u32();
  const relative = cursor.u64();
  const stored = GGML_TYPES.get(type);
  if (stored === undefined)
    throw new Fault(
      'unsupported',
      `The GGUF file's ${named} holds elements of a type (number ${type}) that is not known.`,
      {
        hint: 'Convert the model to one of the usual types, such as F16, Q8_0 or Q4_K.',
        source: source.name,
      },
    );
  // Without the zeros, so that none of them hides a product that is out of range.
  const whole = lengths.reduce<number>((product, length) => product * Math.max(1, length ?? Infinity), 1);
  if (!Number.isSafeInteger(whole * 8))
    throw corrupt(source, `${named} has a shape of more values than any file holds`);
  if (relative === undefined) throw corrupt(source, `${named} lies past the end of any file`);
  const shape = lengths.map(length => length ?? 0).reverse();
  const size = shape.reduce((product, length) => product * length, 1);
  if ((shape.at(-1) ?? 1) % stored.blockElements !== 0)
    throw corrupt(
      source,
      `${named} has rows of ${shape.at(-1) ?? 1}, but ${stored.type} stores them in blocks of ${stored.blockElements}`,
    );
  return { name, shape, size, stored, relative };
}

function alignmentOf(metadata: ReadonlyMap<string, string>, source: ByteSource): number {
  const given = metadata.get('general.alignment');
  if (given === undefined) return 32;
  const alignment = Number(given);
  if (!Number.isInteger(alignment) || alignment < 8 || alignment % 8 !== 0 || alignment > 2 ** 30)
    throw corrupt(source, `its alignment is ${quoted(given)}, where a multiple of 8 belongs`);
  return alignment;
}

/** Tensors at their places in the file, in its order: within it, aligned, none over another, none twice. */
function placed(listed: readonly Listed[], start: number, alignment: number, source: ByteSource): GgufTensor[] {
  const names = new Set<string>();
  const tensors = listed.map(({ relative, ...tensor }): GgufTensor => {
    const named = `tensor ${quoted(tensor.name, 80)}`;
    if (names.has(tensor.name)) throw corrupt(source, `${named} comes twice`);
    names.add(tensor.name);
    if (relative % alignment !== 0) throw corrupt(source, `${named} lies at ${relative}, no multiple of ${alignment}`);
    const offset = start + relative;
    const end = offset + bytesOf(tensor);
    if (end > source.size)
      throw corrupt(source, `${named} ends at byte ${formatCount(end)}, but the file has ${formatCount(source.size)}`);
    return { ...tensor, offset };
  });
  let end = start;
  for (const tensor of [...tensors].sort((a, b) => a.offset - b.offset || bytesOf(a) - bytesOf(b))) {
    if (tensor.offset < end) throw corrupt(source, `tensor ${quoted(tensor.name, 80)} overlaps the one before it`);
    end = tensor.offset + bytesOf(tensor);
  }
  return tensors;
}

/** Bytes that a tensor takes in the file. */
export function bytesOf({ size, stored }: Pick<GgufTensor, 'size' | 'stored'>): number {
  return (size / stored.blockElements) * stored.blockBytes;
}

function tooLarge(source: ByteSource, count: number, what: string, most: number): Fault {
  return new Fault(
    'too-large',
    `The GGUF file lists ${formatCount(count)} ${what}; at most ${formatCount(most)} are read.`,
    {
      source: source.name,
    },
  );
}
