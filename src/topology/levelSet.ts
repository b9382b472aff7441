import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatBytes, formatShape } from '../base/numbers';

/** Betti numbers of a level set inside its box. */
export interface LevelSetBetti {
  readonly components: number;
  /** β1: closed curves in 2-D; in 3-D that of the surface. */
  readonly loops: number;
  /** β2 of a surface: its closed components. In 3-D alone. */
  readonly voids: number | undefined;
}

const STEPS_BETWEEN_POLLS = 1 << 14;
const DEFAULT_LIMIT_BYTES = 4 * 2 ** 30;

/**
 * Topology of the set {f = level} of a 2-D or 3-D grid whose entries are vertices, as marching squares and marching cubes (Lorensen and Cline 1987) draw it: a point
 * on every grid edge between an entry above the level and one that is not, segments across grid squares, and in 3-D a disc in every loop of segments on
 * a cube. Where a square has its corners above the level on one diagonal alone, the segments keep them apart, on both sides of a face, so that
 * the surface has no cracks. Curves and surfaces that end on the box are open. Entries at the level count as below.
 *
 * Counted, not drawn: β0 by union-find; an open curve has no loop; and for surfaces β2 is the number of closed components
 * and β1 = β0 + β2 − χ, with the Euler characteristic χ = points − segments + discs.
 * Takes 11 bytes an entry in the plane, 16 in space. Throws `unsupported` for other dimensions, `not-finite` for NaN, `too-large`, `empty`.
 */
