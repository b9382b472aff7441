import { Fault } from '../../base/fault';
import type { ElementType } from '../../base/array';
import { type Cursor } from './cursor';

/** What an element is (HDF5 File Format Specification 3.0, IV.A.2.d). */
export type Datatype =
  | { readonly kind: 'number'; readonly type: ElementType; readonly size: number; readonly bigEndian: boolean }
  /** Text of `size` bytes, filled up with zeros or spaces. */
  | { readonly kind: 'text'; readonly size: number }
  /** Text, or a list, of any length in a global heap. */
  | { readonly kind: 'variable'; readonly size: number; readonly text: boolean }
  /** What weights are never stored as; `word` says what. */
  | { readonly kind: 'other'; readonly size: number; readonly word: string };

const OTHER = [
  'integers',
  'floats',
  'times',
  'text',
  'bit fields',
  'opaque bytes',
  'records',
  'references',
  'enumerations',
  'lists',
  'arrays',
];

/** Reads a datatype message. Throws `corrupt`. */
export function readDatatype(at: Cursor, depth = 0): Datatype {
  const head = at.u8();
  const kind = head & 15;
  const bits = at.unsigned(3);
  const size = at.u32();
  const other: Datatype = { kind: 'other', size, word: OTHER[kind] ?? `class ${kind}` };
  if (size === 0 || depth > 8) throw at.damaged('an element has no size');
  switch (kind) {
    case 0: {
      at.skip(2);
      const whole = at.u16() === size * 8;
      const type = integerType(size, (bits & 8) !== 0);
      return whole && type !== undefined ? { kind: 'number', type, size, bigEndian: (bits & 1) !== 0 } : other;
    }
    case 1: {
      at.skip(4);
      at.skip(1);
      const exponentBits = at.u8();
      const type = floatType(size, exponentBits);
      // Bit 6 beside bit 0 is the order of the VAX.
      return type === undefined || (bits & 0x41) > 1
        ? other
        : { kind: 'number', type, size, bigEndian: (bits & 1) !== 0 };
    }
    case 3:
      return { kind: 'text', size };
    case 8: {
      // numpy's bool is an enumeration of int8 with two names.
      const base = readDatatype(at, depth + 1);
      if (base.kind !== 'number') return other;
      return (bits & 0xffff) === 2 && base.size === 1 ? { ...base, type: 'bool' } : base;
    }
    case 9:
      return { kind: 'variable', size, text: (bits & 15) === 1 };
    default:
      return other;
  }
}

function integerType(size: number, signed: boolean): ElementType | undefined {
  const name = `${signed ? '' : 'u'}int${size * 8}`;
  switch (name) {
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return name;
    default:
      return undefined;
  }
}

function floatType(size: number, exponentBits: number): ElementType | undefined {
  if (size === 8 && exponentBits === 11) return 'float64';
  if (size === 4 && exponentBits === 8) return 'float32';
  if (size === 2) return exponentBits === 5 ? 'float16' : exponentBits === 8 ? 'bfloat16' : undefined;
  return undefined;
}

const MAX_RANK = 32;

/** Lengths of the axes; empty for a single value, `null` for a dataspace without any. Throws `corrupt`. */
export function readDataspace(at: Cursor): readonly number[] | null {
  const version = at.u8();
  const rank = at.u8();
  const flags = at.u8();
  if (rank > MAX_RANK) throw at.damaged(`an array of ${rank} axes`);
  if (version === 1) at.skip(5);
  else if (version !== 2) throw at.damaged('the shape of an array is of an unknown version');
  else if (at.u8() === 2) return null;
  const shape = Array.from({ length: rank }, () => at.length());
  if (flags & 1) for (let axis = 0; axis < rank; axis++) at.skip(at.lengthSize);
  return shape;
}

/** Number of elements of a shape. Throws `corrupt` where no file could hold so many. */
export function sizeOf(shape: readonly number[], what: string): number {
  let size = 1;
  for (const length of shape) size *= length;
  if (!Number.isSafeInteger(size) || shape.some(length => !Number.isSafeInteger(length))) {
    throw new Fault(
      'corrupt',
      `${what} is said to have the shape ${shape.join(' × ')}, more values than any file holds.`,
    );
  }
  return size;
}
