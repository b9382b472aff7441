import type { Cancellation } from '../base/cancellation';
import { NEVER, type RankedGrid } from './rankedGrid';

/** Takes a pair by the ranks of the latest vertices of its cells; a death of −1 is none. */
export type TakePair = (dimension: number, birth: number, death: number) => void;

const VERTICES_BETWEEN_POLLS = 0x3fff;

/** Steps to the neighbours along the axes: step 2·axis forwards, step 2·axis + 1 back. An edge is `6·(rank of its later vertex) + step`. */
export function stepsOf(strides: readonly number[]): Int32Array {
  return Int32Array.from(strides.flatMap(stride => [stride, -stride]));
}

/** The four squares across an axis whose latest vertex is v reach out of v along the two other axes: 12 in all, `12·rank + 4·axis + corner`. */
export const OTHER_AXES: readonly (readonly [number, number])[] = [
  [1, 2],
  [0, 2],
  [0, 1],
];

/**
 * H0 by Kruskal's algorithm over the vertices' earlier neighbours; where two components meet the younger dies. Marks the edges that join two in `joining`,
 * where it is given.
 */
export function componentPairs(
  { strides, rank, order }: RankedGrid,
  joining: Uint8Array | undefined,
  take: TakePair,
  cancellation: Cancellation,
): void {
  const steps = stepsOf(strides);
  // The root of a component is its oldest vertex.
  const parent = new Int32Array(rank.length);
  for (let vertex = 0; vertex < parent.length; vertex++) parent[vertex] = vertex;
  for (let r = 0; r < order.length; r++) {
    if ((r & VERTICES_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
    const vertex = order[r]!;
    let root = vertex;
    for (let step = 0; step < steps.length; step++) {
      const neighbour = vertex + steps[step]!;
      if (rank[neighbour]! > r) continue;
      const other = find(parent, neighbour);
      if (other === root) continue;
      const [older, younger] = rank[other]! < rank[root]! ? [other, root] : [root, other];
      parent[younger] = older;
      root = older;
      if (joining !== undefined) joining[6 * r + step] = 1;
      if (younger !== vertex) take(0, rank[younger]!, r);
    }
  }
  take(0, 0, -1);
}

/**
 * Classes of dimension d − 1 of a grid of d = 2 or 3: going down through the levels, a wall that joins two regions of top cells opens the cavity of the one
 * that is filled first. The outside is never filled. Marks the squares that open one in `opening`, where it is given.
 */
export function cavityPairs(
  { strides, rank, order }: RankedGrid,
  opening: Uint8Array | undefined,
  take: TakePair,
  cancellation: Cancellation,
): void {
  const filled = latestOfCubes(rank, strides);
  // A cube by its first vertex; 0, a corner of the surroundings, is the outside. The root of a region is its cube that is filled last.
  const parent = new Int32Array(filled.length);
  for (let cube = 0; cube < parent.length; cube++) if (filled[cube] !== NEVER) parent[cube] = cube;
  const top = strides.length - 1;
  let r = 0;
  const join = (one: number, two: number): boolean => {
    let last = find(parent, one);
    let first = find(parent, two);
    if (last === first) return false;
    if (filled[first]! > filled[last]! || (filled[first] === filled[last] && first > last))
      [last, first] = [first, last];
    parent[first] = last;
    if (filled[first] !== r) take(top, r, filled[first]!);
    return true;
  };
  for (r = order.length - 1; r >= 0; r--) {
    if ((r & VERTICES_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
    const vertex = order[r]!;
    if (top === 1) {
      for (let axis = 0; axis < 2; axis++) {
        const along = strides[axis]!;
        const across = strides[1 - axis]!;
        if (rank[vertex + along]! < r) join(vertex, vertex - across);
        if (rank[vertex - along]! < r) join(vertex - along, vertex - along - across);
      }
      continue;
    }
    for (let axis = 2; axis >= 0; axis--) {
      const [one, two] = OTHER_AXES[axis]!;
      const across = strides[axis]!;
      for (let corner = 3; corner >= 0; corner--) {
        const first = corner & 1 ? -strides[one]! : strides[one]!;
        const second = corner & 2 ? -strides[two]! : strides[two]!;
        if (rank[vertex + first]! > r || rank[vertex + second]! > r || rank[vertex + first + second]! > r) continue;
        const low = vertex + Math.min(first, 0) + Math.min(second, 0);
        if (join(low, low - across) && opening !== undefined) opening[12 * r + 4 * axis + corner] = 1;
      }
    }
  }
}

/** The largest rank among the vertices of each cube, kept at its first vertex. */
function latestOfCubes(rank: Int32Array, strides: readonly number[]): Int32Array {
  const latest = rank.slice();
  for (const stride of strides)
    for (let vertex = 0; vertex + stride < latest.length; vertex++)
      if (latest[vertex + stride]! > latest[vertex]!) latest[vertex] = latest[vertex + stride]!;
  return latest;
}

/** With path halving. */
function find(parent: Int32Array, element: number): number {
  let at = element;
  while (parent[at] !== at) {
    const above = parent[parent[at]!]!;
    parent[at] = above;
    at = above;
  }
  return at;
}