export function levelSetBetti(
  shape: readonly number[],
  entries: ArrayLike<number>,
  level = 0,
  cancellation = Cancellation.never,
  memoryLimitBytes = DEFAULT_LIMIT_BYTES,
): LevelSetBetti {
  if (shape.length !== 2 && shape.length !== 3)
    throw new Fault('unsupported', `A level set needs a grid of 2 or 3 dimensions, but this one has ${shape.length}.`);
  if (entries.length === 0)
    throw new Fault('empty', `The grid has shape (${shape.join(', ')}), so there is nothing in it.`);
  refuseWhatDoesNotFit(shape, entries.length, memoryLimitBytes);
  const above = new Uint8Array(entries.length);
  for (let i = 0; i < entries.length; i++) {
    if (i % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    if (Number.isNaN(entries[i])) throw new Fault('not-finite', 'The grid holds NaN.');
    above[i] = Number(entries[i]! > level);
  }
  return new LevelSet(shape, above, cancellation).betti();
}

/** Of an entry: whether it is above, and for each axis a point with its set and whether that ends on the box. */
function refuseWhatDoesNotFit(shape: readonly number[], count: number, limit: number): void {
  const bytesOf = (entries: number) => entries * (1 + 5 * shape.length);
  const fits = (entries: number) => bytesOf(entries) <= limit && shape.length * entries < 2 ** 31;
  if (fits(count)) return;
  const thinned = (step: number) => shape.map(length => Math.ceil(length / step));
  let step = 2;
  while (step < count && !fits(thinned(step).reduce((product, length) => product * length, 1))) step++;
  throw new Fault(
    'too-large',
    `The level set of a grid of ${formatShape(shape)} takes ${formatBytes(bytesOf(count))}; there are ${formatBytes(Math.min(limit, 2 ** 31 * 5))}.`,
    {
      hint: `Take every ${step === 2 ? 'second' : `${step}th`} entry along each axis: ${formatShape(thinned(step))} would fit.`,
    },
  );
}

/** Two ends of each segment on a square, as edges of the square 0 … 3: 0 and 2 along its first axis (low and high side), 1 and 3 along its second (high and low). */
type Segments = readonly (readonly [number, number])[];

/**
 *     corner 3 ––edge 2–– corner 2        first axis →
 *        |                   |            second axis ↑
 *      edge 3              edge 1
 *        |                   |
 *     corner 0 ––edge 0–– corner 1
 *
 * For each set of corners above (bit k is corner k), the segments.
 */
const SEGMENTS: readonly Segments[] = Array.from({ length: 16 }, (_, corners): Segments => {
  const isAbove = (corner: number) => (corners >> (corner & 3)) & 1;
  const crossed = [0, 1, 2, 3].filter(edge => isAbove(edge) !== isAbove(edge + 1));
  if (crossed.length === 0) return [];
  if (crossed.length === 2) return [[crossed[0]!, crossed[1]!]];
  // A saddle: each corner above is cut off by itself, between the edge before it and the edge after it.
  return [0, 1, 2, 3].flatMap((corner): Segments => (isAbove(corner) ? [[(corner + 3) & 3, corner]] : []));
});

class LevelSet {
  private readonly strides: readonly number[];
  private readonly axes: number;
  /** Points of the level set are named by axis · entries + the vertex at the low end of their grid edge. */
  private readonly parent: Int32Array;
  private readonly open: Uint8Array;
  private points = 0;
  private segments = 0;
  private discs = 0;

  constructor(
    private readonly shape: readonly number[],
    private readonly above: Uint8Array,
    private readonly cancellation: Cancellation,
  ) {
    this.axes = shape.length;
    this.strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
    this.parent = new Int32Array(this.axes * above.length);
    for (let point = 0; point < this.parent.length; point++) {
      this.poll(point);
      this.parent[point] = point;
    }
    this.open = new Uint8Array(this.axes * above.length);
  }

  betti(): LevelSetBetti {
    this.join();
    if (this.axes === 3) this.countDiscs();
    // Marks of openness are on points: roots inherit them for their component.
    const { parent, open, above } = this;
    for (let point = 0; point < open.length; point++) {
      this.poll(point);
      if (open[point]) open[this.find(point)] = 1;
    }
    let components = 0;
    let closed = 0;
    for (let axis = 0; axis < this.axes; axis++)
      for (let vertex = 0; vertex < above.length; vertex++) {
        this.poll(vertex);
        if (!this.crosses(vertex, axis)) continue;
        this.points++;
        const point = axis * above.length + vertex;
        if (parent[point] !== point) continue;
        components++;
        if (!open[point]) closed++;
      }
    if (this.axes === 2) return { components, loops: closed, voids: undefined };
    const characteristic = this.points - this.segments + this.discs;
    return { components, loops: components + closed - characteristic, voids: closed };
  }

  private poll(step: number): void {
    if (step % STEPS_BETWEEN_POLLS === 0) this.cancellation.throwIfCancelled();
  }

  /** With path halving: sets are joined in the order of the grid, so that ways stay short. */
  private find(point: number): number {
    const { parent } = this;
    let at = point;
    while (parent[at] !== at) {
      const next = parent[parent[at]!]!;
      parent[at] = next;
      at = next;
    }
    return at;
  }

  private coordinate(vertex: number, axis: number): number {
    return Math.floor(vertex / this.strides[axis]!) % this.shape[axis]!;
  }

  /** Whether the grid edge from this vertex along the axis is there and has a point of the level set. */
  private crosses(vertex: number, axis: number): boolean {
    return (
      this.coordinate(vertex, axis) + 1 < this.shape[axis]! &&
      this.above[vertex] !== this.above[vertex + this.strides[axis]!]
    );
  }

  /** Joins the points on every grid square; marks what ends on the box. */
  private join(): void {
    const { axes, above, shape, open } = this;
    for (let first = 0; first < axes; first++)
      for (let second = first + 1; second < axes; second++) {
        const third = 3 - first - second;
        for (let vertex = 0; vertex < above.length; vertex++) {
          this.poll(vertex);
          for (const [a, b] of this.segmentsOf(vertex, first, second)) {
            this.segments++;
            const [from, to] = [this.pointOn(vertex, first, second, a), this.pointOn(vertex, first, second, b)];
            this.parent[this.find(to)] = this.find(from);
            if (axes < 3) continue;
            const depth = this.coordinate(vertex, third);
            if (depth === 0 || depth === shape[third]! - 1) open[from] = 1;
          }
        }
      }
    // A curve ends where its point's edge lies in the border of the box.
    for (let axis = 0; axis < axes; axis++)
      for (let vertex = 0; vertex < above.length; vertex++) {
        this.poll(vertex);
        if (this.crosses(vertex, axis) && this.onBorder(vertex, axis)) open[axis * above.length + vertex] = 1;
      }
  }

  private onBorder(vertex: number, axis: number): boolean {
    for (let other = 0; other < this.axes; other++) {
      if (other === axis) continue;
      const coordinate = this.coordinate(vertex, other);
      if (coordinate === 0 || coordinate === this.shape[other]! - 1) return true;
    }
    return false;
  }

  private segmentsOf(vertex: number, first: number, second: number): Segments {
    if (this.coordinate(vertex, first) + 1 >= this.shape[first]!) return [];
    if (this.coordinate(vertex, second) + 1 >= this.shape[second]!) return [];
    const along = this.strides[first]!;
    const up = this.strides[second]!;
    const { above } = this;
    const corners =
      above[vertex]! | (above[vertex + along]! << 1) | (above[vertex + along + up]! << 2) | (above[vertex + up]! << 3);
    return SEGMENTS[corners]!;
  }

  private pointOn(vertex: number, first: number, second: number, edge: number): number {
    const low = edge === 1 ? vertex + this.strides[first]! : edge === 2 ? vertex + this.strides[second]! : vertex;
    return (edge === 0 || edge === 2 ? first : second) * this.above.length + low;
  }

  /** A disc for every loop of segments on the faces of a cube. */
  private countDiscs(): void {
    const { above, strides } = this;
    const [depth, height] = strides as [number, number];
    for (let vertex = 0; vertex + depth + height + 1 < above.length; vertex++) {
      this.poll(vertex);
      if ([0, 1, 2].some(axis => this.coordinate(vertex, axis) + 1 >= this.shape[axis]!)) continue;
      let corners = 0;
      for (let corner = 0; corner < 8; corner++)
        corners |= above[vertex + (corner & 1) * depth + ((corner >> 1) & 1) * height + (corner >> 2)]! << corner;
      this.discs += DISCS[corners]!;
    }
  }
}

/** Of the corners of a cube that are above (bit k: forwards along axis a where bit a of k is set), the loops of the segments on its faces. */
const DISCS = Uint8Array.from({ length: 256 }, (_, corners) => {
  const at = (corner: number) => (corners >> corner) & 1;
  const neighbours = new Map<string, string[]>();
  const link = (one: string, other: string) => neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
  for (let first = 0; first < 3; first++)
    for (let second = first + 1; second < 3; second++)
      for (const base of [0, 1 << (3 - first - second)]) {
        const [along, up] = [1 << first, 1 << second];
        const square = [base, base + along, base + along + up, base + up];
        const name = (edge: number) => [square[edge]!, square[(edge + 1) & 3]!].sort((a, b) => a - b).join('–');
        const key = square.reduce((bits, corner, k) => bits | (at(corner) << k), 0);
        for (const [a, b] of SEGMENTS[key]!) {
          link(name(a), name(b));
          link(name(b), name(a));
        }
      }
  // Every point is on two segments of the cube: walk each loop once.
  let loops = 0;
  const seen = new Set<string>();
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    loops++;
    const queue = [start];
    for (let point = queue.pop(); point !== undefined; point = queue.pop()) {
      seen.add(point);
      queue.push(...neighbours.get(point)!.filter(next => !seen.has(next)));
    }
  }
  return loops;
});
