import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { cellsInOrder, cubicalComplex, type CubicalComplex, type CubicalConstruction } from './cubicalComplex';
import { reduceLoops } from './cubicalLoops';
import type { PersistenceDiagram } from './diagram';

export interface CubicalOptions {
  readonly construction: CubicalConstruction;
  /** Persistence of superlevel sets: births are above deaths, and essential classes die at −∞. */
  readonly superlevel?: boolean;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

const CELLS_BETWEEN_POLLS = 0xffff;

/** Takes a pair of ranks; a death of −1 is none. */
export type TakePair = (dimension: number, birth: number, death: number) => void;

/**
 * Persistent homology over Z/2 of the sublevel (or superlevel) sets of a grid of 1 to 3 dimensions d, in dimensions 0 … d − 1.
 *
 * H0 is a spanning forest of vertices and edges. H of dimension d − 1 is a spanning forest of the dual graph, whose nodes are the top cells and the outside and
 * whose edges are the cells between them, latest first (Alexander duality; Garin, Heiss, Maggs, Bleile, Robins 2020). What is left in 3-D, H1, is reduced,
 * with the columns and rows that the two forests have settled left out.
 *
 * Throws `unsupported` for other dimensions, `not-finite` for NaN, `too-large`, `empty`.
 */
export function cubicalPersistence(
  shape: readonly number[],
  entries: ArrayLike<number>,
  options: CubicalOptions,
): PersistenceDiagram {
  if (shape.length < 1 || shape.length > 3)
    throw new Fault('unsupported', `A grid must have 1 to 3 dimensions, but this one has ${shape.length}.`, {
      hint: 'Take a slice of it.',
    });
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  const superlevel = options.superlevel ?? false;
  progress(0, 'building the cells');
  const upright = superlevel ? Float64Array.from(entries, value => -value) : entries;
  const complex = cubicalComplex(shape, upright, options.construction);
  const top = complex.size.length;

  const pairs: { dimension: number; birth: number; death: number }[] = [];
  const take: TakePair = (dimension, birth, death) => {
    if (birth !== death) pairs.push({ dimension, birth, death });
  };
  progress(0.2, 'components');
  const edges = cellsInOrder(complex, 1);
  const joining = componentPairs(complex, edges, take, cancellation);
  if (top >= 2) {
    progress(0.4, top === 2 ? 'loops' : 'voids');
    const walls = top === 2 ? edges : cellsInOrder(complex, top - 1);
    const opening = dualPairs(complex, walls, take, cancellation);
    if (top === 3) {
      progress(0.6, 'loops');
      reduceLoops(complex, { edges, joining, squares: walls, opening }, take, cancellation);
    }
  }

  const valueOf = (rank: number) => (superlevel ? 0 - complex.values[rank]! : complex.values[rank]!);
  const never = superlevel ? -Infinity : Infinity;
  const points = pairs.map(({ dimension, birth, death }) => ({
    dimension,
    birth: valueOf(birth),
    death: death < 0 ? never : valueOf(death),
  }));
  // By dimension, birth and death as numbers, essential classes last.
  const lateness = (death: number) => (death === never ? Infinity : death);
  points.sort(
    (a, b) =>
      a.dimension - b.dimension ||
      a.birth - b.birth ||
      (a.death === b.death ? 0 : lateness(a.death) - lateness(b.death)),
  );
  return {
    dimension: Uint8Array.from(points, point => point.dimension),
    birth: Float64Array.from(points, point => point.birth),
    death: Float64Array.from(points, point => point.death),
  };
}

/** H0 by Kruskal; where two components meet the younger dies. Says of each edge whether it joined two. */
function componentPairs(
  { size, strides, rank, dimension }: CubicalComplex,
  edges: Uint32Array,
  take: TakePair,
  cancellation: Cancellation,
): Uint8Array {
  // The root of a component is its oldest vertex: the lowest rank, then the first place.
  const parent = Int32Array.from(rank, (_, cell) => cell);
  const joining = new Uint8Array(edges.length);
  edges.forEach((edge, k) => {
    if ((k & CELLS_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
    const stride = strides[axisOfParity(edge, size, strides, 1)]!;
    let older = find(parent, edge - stride);
    let younger = find(parent, edge + stride);
    if (older === younger) return;
    if (rank[older]! > rank[younger]! || (rank[older] === rank[younger] && older > younger))
      [older, younger] = [younger, older];
    parent[younger] = older;
    joining[k] = 1;
    take(0, rank[younger]!, rank[edge]!);
  });
  for (let cell = 0; cell < rank.length; cell++)
    if (dimension[cell] === 0 && parent[cell] === cell) take(0, rank[cell]!, -1);
  return joining;
}

/**
 * Classes of the highest dimension: going down through the levels, a wall that joins two regions of top cells opens the cavity of the one that
 * is filled first. The outside is never filled. Says of each wall whether it joined two.
 */
function dualPairs(
  { size, strides, rank }: CubicalComplex,
  walls: Uint32Array,
  take: TakePair,
  cancellation: Cancellation,
): Uint8Array {
  const outside = rank.length;
  const parent = Int32Array.from({ length: outside + 1 }, (_, cell) => cell);
  const opening = new Uint8Array(walls.length);
  for (let k = walls.length - 1; k >= 0; k--) {
    if ((k & CELLS_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
    const wall = walls[k]!;
    const axis = axisOfParity(wall, size, strides, 0);
    const stride = strides[axis]!;
    const coordinate = Math.floor(wall / stride) % size[axis]!;
    // The root of a region is its top cell that comes last.
    let last = find(parent, coordinate === 0 ? outside : wall - stride);
    let first = find(parent, coordinate === size[axis]! - 1 ? outside : wall + stride);
    if (last === first) continue;
    if (
      first === outside ||
      (last !== outside && (rank[first]! > rank[last]! || (rank[first] === rank[last] && first > last)))
    )
      [last, first] = [first, last];
    parent[first] = last;
    opening[k] = 1;
    take(size.length - 1, rank[wall]!, rank[first]!);
  }
  return opening;
}

/** The first axis in which the cell's coordinate is even (0) or odd (1). */
function axisOfParity(cell: number, size: readonly number[], strides: readonly number[], parity: number): number {
  for (let axis = 0; ; axis++) if (((Math.floor(cell / strides[axis]!) % size[axis]!) & 1) === parity) return axis;
}

function find(parent: Int32Array, cell: number): number {
  while (parent[cell] !== cell) {
    parent[cell] = parent[parent[cell]!]!;
    cell = parent[cell]!;
  }
  return cell;
}
