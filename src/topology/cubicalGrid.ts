import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatBytes, formatCount, formatShape } from '../base/numbers';

/** Whether the entries of a grid are vertices (a cell has the maximum of its vertices) or top-dimensional cubes (a face has the minimum of its cubes). */
export type CubicalConstruction = 'vertex' | 'cell';
export const CUBICAL_CONSTRUCTIONS: readonly CubicalConstruction[] = ['vertex', 'cell'];

/** The corner of what surrounds the grid stands for all of it. */
export const OUTSIDE = 0;

/**
 * A filtered grid of vertices of 2 or 3 dimensions; a line is a plane of one row. Vertices come in the order of their values, equal ones in the order of the grid, so that no
 * two come at once. Around them lies a layer of vertices that never come: no loop over neighbours has to look where the grid ends.
 *
 * Cubes that are entries are turned into vertices by Alexander duality (Garin, Heiss, Maggs, Bleile, Robins 2020): the complement of the cubes up to a level
 * are the vertices above it, with a layer around them that is there from the start.
 */
export interface CubicalGrid {
  /** Per axis; the last is 1. */
  readonly strides: readonly number[];
  /** In C order; NaN, which is never less than anything, for the vertices that never come, −∞ in the layer around cubes. Negated where the filtration goes down. */
  readonly values: Float64Array;
  /** Whether vertices stand for cubes. */
  readonly dual: boolean;
  /** The entry a vertex stands for, −1 in the layer around cubes. */
  readonly entryOf: (vertex: number) => number;
}

/** So that the 12 squares of a vertex are whole numbers of 32 bits. */
const MOST_VERTICES = Math.floor(2 ** 31 / 12);
const STEPS_BETWEEN_POLLS = 1 << 16;

interface Layout {
  readonly lengths: readonly number[];
  readonly dual: boolean;
  /** Layers around: one that never comes, and around cubes one that always is there. */
  readonly layers: number;
  readonly padded: readonly number[];
  readonly vertices: number;
}

function layoutOf(shape: readonly number[], construction: CubicalConstruction): Layout {
  // Vertices along an axis of length 1 have no intervals between them. On a line cubes and vertices come to the same.
  const dual = construction === 'cell' && shape.length > 1;
  const lengths = dual ? [...shape] : shape.filter(length => length > 1);
  while (lengths.length < 2) lengths.unshift(1);
  const layers = dual ? 2 : 1;
  const padded = lengths.map(length => length + 2 * layers);
  return { lengths, dual, layers, padded, vertices: padded.reduce((product, length) => product * length, 1) };
}

/** Of a vertex: its value and the ways down and up; in space its link, and what becomes of 6 edges. */
const PLANE_BYTES = 16;
const SPACE_BYTES = 44;
/** Of a saddle: its place in a list that grows, its key and the order of keys; and of a pair, which most make, the same and what is returned. */
const SADDLE_BYTES = 115;
/** Saddles a vertex in white noise, as measured. */
const SADDLES_OF_NOISE = { plane: 0.31, space: 0.36 };

/** About how much memory persistence of such a grid takes where it holds noise, in bytes, beside the entries themselves. A smooth grid takes a third of it. */
export function cubicalMemoryBytes(shape: readonly number[], construction: CubicalConstruction): number {
  const { vertices, lengths } = layoutOf(shape, construction);
  const share = lengths.length === 3 ? SADDLES_OF_NOISE.space : SADDLES_OF_NOISE.plane;
  return memoryOf(vertices, lengths.length, Math.ceil(share * vertices));
}

function memoryOf(vertices: number, dimensions: number, saddles: number): number {
  return vertices * (dimensions === 3 ? SPACE_BYTES : PLANE_BYTES) + saddles * SADDLE_BYTES;
}

/** Says what a run is about to take, as soon as it is known; throws `too-large` where it does not fit, with what would. */
export class CubicalMemory {
  private readonly layout: Layout;

  constructor(
    private readonly shape: readonly number[],
    private readonly construction: CubicalConstruction,
    private readonly limitBytes: number,
  ) {
    this.layout = layoutOf(shape, construction);
  }

