import type { ElementType } from '../base/array';
import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { ByteStream } from '../base/byteStream';
import { readElements, type ReadArray } from './arrayElements';
import type { ArrayLayout } from './npyHeader';

const TYPES: ReadonlyMap<number, readonly [ElementType, itemSize: number]> = new Map([
  [0x08, ['uint8', 1]],
  [0x09, ['int8', 1]],
  [0x0b, ['int16', 2]],
  [0x0c, ['int32', 4]],
  [0x0d, ['float32', 4]],
  [0x0e, ['float64', 8]],
]);
const MOST_DIMENSIONS = 8;

/** Whether bytes begin as an IDX file does: two zeros, a type, a number of axes. */
export function looksLikeIdx(head: Uint8Array): boolean {
  return head[0] === 0 && head[1] === 0 && TYPES.has(head[2]!) && head[3]! >= 1 && head[3]! <= MOST_DIMENSIONS;
}

/** Reads the header of an IDX file (LeCun, Cortes, Burges: the MNIST database), and checks it against the size. Throws `corrupt`. */
export function readIdxHeader(stream: ByteStream): ArrayLayout {
  const corrupt = (what: string) =>
    new Fault('corrupt', `The file is not a sound IDX: ${what}.`, {
      hint: 'Copy or export it again.',
      source: stream.name,
    });
  if (stream.size < 4) throw corrupt('it ends within its header');
  const magic = stream.take(4);
  if (!looksLikeIdx(magic)) throw corrupt('it does not begin like one');
  const [type, itemSize] = TYPES.get(magic[2]!)!;
  const axes = magic[3]!;
  if (stream.size < 4 + 4 * axes) throw corrupt('it ends within its header');
  const bytes = stream.take(4 * axes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 * axis));
  const elements = shape.reduce((product, size) => product * size, 1);
  const there = stream.size - 4 - 4 * axes;
  if (elements * itemSize !== there)
    throw corrupt(
      `shape (${shape.join(', ')}) of ${type} takes ${elements * itemSize} bytes, but ${there} follow its header`,
    );
  return { shape, type, itemSize, elements, bigEndian: true, fortranOrder: false };
}

/** Reads an IDX file. Throws `corrupt`, `too-large`. */
export function readIdx(stream: ByteStream, cancellation = Cancellation.never): ReadArray {
  return readElements(stream, readIdxHeader(stream), 'The file', cancellation);
}
