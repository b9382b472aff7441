import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatBytes, formatCount, formatShape } from '../base/numbers';
import { radixOrder } from './radixOrder';

/** Whether the entries of a grid are vertices (a cell has the maximum of its vertices) or top-dimensional cubes (a face has the minimum of its cubes). */
export type CubicalConstruction = 'vertex' | 'cell';
export const CUBICAL_CONSTRUCTIONS: readonly CubicalConstruction[] = ['vertex', 'cell'];

/** Rank of the vertices around the grid: above all others, so that no cell with one of them is ever there. */
export const NEVER = 0x7fffffff;

/**
 * The vertices of a grid in one total order, surrounded by vertices that are never there: no loop over neighbours has to look where the grid ends.
 *
 * Cubes that are entries are turned into vertices by Alexander duality (Garin, Heiss, Maggs, Bleile, Robins 2020): the complement of the cubes up to a level
 * are the vertices above it, with a layer around them that is there from the start.
 */
export interface RankedGrid {
  /** Per axis that is longer than one vertex; 0 to 3. */
  readonly strides: readonly number[];
  /** Of each vertex, the surrounding ones among them: its place in `order`, or NEVER. */
  readonly rank: Int32Array;
  /** Vertices, first to last. */
  readonly order: Int32Array;
  /** Of each rank: the entry it stands for, −1 in the layer around cubes. */
  readonly entry: Int32Array;
  /** Whether vertices stand for cubes. */
  readonly dual: boolean;
}

/** So that 12 squares a vertex are whole numbers of 32 bits, and a dimension and two ranks one double. */
const MOST_VERTICES = 50_000_000;

interface Layout {
  readonly lengths: readonly number[];
  readonly dual: boolean;
  /** Layers around: one that is never there, and around cubes one that always is. */
  readonly layers: number;
  readonly padded: readonly number[];
  readonly vertices: number;
}

function layoutOf(shape: readonly number[], construction: CubicalConstruction): Layout {
  // Vertices along an axis of length 1 have no intervals between them. On a line cubes and vertices come to the same.
  const dual = construction === 'cell' && shape.length > 1;
  const lengths = dual ? shape : shape.filter(length => length > 1);
  const layers = dual ? 2 : 1;
  const padded = lengths.map(length => length + 2 * layers);
  return { lengths, dual, layers, padded, vertices: padded.reduce((product, length) => product * length, 1) };
}

/** About how much memory persistence of such a grid takes, in bytes, beside the entries themselves. */
export function cubicalMemoryBytes(shape: readonly number[], construction: CubicalConstruction): number {
  const { vertices, lengths } = layoutOf(shape, construction);
  // Sorting: keys, two orders. Then order, rank and entry, forests and pairs; in 3-D marks of 6 edges and 12 squares and the pivots of the edges.
  return vertices * (lengths.length === 3 ? 12 + 20 + 18 + 24 + 16 : 12 + 20 + 24);
}

/** Throws `too-large`, `not-finite` for NaN, `empty`, and `shape-mismatch` where values and shape do not fit. */
export function rankedGrid(
  shape: readonly number[],
  entries: ArrayLike<number>,
  construction: CubicalConstruction,
  superlevel: boolean,
  memoryLimitBytes: number,
  cancellation: Cancellation,
): RankedGrid {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) throw new Fault('empty', `The grid has shape (${shape.join(', ')}), so there is nothing in it.`);
  if (entries.length !== count)
    throw new Fault(
      'shape-mismatch',
      `A grid of shape (${shape.join(', ')}) has ${formatCount(count)} entries, not ${formatCount(entries.length)}.`,
    );
  const layout = layoutOf(shape, construction);
  const { dual, layers, lengths, padded, vertices } = layout;
  const needed = cubicalMemoryBytes(shape, construction);
  if (needed > memoryLimitBytes || vertices > MOST_VERTICES) throw tooLarge(shape, needed, memoryLimitBytes);
  const strides = padded.map((_, axis) => padded.slice(axis + 1).reduce((product, length) => product * length, 1));
  const sorted = ascending(entries, superlevel !== dual);
  cancellation.throwIfCancelled();

  const vertexOfEntry = innerVertices(lengths, strides, layers);
  const around = dual ? layerVertices(lengths, strides) : new Int32Array(0);
  const rank = new Int32Array(vertices).fill(NEVER);
  const order = new Int32Array(around.length + count);
  const entry = new Int32Array(order.length).fill(-1);
  order.set(around);
  around.forEach((vertex, r) => {
    rank[vertex] = r;
  });
  for (let k = 0, r = around.length; k < count; k++, r++) {
    const vertex = vertexOfEntry[sorted[k]!]!;
    entry[r] = sorted[k]!;
    order[r] = vertex;
    rank[vertex] = r;
  }
  return { strides, rank, order, entry, dual };
}