  /** Before anything is taken. */
  forGrid(): void {
    const { vertices } = this.layout;
    if (vertices > MOST_VERTICES)
      throw new Fault(
        'too-large',
        `A grid of ${formatShape(this.shape)} has ${formatCount(vertices)} vertices with those around it; there may be ${formatCount(MOST_VERTICES)}.`,
        { hint: this.hint(vertices, MOST_VERTICES) },
      );
    this.forSaddles(0);
  }

  /** Once the saddles are known; in space also what the columns of the loops have come to, of which nobody knows beforehand how long they get. */
  forSaddles(saddles: number, columnBytes = 0): void {
    const { vertices, lengths } = this.layout;
    const needed = memoryOf(vertices, lengths.length, saddles) + columnBytes;
    if (needed <= this.limitBytes) return;
    throw new Fault(
      'too-large',
      `Persistence of a grid of ${formatShape(this.shape)} takes about ${formatBytes(needed)}; there are ${formatBytes(this.limitBytes)}.`,
      { hint: this.hint(needed, this.limitBytes) },
    );
  }

  /** What is needed goes with the number of vertices. */
  private hint(needed: number, limit: number): string {
    const most = (this.layout.vertices * limit) / needed;
    const thinned = (step: number) => this.shape.map(length => Math.ceil(length / step));
    const longest = this.shape.reduce((a, b) => Math.max(a, b));
    let step = 2;
    while (step < longest && layoutOf(thinned(step), this.construction).vertices > most) step++;
    return `Take every ${step === 2 ? 'second' : `${step}th`} entry along each axis: ${formatShape(thinned(step))} would fit.`;
  }
}

/** As many entries as the shape says, and at least one. Throws `not-finite` for NaN. */
export function cubicalGrid(
  shape: readonly number[],
  entries: ArrayLike<number>,
  construction: CubicalConstruction,
  superlevel: boolean,
  cancellation: Cancellation,
): CubicalGrid {
  const { dual, layers, lengths, padded, vertices } = layoutOf(shape, construction);
  const strides = padded.map((_, axis) => padded.slice(axis + 1).reduce((product, length) => product * length, 1));
  const values = new Float64Array(vertices).fill(NaN);
  const wider = lengths.map(length => length + 2);
  if (dual) forEachRow(wider, strides, 1, (from, length) => values.fill(-Infinity, from, from + length));
  const sign = superlevel === dual ? 1 : -1;
  let entry = 0;
  forEachRow(lengths, strides, layers, (from, length) => {
    for (let vertex = from; vertex < from + length; vertex++, entry++) {
      if (entry % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
      const value = sign * entries[entry]!;
      if (Number.isNaN(value)) throw new Fault('not-finite', 'The grid holds NaN.');
      // Adding 0 turns −0 into 0. The layer around cubes comes before them all.
      values[vertex] = dual && value === -Infinity ? -Number.MAX_VALUE : value + 0;
    }
  });
  const entryOf = (vertex: number): number => {
    let index = 0;
    let rest = vertex;
    for (let axis = 0; axis < strides.length; axis++) {
      const coordinate = Math.floor(rest / strides[axis]!);
      rest -= coordinate * strides[axis]!;
      if (coordinate < layers || coordinate >= layers + lengths[axis]!) return -1;
      index = index * lengths[axis]! + coordinate - layers;
    }
    return index;
  };
  return { strides, values, dual, entryOf };
}

/** Calls with the first vertex of each row along the last axis, and its length. */
function forEachRow(
  lengths: readonly number[],
  strides: readonly number[],
  layers: number,
  visit: (from: number, length: number) => void,
): void {
  const along = lengths.length - 1;
  const length = lengths[along]!;
  const walk = (axis: number, from: number) => {
    if (axis === along) return visit(from + layers, length);
    for (let k = 0; k < lengths[axis]!; k++) walk(axis + 1, from + (k + layers) * strides[axis]!);
  };
  walk(0, 0);
}
