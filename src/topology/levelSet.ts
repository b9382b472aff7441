import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { UnionFind } from './unionFind';

/** Betti numbers of a level set inside its box. */
export interface LevelSetBetti {
  readonly components: number;
  /** β1: closed curves in 2-D; in 3-D that of the surface. */
  readonly loops: number;
  /** β2 of a surface: its closed components. In 3-D alone. */
  readonly voids: number | undefined;
}

const SQUARES_BETWEEN_POLLS = 0xffff;

/**
 * Topology of the set {f = level} of a 2-D or 3-D grid whose entries are vertices, as marching squares and marching cubes (Lorensen and Cline 1987) draw it: a point
 * on every grid edge between an entry above the level and one that is not, segments across grid squares, and in 3-D a disc in every loop of segments on
 * a cube. Where a square has its corners above the level on one diagonal alone, the segments keep them apart, on both sides of a face, so that
 * the surface has no cracks. Curves and surfaces that end on the box are open. Entries at the level count as below.
 *
 * Counted, not drawn: β0 by union-find; an open curve has no loop; and for surfaces β2 is the number of closed components
 * and β1 = β0 + β2 − χ, with the Euler characteristic χ = points − segments + discs.
 * Throws `unsupported` for other dimensions, `not-finite` for NaN, `empty`.
 */
export function levelSetBetti(
  shape: readonly number[],
  entries: ArrayLike<number>,
  level = 0,
  cancellation = Cancellation.never,
): LevelSetBetti {
  if (shape.length !== 2 && shape.length !== 3)
    throw new Fault('unsupported', `A level set needs a grid of 2 or 3 dimensions, but this one has ${shape.length}.`);
  if (entries.length === 0)
    throw new Fault('empty', `The grid has shape (${shape.join(', ')}), so there is nothing in it.`);
  const above = new Uint8Array(entries.length);
  for (let i = 0; i < entries.length; i++) {
    if (Number.isNaN(entries[i])) throw new Fault('not-finite', 'The grid holds NaN.');
    above[i] = Number(entries[i]! > level);
  }
  return new LevelSet(shape, above, cancellation).betti();
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
  private readonly sets: UnionFind;
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
    this.sets = new UnionFind(this.axes * above.length);
    this.open = new Uint8Array(this.axes * above.length);
  }

  betti(): LevelSetBetti {
    this.join();
    if (this.axes === 3) this.countDiscs();
    // Marks of openness are on points: whole components inherit them.
    const openRoots = new Set<number>();
    this.open.forEach((mark, point) => {
      if (mark) openRoots.add(this.sets.find(point));
    });
    const roots = new Set<number>();
    for (let axis = 0; axis < this.axes; axis++)
      for (let vertex = 0; vertex < this.above.length; vertex++)
        if (this.crosses(vertex, axis)) {
          this.points++;
          roots.add(this.sets.find(axis * this.above.length + vertex));
        }
    const components = roots.size;
    let closed = 0;
    for (const root of roots) if (!openRoots.has(root)) closed++;
    if (this.axes === 2) return { components, loops: closed, voids: undefined };
    const characteristic = this.points - this.segments + this.discs;
    return { components, loops: components + closed - characteristic, voids: closed };
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
    const { axes, above, shape, sets, open } = this;
    for (let first = 0; first < axes; first++)
      for (let second = first + 1; second < axes; second++) {
        const third = 3 - first - second;
        for (let vertex = 0; vertex < above.length; vertex++) {
          if ((vertex & SQUARES_BETWEEN_POLLS) === 0) this.cancellation.throwIfCancelled();
          for (const [a, b] of this.segmentsOf(vertex, first, second)) {
            this.segments++;
            const [from, to] = [this.pointOn(vertex, first, second, a), this.pointOn(vertex, first, second, b)];
            sets.union(from, to);
            if (axes < 3) continue;
            const depth = this.coordinate(vertex, third);
            if (depth === 0 || depth === shape[third]! - 1) open[from] = 1;
          }
        }
      }
    // A curve ends where its point's edge lies in the border of the box.
    for (let axis = 0; axis < axes; axis++)
      for (let vertex = 0; vertex < above.length; vertex++)
        if (this.crosses(vertex, axis) && this.onBorder(vertex, axis)) open[axis * above.length + vertex] = 1;
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

  /** A disc for every loop of segments on the faces of a cube: the loops are the components of their points. */
  private countDiscs(): void {
    const { above, shape, strides } = this;
    for (let vertex = 0; vertex < above.length; vertex++) {
      if ((vertex & SQUARES_BETWEEN_POLLS) === 0) this.cancellation.throwIfCancelled();
      if ([0, 1, 2].some(axis => this.coordinate(vertex, axis) + 1 >= shape[axis]!)) continue;
      const neighbours = new Map<number, number[]>();
      const link = (a: number, b: number) => {
        const list = neighbours.get(a);
        if (list === undefined) neighbours.set(a, [b]);
        else list.push(b);
      };
      for (let first = 0; first < 3; first++)
        for (let second = first + 1; second < 3; second++)
          for (const base of [vertex, vertex + strides[3 - first - second]!])
            for (const [a, b] of this.segmentsOf(base, first, second)) {
              const [from, to] = [this.pointOn(base, first, second, a), this.pointOn(base, first, second, b)];
              link(from, to);
              link(to, from);
            }
      // Every point is on two segments of the cube: walk each loop once.
      const seen = new Set<number>();
      for (const start of neighbours.keys()) {
        if (seen.has(start)) continue;
        this.discs++;
        const queue = [start];
        seen.add(start);
        for (let point = queue.pop(); point !== undefined; point = queue.pop())
          for (const next of neighbours.get(point)!)
            if (!seen.has(next)) {
              seen.add(next);
              queue.push(next);
            }
      }
    }
  }
}
