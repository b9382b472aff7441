import { Fault } from '../base/fault';

/** Whether the entries of a grid are vertices (a cell has the maximum of its vertices) or top-dimensional cubes (a face has the minimum of its cubes). */
export type CubicalConstruction = 'vertex' | 'cell';
export const CUBICAL_CONSTRUCTIONS: readonly CubicalConstruction[] = ['vertex', 'cell'];

/**
 * A grid's cells, faces and vertices on a grid of about twice the size, in C order: a coordinate is even where the cell is a point in that axis,
 * and odd where it is an interval.
 *
 *     · – · – ·
 *     | □ | □ |
 *     · – · – ·
 */
export interface CubicalComplex {
  /** Length of each axis of the doubled grid, all at least 3; none for a single vertex. */
  readonly size: readonly number[];
  readonly strides: readonly number[];
  /** Of each cell: its number of odd coordinates. */
  readonly dimension: Uint8Array;
  /** Of each cell: place of its value in `values`. Faces never have a higher one. */
  readonly rank: Uint32Array;
  /** Distinct values, ascending. */
  readonly values: Float64Array;
}

/** 2²⁷: about 1 GB with what the reduction needs. */
const MOST_CELLS = 134_217_728;

/** Throws `too-large`, `not-finite` for NaN, `empty`, and `shape-mismatch` where values and shape do not fit. */
export function cubicalComplex(
  shape: readonly number[],
  entries: ArrayLike<number>,
  construction: CubicalConstruction,
): CubicalComplex {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) throw new Fault('empty', `The grid has shape (${shape.join(', ')}), so there is nothing in it.`);
  if (entries.length !== count)
    throw new Fault(
      'shape-mismatch',
      `A grid of shape (${shape.join(', ')}) has ${count} entries, not ${entries.length}.`,
    );
  // Vertices along an axis of length 1 have no intervals between them.
  const lengths = construction === 'vertex' ? shape.filter(length => length > 1) : shape;
  const size = lengths.map(length => (construction === 'vertex' ? 2 * length - 1 : 2 * length + 1));
  const cells = size.reduce((product, length) => product * length, 1);
  if (cells > MOST_CELLS)
    throw new Fault('too-large', `The grid has ${cells.toLocaleString('en')} cells, more than fit into memory.`, {
      hint: 'Take every second entry along each axis.',
    });
  const strides = size.map((_, axis) => size.slice(axis + 1).reduce((product, length) => product * length, 1));
  const values = distinctValues(entries);
  const rank = new Uint32Array(cells);
  const dimension = new Uint8Array(cells);
  const base = construction === 'vertex' ? 0 : 1;
  placeEntries(rank, lengths, strides, base, entries, values);
  for (let axis = 0; axis < size.length; axis++) spread(rank, size, strides, axis, base);
  for (let axis = 0; axis < size.length; axis++) {
    const stride = strides[axis]!;
    for (let cell = 0; cell < cells; cell++)
      dimension[cell] = dimension[cell]! + ((Math.floor(cell / stride) % size[axis]!) & 1);
  }
  return { size, strides, dimension, rank, values };
}

function distinctValues(entries: ArrayLike<number>): Float64Array {
  // Adding 0 turns −0 into 0.
  const sorted = Float64Array.from(entries, value => value + 0).sort();
  if (Number.isNaN(sorted[sorted.length - 1])) throw new Fault('not-finite', 'The grid holds NaN.');
  return sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
}

function placeEntries(
  rank: Uint32Array,
  lengths: readonly number[],
  strides: readonly number[],
  base: number,
  entries: ArrayLike<number>,
  values: Float64Array,
): void {
  for (let i = 0; i < entries.length; i++) {
    let cell = 0;
    for (let axis = lengths.length - 1, rest = i; axis >= 0; axis--) {
      cell += (2 * (rest % lengths[axis]!) + base) * strides[axis]!;
      rest = Math.floor(rest / lengths[axis]!);
    }
    rank[cell] = placeOf(values, entries[i]!);
  }
}

function placeOf(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Gives the cells between entries along one axis their ranks: the maximum of both neighbours between vertices, the minimum of those there are
 * between cubes. Axes before this one are filled already, axes after it hold entries alone.
 */
function spread(
  rank: Uint32Array,
  size: readonly number[],
  strides: readonly number[],
  axis: number,
  base: number,
): void {
  const stride = strides[axis]!;
  const length = size[axis]!;
  for (let cell = 0; cell < rank.length; cell++) {
    const coordinate = Math.floor(cell / stride) % length;
    if ((coordinate & 1) === base || !onEntries(cell, size, strides, axis + 1, base)) continue;
    if (coordinate === 0) rank[cell] = rank[cell + stride]!;
    else if (coordinate === length - 1) rank[cell] = rank[cell - stride]!;
    else {
      const before = rank[cell - stride]!;
      const after = rank[cell + stride]!;
      rank[cell] = before > after === (base === 0) ? before : after;
    }
  }
}

function onEntries(
  cell: number,
  size: readonly number[],
  strides: readonly number[],
  from: number,
  base: number,
): boolean {
  for (let axis = from; axis < size.length; axis++)
    if (((Math.floor(cell / strides[axis]!) % size[axis]!) & 1) !== base) return false;
  return true;
}

/** The cells of one dimension by rank, then by place: a counting sort. */
export function cellsInOrder({ dimension, rank, values }: CubicalComplex, wanted: number): Uint32Array {
  const starts = new Uint32Array(values.length + 1);
  for (let cell = 0; cell < rank.length; cell++)
    if (dimension[cell] === wanted) starts[rank[cell]! + 1] = starts[rank[cell]! + 1]! + 1;
  for (let r = 1; r < starts.length; r++) starts[r] = starts[r]! + starts[r - 1]!;
  const order = new Uint32Array(starts[values.length]!);
  for (let cell = 0; cell < rank.length; cell++)
    if (dimension[cell] === wanted) {
      const r = rank[cell]!;
      order[starts[r]!] = cell;
      starts[r] = starts[r]! + 1;
    }
  return order;
}
