import type { ElementType, NumericArray } from '../base/array';
import type { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import type { ByteStream } from '../base/byteStream';
import { formatCount } from '../base/numbers';
import { allocate } from './memory';
import type { ArrayLayout } from './npyHeader';

/** An array, and what was lost in reading it. */
export interface ReadArray extends NumericArray {
  readonly warnings: readonly Warning[];
}

/** Types whose every value is a float32. */
const FITS_FLOAT32: ReadonlySet<ElementType> = new Set([
  'bool',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'float16',
  'float32',
]);
const BLOCK_BYTES = 2 ** 20;

/**
 * Reads the elements of an array, to the end of the stream, into C order: as float32 where every value of their type fits, as float64 otherwise.
 * 64-bit integers beyond 2^53 are rounded to the nearest float64, and a warning says which. `layout` must agree with the size of the stream.
 */
export function readElements(
  stream: ByteStream,
  layout: ArrayLayout,
  where: string,
  cancellation: Cancellation,
): ReadArray {
  const { type, elements } = layout;
  const values = FITS_FLOAT32.has(type)
    ? allocate(Float32Array, elements, stream.name)
    : allocate(Float64Array, elements, stream.name);
  const store =
    layout.fortranOrder && layout.shape.length > 1 ? fortranStore(values, layout.shape) : orderedStore(values);
  const decode = DECODERS[type];
  if (!decode) throw new Fault('unsupported', `${where} holds values of type ${type}.`, { source: stream.name });

  const rounded = { count: 0, first: -1 };
  let at = 0;
  for (const block of elementBlocks(stream, layout)) {
    cancellation.throwIfCancelled();
    const count = block.byteLength / layout.itemSize;
    store(decode(block, at, rounded), at, count);
    at += count;
  }
  stream.finish();
  const warnings: Warning[] = [];
  if (rounded.count > 0)
    warnings.push({
      code: 'rounded',
      message: `${formatCount(rounded.count)} integers beyond 2^53 were rounded to the nearest float64, the first at ${position(rounded.first, layout)}.`,
    });
  return { shape: layout.shape, values, type, warnings };
}

/** The data in blocks of whole elements, aligned and little-endian: as typed arrays are wherever we run. */
export function* elementBlocks(stream: ByteStream, layout: ArrayLayout): Generator<Uint8Array<ArrayBuffer>> {
  const { itemSize, elements } = layout;
  const most = Math.max(1, Math.floor(BLOCK_BYTES / itemSize));
  const scratch = new Uint8Array(Math.min(most, elements) * itemSize);
  for (let at = 0; at < elements; at += most) {
    const block = scratch.subarray(0, Math.min(most, elements - at) * itemSize);
    block.set(stream.take(block.length));
    if (layout.bigEndian && layout.type !== 'str' && itemSize > 1) swapBytes(block, itemSize);
    yield block;
  }
}

function swapBytes(bytes: Uint8Array, itemSize: number): void {
  for (let at = 0; at < bytes.length; at += itemSize) bytes.subarray(at, at + itemSize).reverse();
}

interface Rounded {
  count: number;
  first: number;
}
type Decoder = (block: Uint8Array<ArrayBuffer>, at: number, rounded: Rounded) => ArrayLike<number>;
type View = {
  new (buffer: ArrayBuffer, offset: number, length: number): ArrayLike<number>;
  readonly BYTES_PER_ELEMENT: number;
};

const viewAs =
  (view: View): Decoder =>
  block =>
    new view(block.buffer, block.byteOffset, block.byteLength / view.BYTES_PER_ELEMENT);

const DECODERS: Readonly<Partial<Record<ElementType, Decoder>>> = {
  bool: block => block.map(byte => (byte === 0 ? 0 : 1)),
  int8: viewAs(Int8Array),
  uint8: viewAs(Uint8Array),
  int16: viewAs(Int16Array),
  uint16: viewAs(Uint16Array),
  int32: viewAs(Int32Array),
  uint32: viewAs(Uint32Array),
  int64: (block, at, rounded) => decodeIntegers64(block, true, at, rounded),
  uint64: (block, at, rounded) => decodeIntegers64(block, false, at, rounded),
  float16: block =>
    Float32Array.from(new Uint16Array(block.buffer, block.byteOffset, block.byteLength / 2), decodeFloat16),
  float32: viewAs(Float32Array),
  float64: viewAs(Float64Array),
};

function decodeIntegers64(block: Uint8Array<ArrayBuffer>, signed: boolean, at: number, rounded: Rounded): Float64Array {
  const words = new Uint32Array(block.buffer, block.byteOffset, block.byteLength / 4);
  const values = new Float64Array(words.length / 2);
  for (let i = 0; i < values.length; i++) {
    const high = signed ? words[2 * i + 1]! | 0 : words[2 * i + 1]!;
    const value = high * 0x1_0000_0000 + words[2 * i]!;
    values[i] = value;
    // Beyond 2^53 only some integers are float64s: those whose last bits are zero.
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER && !isExact(value, high, words[2 * i]!)) {
      if (rounded.count++ === 0) rounded.first = at + i;
    }
  }
  return values;
}

function isExact(value: number, high: number, low: number): boolean {
  return BigInt(value) === BigInt(high) * 0x1_0000_0000n + BigInt(low);
}

/** IEEE 754 binary16. */
function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

type Store = (block: ArrayLike<number>, at: number, count: number) => void;

function orderedStore(values: Float32Array | Float64Array): Store {
  return (block, at) => values.set(block, at);
}

/** Scatters values that come first index fastest to where they are when the last is fastest. */
function fortranStore(values: Float32Array | Float64Array, shape: readonly number[]): Store {
  const strides = new Float64Array(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const index = new Float64Array(shape.length);
  let target = 0;
  return (block, _at, count) => {
    for (let i = 0; i < count; i++) {
      values[target] = block[i]!;
      for (let axis = 0; axis < shape.length; axis++) {
        target += strides[axis]!;
        if (++index[axis]! < shape[axis]!) break;
        target -= strides[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
  };
}

function position(fileIndex: number, layout: ArrayLayout): string {
  const axes = layout.shape.map((_, axis) => axis);
  if (!layout.fortranOrder) axes.reverse();
  const index = layout.shape.map(() => 0);
  let rest = fileIndex;
  for (const axis of axes) {
    index[axis] = rest % layout.shape[axis]!;
    rest = Math.floor(rest / layout.shape[axis]!);
  }
  return index.length === 2 ? `row ${index[0]!}, column ${index[1]!}` : `[${index.join(', ')}]`;
}
