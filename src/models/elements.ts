import type { BlockType, StoredType } from './model';

const BITS: Readonly<Record<StoredType, number>> = {
  bool: 8,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  float16: 16,
  bfloat16: 16,
  float32: 32,
  float64: 64,
  complex64: 64,
  complex128: 128,
  str: 0,
  int4: 4,
  uint4: 4,
  int2: 2,
  uint2: 2,
  float8_e4m3fn: 8,
  float8_e4m3fnuz: 8,
  float8_e5m2: 8,
  float8_e5m2fnuz: 8,
  float8_e8m0fnu: 8,
  float4_e2m1fn: 4,
};

/** Bits that an element takes; 0 for text, whose elements differ in length. */
export function elementBits(type: StoredType): number {
  return BITS[type];
}

export function isFloat(type: StoredType | BlockType | undefined): boolean {
  return type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';
}

/** Types that hold the weights of quantised networks. */
export function isQuantised(type: StoredType | BlockType | undefined): boolean {
  return type !== undefined && (/^u?int[248]$/.test(type) || /^float[48]_/.test(type));
}

/** Whether elements are stored in blocks that share a scale, as GGUF has them: they have no width of their own. */
export function isBlockType(type: StoredType | BlockType): type is BlockType {
  return !Object.hasOwn(BITS, type);
}

/** Big-endian elements as little-endian ones; complex numbers are two floats. */
export function swapped(bytes: Uint8Array<ArrayBuffer>, type: StoredType): Uint8Array<ArrayBuffer> {
  const width = elementBits(type) / (type.startsWith('complex') ? 16 : 8);
  const out = bytes.slice();
  for (let at = 0; at + width <= out.length; at += width) out.subarray(at, at + width).reverse();
  return out;
}

/**
 * Gives the first `count` elements of little-endian bytes as numbers; several to a byte begin at its lowest bit. Of complex numbers the
 * real part; integers beyond 2⁵³ are rounded.
 */
export function decodeElements(
  type: StoredType,
  bytes: Uint8Array,
  count: number,
  put: (value: number, index: number) => void,
): void {
  const bits = BITS[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < count; i++) put(element(view, type, bits, i), i);
}

function element(view: DataView, type: StoredType, bits: number, i: number): number {
  switch (type) {
    case 'float32':
      return view.getFloat32(i * 4, true);
    case 'float64':
      return view.getFloat64(i * 8, true);
    case 'float16':
      return float16(view.getUint16(i * 2, true));
    case 'bfloat16':
      return bfloat16(view.getUint16(i * 2, true));
    case 'int64':
      return Number(view.getBigInt64(i * 8, true));
    case 'uint64':
      return Number(view.getBigUint64(i * 8, true));
    case 'int32':
      return view.getInt32(i * 4, true);
    case 'uint32':
      return view.getUint32(i * 4, true);
    case 'int16':
      return view.getInt16(i * 2, true);
    case 'uint16':
      return view.getUint16(i * 2, true);
    case 'int8':
      return view.getInt8(i);
    case 'uint8':
    case 'bool':
      return view.getUint8(i);
    case 'complex64':
      return view.getFloat32(i * 8, true);
    case 'complex128':
      return view.getFloat64(i * 16, true);
    case 'int4':
    case 'uint4':
    case 'int2':
    case 'uint2':
    case 'float4_e2m1fn':
      return narrowInteger(type, bits, view.getUint8(Math.floor((i * bits) / 8)) >> ((i * bits) % 8));
    case 'float8_e4m3fn':
    case 'float8_e4m3fnuz':
    case 'float8_e5m2':
    case 'float8_e5m2fnuz':
    case 'float8_e8m0fnu':
      return narrowFloat(type, view.getUint8(i));
    case 'str':
      return NaN;
  }
}

/** IEEE 754 binary16. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a binary32. */
export function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Values of FLOAT4E2M1 by their low three bits (OCP Microscaling Formats 1.0). */
const E2M1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

/** An element of fewer than 8 bits, by its lowest bits. */
export function narrowInteger(type: string, bits: number, value: number): number {
  const low = value & ((1 << bits) - 1);
  if (type === 'float4_e2m1fn') return (low & 8 ? -1 : 1) * E2M1[low & 7]!;
  return type.startsWith('int') && low >= 1 << (bits - 1) ? low - (1 << bits) : low;
}

/** Floats of 8 bits (ONNX "Float stored in 8 bits"): FN has no infinities, UZ no negative zero and one NaN. */
export function narrowFloat(type: string, bits: number): number {
  if (type === 'float8_e8m0fnu') return bits === 255 ? NaN : 2 ** (bits - 127);
  const unsignedZero = type.endsWith('uz');
  const fractionBits = type.includes('e4m3') ? 3 : 2;
  const bias = (fractionBits === 3 ? 7 : 15) + (unsignedZero ? 1 : 0);
  const exponent = (bits & 127) >> fractionBits;
  const fraction = bits & ((1 << fractionBits) - 1);
  const sign = bits & 128 ? -1 : 1;
  if (unsignedZero && bits === 128) return NaN;
  if (type === 'float8_e4m3fn' && (bits & 127) === 127) return NaN;
  if (type === 'float8_e5m2' && exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * (fraction / 2 ** fractionBits) * 2 ** (1 - bias);
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
}
