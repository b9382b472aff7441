import { Cancellation } from '../base/cancellation';
import type { PairwiseDistances } from './pairwiseDistances';
import type { PointCloud } from './pointCloud';

/**
 * The edges of a minimum spanning forest, shortest first. Their lengths are the deaths of Rips H0 (edge lengths), zeros
 * included; cutting them at a scale gives the single-linkage components there.
 */
export interface SpanningTree {
  /** Number of points. */
  readonly count: number;
  /** Ends of each edge; count − 1 of them where all points are joined. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** Ascending. */
  readonly length: Float64Array;
}

const POINTS_BETWEEN_POLLS = 64;

/**
 * Prim's algorithm over distances: O(n²) time, O(n) memory beside them. Points at infinite distance stay unjoined.
 */
export function minimumSpanningTree(distances: PairwiseDistances, cancellation = Cancellation.never): SpanningTree {
  return prim(distances.count, cancellation, (newest, outside, outsideCount, nearest, parent) => {
    for (let k = 0; k < outsideCount; k++) {
      const point = outside[k]!;
      const distance = distances.at(newest, point);
      if (distance < nearest[point]!) {
        nearest[point] = distance;
        parent[point] = newest;
      }
    }
  });
}

/** The same for Euclidean distances of a cloud, without ever holding a distance matrix: O(n²·width) time, O(n) memory. */
export function minimumSpanningTreeOfCloud(cloud: PointCloud, cancellation = Cancellation.never): SpanningTree {
  const { width, values } = cloud;
  const tree = prim(cloud.count, cancellation, (newest, outside, outsideCount, nearest, parent) => {
    const start = newest * width;
    for (let k = 0; k < outsideCount; k++) {
      const point = outside[k]!;
      const offset = point * width;
      const bound = nearest[point]!;
      let squared = 0;
      for (let c = 0; c < width; c++) {
        const difference = values[start + c]! - values[offset + c]!;
        squared += difference * difference;
      }
      if (squared < bound) {
        nearest[point] = squared;
        parent[point] = newest;
      }
    }
  });
  // Prim compares squares, which have the order of the distances; an edge's length is the root.
  return { ...tree, length: tree.length.map(Math.sqrt) };
}

/** Lets the points outside the tree know of its newest point. */
type Relax = (
  newest: number,
  outside: Uint32Array,
  outsideCount: number,
  nearest: Float64Array,
  parent: Uint32Array,
) => void;

function prim(count: number, cancellation: Cancellation, relax: Relax): SpanningTree {
  const nearest = new Float64Array(count).fill(Infinity);
  const parent = new Uint32Array(count);
  const outside = Uint32Array.from({ length: count }, (_, i) => i);
  const from = new Uint32Array(Math.max(0, count - 1));
  const to = new Uint32Array(Math.max(0, count - 1));
  const length = new Float64Array(Math.max(0, count - 1));
  let edges = 0;
  let slot = 0;
  for (let left = count; left > 0;) {
    if (left % POINTS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const newest = outside[slot]!;
    if (nearest[newest]! < Infinity) {
      from[edges] = parent[newest]!;
      to[edges] = newest;
      length[edges++] = nearest[newest]!;
    }
    // The last outside point takes the place of the newest, so that only points outside are looked at.
    outside[slot] = outside[--left]!;
    relax(newest, outside, left, nearest, parent);
    slot = 0;
    for (let k = 1; k < left; k++) {
      const a = outside[k]!;
      const b = outside[slot]!;
      // Ties go to the smaller index: the tree does not depend on the places in `outside`.
      if (nearest[a]! < nearest[b]! || (nearest[a]! === nearest[b]! && a < b)) slot = k;
    }
  }
  const order = Uint32Array.from({ length: edges }, (_, i) => i).sort((a, b) => length[a]! - length[b]! || a - b);
  return {
    count,
    from: Uint32Array.from(order, k => from[k]!),
    to: Uint32Array.from(order, k => to[k]!),
    length: Float64Array.from(order, k => length[k]!),
  };
}
