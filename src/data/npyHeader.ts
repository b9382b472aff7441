import type { ElementType } from '../base/array';
import { Fault } from '../base/fault';
import type { ByteStream } from '../base/byteStream';
import { parsePythonLiteral, type PythonLiteral } from './pythonLiteral';
import { quoted } from '../base/text';
import { formatCount, formatQuantity } from '../base/numbers';

/** How the elements of an array lie in a file. */
export interface ArrayLayout {
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly itemSize: number;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly elements: number;
}

/** What the header of an .npy says, once it agrees with the bytes that follow. */
export interface NpyHeader extends ArrayLayout {
  /** Of strings: numpy's U (4 bytes a character) or S (one). */
  readonly stringKind: 'U' | 'S' | undefined;
}

export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

const LONGEST_HEADER = 2 ** 20;
const MOST_DIMENSIONS = 64;

const NUMERIC_TYPES: Readonly<Record<string, readonly [ElementType, itemSize: number]>> = {
  b1: ['bool', 1],
  i1: ['int8', 1],
  u1: ['uint8', 1],
  i2: ['int16', 2],
  u2: ['uint16', 2],
  i4: ['int32', 4],
  u4: ['uint32', 4],
  i8: ['int64', 8],
  u8: ['uint64', 8],
  f2: ['float16', 2],
  f4: ['float32', 4],
  f8: ['float64', 8],
};

/**
 * Reads the header of numpy's format, versions 1 to 3 (NEP 1), and checks it against the size of the stream.
 * `where` names the array within its file, such as `"X.npy" in the archive`.
 *
 * Throws `corrupt`; `unsafe` for pickled objects, `unsupported` for types that are no real numbers or text.
 */
export function readNpyHeader(stream: ByteStream, where = 'The file'): NpyHeader {
  const corrupt = (what: string) =>
    new Fault('corrupt', `${where} is not a sound .npy: ${what}.`, {
      hint: 'Save the array again with numpy.save.',
      source: stream.name,
    });
  if (stream.size < 10) throw corrupt('it ends within its header');
  const start = stream.take(8).slice();
  if (!NPY_MAGIC.every((byte, i) => byte === start[i])) throw corrupt('it does not begin like one');
  const version = start[6]!;
  if (version < 1 || version > 3)
    throw new Fault('unsupported', `${where} is an .npy of version ${version}; 1 to 3 are read.`, {
      source: stream.name,
    });
  const lengthBytes = version === 1 ? 2 : 4;
  if (stream.size < 8 + lengthBytes) throw corrupt('it ends within its header');
  const lengths = stream.take(lengthBytes);
  const view = new DataView(lengths.buffer, lengths.byteOffset, lengthBytes);
  const headerLength = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  const left = stream.size - 8 - lengthBytes;
  if (headerLength > left)
    throw corrupt(`its header has ${formatQuantity(headerLength, 'byte')}, but only ${formatCount(left)} follow`);
  if (headerLength > LONGEST_HEADER)
    throw new Fault(
      'too-large',
      `${where} has a header of ${formatQuantity(headerLength, 'byte')}; up to ${formatCount(LONGEST_HEADER)} are read.`,
      {
        source: stream.name,
      },
    );

  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(stream.take(headerLength));
  const literal = parsePythonLiteral(text);
  const entries = literal instanceof Map ? (literal as ReadonlyMap<string, PythonLiteral>) : undefined;
  if (!entries) throw corrupt('its header is not a dictionary of plain values, and nothing in it is ever evaluated');
  const descr = entries.get('descr');
  const fortranOrder = entries.get('fortran_order');
  const shape = entries.get('shape');
  if (entries.size !== 3 || descr === undefined || shape === undefined || typeof fortranOrder !== 'boolean')
    throw corrupt('its header must give descr, fortran_order and shape, and nothing else');
  const dimensions = readShape(shape, corrupt);
  const elementType = readType(descr, where, stream.name, corrupt);
  const elements = dimensions.reduce((product, size) => product * size, 1);
  const bytes = elements * elementType.itemSize;
  const there = left - headerLength;
  if (!Number.isSafeInteger(bytes) || bytes !== there)
    throw corrupt(
      `shape (${dimensions.join(', ')}) of ${elementType.type} takes ${Number.isSafeInteger(bytes) ? formatCount(bytes) : 'more than 2^53'} bytes, but ${formatCount(there)} follow its header`,
    );
  return { shape: dimensions, fortranOrder, elements, ...elementType };
}

function readShape(shape: PythonLiteral, corrupt: (what: string) => Fault): readonly number[] {
  if (!Array.isArray(shape) || shape.length > MOST_DIMENSIONS) throw corrupt('its shape is not a tuple');
  const sizes = shape as readonly PythonLiteral[];
  return sizes.map(size => {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw corrupt(`its shape holds ${typeof size === 'number' ? size : 'something'} where a size must be`);
    return size;
  });
}

function readType(descr: PythonLiteral, where: string, source: string, corrupt: (what: string) => Fault) {
  const unsupported = (what: string) =>
    new Fault('unsupported', `${where} holds ${what}, which are not read as numbers.`, {
      hint: 'Save it as float32, for instance with array.astype("float32").',
      source,
    });
  if (Array.isArray(descr))
    throw (descr as readonly PythonLiteral[]).every(Array.isArray) && descr.length > 0
      ? unsupported('records of several fields')
      : corrupt('its type is no type');
  const match = typeof descr === 'string' ? /^([<>|=]?)([a-zA-Z])(\d*)$/.exec(descr) : null;
  if (!match) {
    if (typeof descr === 'string' && /^[<>|=]?[mM]8\[/.test(descr)) throw unsupported('dates or times');
    throw corrupt(`its type ${typeof descr === 'string' ? quoted(descr) : ''} is no type`);
  }
  const [, order, kind, size] = match;
  if (kind === 'O')
    throw new Fault(
      'unsafe',
      `${where} holds pickled Python objects, which can run code when they are loaded: it was not opened.`,
      {
        hint: 'Save plain numbers: array.astype("float32").',
        source,
      },
    );
  if (kind === 'c') throw unsupported('complex numbers');
  if (kind === 'm' || kind === 'M') throw unsupported('dates or times');
  if (kind === 'V' || kind === 'g' || (kind === 'f' && Number(size) > 8))
    throw unsupported(`values of type ${quoted(match[0])}`);
  const bigEndian = order === '>';
  if (kind === 'U' || kind === 'S') {
    const itemSize = Number(size) * (kind === 'U' ? 4 : 1);
    if (size === '' || !Number.isSafeInteger(itemSize)) throw corrupt(`its type ${quoted(match[0])} is no type`);
    const stringKind: 'U' | 'S' = kind;
    return { type: 'str' as const, itemSize, bigEndian, stringKind };
  }
  const known = Object.hasOwn(NUMERIC_TYPES, `${kind}${size}`) ? NUMERIC_TYPES[`${kind}${size}`] : undefined;
  if (!known) throw corrupt(`its type ${quoted(match[0])} is no type`);
  return { type: known[0], itemSize: known[1], bigEndian, stringKind: undefined };
}
