import type { ElementType } from '../base/array';
import type { ByteSource } from '../base/bytes';
import { streamOf, type ByteStream } from '../base/byteStream';
import { Cancellation } from '../base/cancellation';
import { readElements } from './arrayElements';
import { readNpyHeader, type ArrayLayout } from './npyHeader';

/** Rows of an array that stays where it is: each is read when it is asked for. */
export interface ArrayRows {
  readonly rows: number;
  readonly rowShape: readonly number[];
  readonly rowSize: number;
  readonly type: ElementType;
  /** Reads `count` rows from `first` on, one after the other in C order. Throws what reading throws. */
  read(first: number, count: number): Float32Array | Float64Array;
}

/** Rows that are asked for one after the other are read so many bytes at a time. */
const AHEAD_BYTES = 2 ** 20;

/** The rows of an .npy of numbers; `undefined` where they do not lie together (Fortran order), or are text. Throws what `readNpyHeader` throws. */
export function openNpyRows(source: ByteSource): ArrayRows | undefined {
  const header = readNpyHeader(streamOf(source));
  if (!hasRows(header)) return undefined;
  const { rowSize, rowBytes } = sizesOf(header);
  const begin = source.size - header.elements * header.itemSize;
  return {
    rows: header.shape[0]!,
    rowShape: header.shape.length === 1 ? [1] : header.shape.slice(1),
    rowSize,
    type: header.type,
    read: (first, count) =>
      decoded(streamOf(source, begin + first * rowBytes, count * rowBytes), header, count * rowSize),
  };
}

/** One row after the other, read ahead where they are asked for in order. `target` gets the row from `at` on. */
export function rowReader(rows: ArrayRows): (row: number, target: Float32Array | Float64Array, at: number) => void {
  const most = Math.max(1, Math.floor(AHEAD_BYTES / (8 * Math.max(1, rows.rowSize))));
  let first = 0;
  let held: Float32Array | Float64Array = new Float32Array(0);
  let last = -2;
  return (row, target, at) => {
    const { rowSize } = rows;
    let place = row - first;
    if (place < 0 || (place + 1) * rowSize > held.length) {
      const count = row === last + 1 ? Math.min(most, rows.rows - row) : 1;
      held = rows.read(row, count);
      first = row;
      place = 0;
    }
    last = row;
    target.set(held.subarray(place * rowSize, (place + 1) * rowSize), at);
  };
}

/**
 * Reads an .npy from a stream that goes forward alone, such as an entry of an archive, to its end and its checksum, and gives the chosen rows, which ascend. False where the
 * rows do not lie together, and nothing but the header was read.
 */
export function passRows(
  stream: ByteStream,
  where: string,
  chosen: Uint32Array,
  visit: (index: number, row: Float32Array | Float64Array) => void,
  cancellation = Cancellation.never,
): boolean {
  const header = readNpyHeader(stream, where);
  if (!hasRows(header)) return false;
  const { rowSize, rowBytes } = sizesOf(header);
  let next = 0;
  for (let row = 0; row < header.shape[0]!; row++) {
    if ((row & 255) === 0) cancellation.throwIfCancelled();
    if (row !== chosen[next]) {
      // A part at a time: a row may be larger than what is to be held.
      for (let left = rowBytes; left > 0; left -= Math.min(left, AHEAD_BYTES)) stream.take(Math.min(left, AHEAD_BYTES));
      continue;
    }
    const values = decoded(within(stream, rowBytes), header, rowSize);
    for (; chosen[next] === row; next++) visit(next, values);
  }
  stream.finish();
  return true;
}

function hasRows({ shape, type, fortranOrder }: ArrayLayout): boolean {
  return type !== 'str' && shape.length > 0 && (!fortranOrder || shape.length === 1);
}

function sizesOf({ shape, itemSize }: ArrayLayout): { readonly rowSize: number; readonly rowBytes: number } {
  const rowSize = shape.slice(1).reduce((product, size) => product * size, 1);
  return { rowSize, rowBytes: rowSize * itemSize };
}

function decoded(stream: ByteStream, header: ArrayLayout, elements: number): Float32Array | Float64Array {
  const layout: ArrayLayout = { ...header, shape: [elements], elements, fortranOrder: false };
  return readElements(stream, layout, 'The file', Cancellation.never).values;
}

/** A part of a stream: its end is no end of the whole. */
function within(stream: ByteStream, size: number): ByteStream {
  return { name: stream.name, size, take: length => stream.take(length), finish: () => undefined };
}
