import { Fault } from '../base/fault';
import type { StoredType } from './model';

/**
 * Numbers as elements of a stored type: little-endian, packed; what a type cannot hold is rounded to the nearest, ties to even, as runtimes do. Throws
 * `unsupported` for types that numbers are not simply written as (quantised floats, text), and for numbers that no whole number of the type equals.
 */
export function encodeElements(type: StoredType, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const encode = ENCODERS[type];
  if (encode === undefined)
    throw new Fault('unsupported', `Numbers cannot be written as elements of the type ${type}.`);
  return new Uint8Array(encode(values).buffer);
}

type Encoder = (values: ArrayLike<number>) => { readonly buffer: ArrayBuffer };

const ENCODERS: Readonly<Partial<Record<StoredType, Encoder>>> = {
  float32: values => Float32Array.from(values),
  float64: values => Float64Array.from(values),
  float16: values => Uint16Array.from(values, float16Bits),
  bfloat16: values => Uint16Array.from(values, bfloat16Bits),
  int64: values => BigInt64Array.from(whole('int64', values, -(2 ** 53), 2 ** 53), BigInt),
  uint64: values => BigUint64Array.from(whole('uint64', values, 0, 2 ** 53), BigInt),
  int32: values => Int32Array.from(whole('int32', values, -(2 ** 31), 2 ** 31 - 1)),
  uint32: values => Uint32Array.from(whole('uint32', values, 0, 2 ** 32 - 1)),
  int16: values => Int16Array.from(whole('int16', values, -(2 ** 15), 2 ** 15 - 1)),
  uint16: values => Uint16Array.from(whole('uint16', values, 0, 2 ** 16 - 1)),
  int8: values => Int8Array.from(whole('int8', values, -128, 127)),
  uint8: values => Uint8Array.from(whole('uint8', values, 0, 255)),
  bool: values => Uint8Array.from(whole('bool', values, 0, 1)),
};

function whole(type: string, values: ArrayLike<number>, low: number, high: number): number[] {
  return Array.from(values, value => {
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new Fault('unsupported', `The number ${value} cannot be written as an element of the type ${type}.`);
  });
}

const floatOf = new Float32Array(1);
const bitsOf = new Uint32Array(floatOf.buffer);

function bfloat16Bits(value: number): number {
  floatOf[0] = value;
  const bits = bitsOf[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** IEEE 754 binary16 of a double, rounded once. */
function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Steps of the binade, or of the numbers below 2⁻¹⁴.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const step = 2 ** (exponent - 10);
  const scaled = size / step;
  let steps = Math.floor(scaled);
  const rest = scaled - steps;
  if (rest > 0.5 || (rest === 0.5 && steps % 2 === 1)) steps++;
  // 1024 steps more are the next binade: the bits carry by themselves. Numbers below the first have no leading one.
  return sign | (((exponent + 14) << 10) + steps);
}