function tooLarge(shape: readonly number[], needed: number, limit: number): Fault {
  const step = Math.max(2, Math.ceil((needed / limit) ** (1 / shape.length)));
  return new Fault(
    'too-large',
    `Persistence of a grid of ${formatShape(shape)} takes about ${formatBytes(needed)}; there are ${formatBytes(limit)}.`,
    {
      hint: `Take every ${step === 2 ? 'second' : `${step}th`} entry along each axis: that would fit.`,
    },
  );
}

/** A run of keys with equal upper halves that is no longer than this is sorted by insertion. */
const SHORT_RUN = 48;

/** Entries in order of their values, or of their negatives; of equal ones the first first. Sorts by the upper halves of the doubles, then within equal ones. */
function ascending(entries: ArrayLike<number>, negated: boolean): Uint32Array {
  const count = entries.length;
  const keys = new Float64Array(count);
  const bits = new Uint32Array(keys.buffer);
  const upper = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const value = entries[i]!;
    if (Number.isNaN(value)) throw new Fault('not-finite', 'The grid holds NaN.');
    // Adding 0 turns −0 into 0.
    keys[i] = (negated ? -value : value) + 0;
    // Bits of doubles that are ordered as whole numbers: negative ones turned over, the sign of the others set. Little-endian.
    const high = bits[2 * i + 1]!;
    if (high >>> 31) {
      bits[2 * i] = ~bits[2 * i]!;
      bits[2 * i + 1] = ~high;
    } else bits[2 * i + 1] = high ^ 0x80000000;
    upper[i] = bits[2 * i + 1]!;
  }
  const order = orderOfWords(upper);
  for (let from = 0, to = 1; from < count; from = to++) {
    const word = bits[2 * order[from]! + 1]!;
    while (to < count && bits[2 * order[to]! + 1] === word) to++;
    // Insertion keeps equal ones in order, and is through at once where all are equal.
    for (let k = from + 1; k < to; k++) {
      const moving = order[k]!;
      const low = bits[2 * moving]!;
      let at = k;
      for (; at > from && bits[2 * order[at - 1]!]! > low; at--) order[at] = order[at - 1]!;
      order[at] = moving;
      if (k - at > SHORT_RUN) return radixOrder(keys, count);
    }
  }
  return order;
}

const DIGIT_BITS = 11;

/** The order of whole numbers of 32 bits, equal ones in order: three passes that carry the numbers along, so that memory is read from first to last. */
function orderOfWords(given: Uint32Array<ArrayBuffer>): Uint32Array {
  let words = given;
  const count = given.length;
  const places = new Uint32Array(1 << DIGIT_BITS);
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let [spareOrder, spareWords] = [new Uint32Array(count), new Uint32Array(count)];
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    const mask = places.length - 1;
    places.fill(0);
    for (let k = 0; k < count; k++) places[(words[k]! >>> shift) & mask]!++;
    for (let digit = 0, place = 0; digit < places.length; digit++) {
      const size = places[digit]!;
      places[digit] = place;
      place += size;
    }
    for (let k = 0; k < count; k++) {
      const word = words[k]!;
      const place = places[(word >>> shift) & mask]!++;
      spareWords[place] = word;
      spareOrder[place] = order[k]!;
    }
    [order, spareOrder, words, spareWords] = [spareOrder, order, spareWords, words];
  }
  return order;
}

/** Of each entry: its vertex. */
function innerVertices(lengths: readonly number[], strides: readonly number[], layers: number): Int32Array {
  let vertices = Int32Array.of(strides.reduce((sum, stride) => sum + layers * stride, 0));
  lengths.forEach((length, axis) => {
    const next = new Int32Array(vertices.length * length);
    for (let i = 0, k = 0; i < vertices.length; i++)
      for (let step = 0; step < length; step++) next[k++] = vertices[i]! + step * strides[axis]!;
    vertices = next;
  });
  return vertices;
}

/** The layer of vertices right around the entries. */
function layerVertices(lengths: readonly number[], strides: readonly number[]): Int32Array {
  const wider = lengths.map(length => length + 2);
  const all = innerVertices(wider, strides, 1);
  return all.filter((_, i) => {
    for (let axis = wider.length - 1, rest = i; axis >= 0; axis--) {
      const coordinate = rest % wider[axis]!;
      if (coordinate === 0 || coordinate === wider[axis]! - 1) return true;
      rest = Math.floor(rest / wider[axis]!);
    }
    return false;
  });
}
