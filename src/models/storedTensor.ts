import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { decodeElements } from './elements';
import type { StoredType } from './model';

/** A tensor whose values stay in a file until they are asked for. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Number of elements: the product of `shape`. */
  readonly size: number;
  /** The path by which the file knows it, where that is another than its name. */
  readonly path?: string;
  /**
   * Elements [from, from + count) in C order, little-endian and packed; of types of fewer than 8 bits, `from` is a multiple of 8.
   * Throws `corrupt` where the file does not hold what it said.
   */
  bytes(from: number, count: number): Uint8Array<ArrayBuffer>;
}

/** The largest tensor that is read into memory as floats: 1 GB. */
const MAX_VALUES = 1 << 28;
const CHUNK_VALUES = 1 << 18;
/** Whether this machine has floats as files have them. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** All values of a tensor as floats, read a part at a time; integers beyond 2²⁴ are rounded. Throws `too-large`, `unsupported` for text. */
export function readFloats(tensor: StoredTensor, source: string): Float32Array<ArrayBuffer> {
  if (tensor.size > MAX_VALUES)
    throw new Fault(
      'too-large',
      `Tensor "${tensor.name}" has ${formatCount(tensor.size)} values; at most ${formatCount(MAX_VALUES)} are read.`,
      {
        source,
      },
    );
  if (tensor.type === 'str')
    throw new Fault('unsupported', `Tensor "${tensor.name}" holds text, not numbers.`, { source });
  const values = new Float32Array(tensor.size);
  const raw = tensor.type === 'float32' && IS_LITTLE_ENDIAN ? new Uint8Array(values.buffer) : undefined;
  for (let from = 0; from < tensor.size; from += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, tensor.size - from);
    const bytes = tensor.bytes(from, count);
    if (raw !== undefined) raw.set(bytes, 4 * from);
    else
      decodeElements(tensor.type, bytes, count, (value, index) => {
        values[from + index] = value;
      });
  }
  return values;
}
