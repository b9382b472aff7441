import type { Cancellation } from '../base/cancellation';
import type { Random } from '../base/random';
import { LightestForest, type WeightedEdges, joinEdges } from './lightestForest';
import { partition } from './partition';
import { squaredBelow } from './pointDistances';
import type { PointCloud } from './pointCloud';

/** Points in a leaf, all of whose distances are looked at. */
const LEAF = 192;
const ROUNDS = 3;

/**
 * A spanning tree of a cloud that is not far from a minimum one, in a small share of the time: the cloud is halved, again and again, along the line through two of its
 * points (random projection trees; Dasgupta, Freund 2008) down to leaves, whose own minimum spanning trees are taken; several times over, so that neighbours
 * that one halving parted meet in another. Weights are squared distances.
 */
export function roughForest(cloud: PointCloud, random: Random, cancellation: Cancellation): LightestForest {
  const { count } = cloud;
  const lists: WeightedEdges[] = [];
  const rounds = count <= LEAF ? 1 : ROUNDS;
  for (let round = 0; round < rounds; round++) {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    const leaves = halve(cloud, order, random, cancellation);
    // Leaves in a chain: whatever the rounds, all points are joined.
    for (const [from, to] of leaves)
      lists.push(leafTree(cloud, order.subarray(Math.max(0, from - 1), to), cancellation));
  }
  return new LightestForest(count, joinEdges(lists), cancellation);
}

/** Reorders points so that each leaf is a run; returns the runs. */
function halve(
  { values, width }: PointCloud,
  order: Uint32Array,
  random: Random,
  cancellation: Cancellation,
): (readonly [from: number, to: number])[] {
  const leaves: (readonly [number, number])[] = [];
  const stack: (readonly [number, number])[] = [[0, order.length]];
  const direction = new Float64Array(width);
  const along = new Float64Array(order.length);
  for (let range = stack.pop(); range !== undefined; range = stack.pop()) {
    const [from, to] = range;
    if (to - from <= LEAF) {
      leaves.push(range);
      continue;
    }
    cancellation.throwIfCancelled();
    const p = order[from + random.integer(to - from)]! * width;
    const q = order[from + random.integer(to - from)]! * width;
    for (let k = 0; k < width; k++) direction[k] = values[p + k]! - values[q + k]!;
    for (let i = from; i < to; i++) {
      if ((i & 4095) === 0) cancellation.throwIfCancelled();
      const row = order[i]! * width;
      let sum = 0;
      for (let k = 0; k < width; k++) sum += values[row + k]! * direction[k]!;
      along[order[i]!] = sum;
    }
    // Exactly half on each side, whatever ties there are.
    const middle = (from + to) >> 1;
    partition(order, along, from, to, middle);
    stack.push([middle, to], [from, middle]);
  }
  return leaves;
}

/** Prim's algorithm on a few points. */
function leafTree({ values, width }: PointCloud, points: Uint32Array, cancellation: Cancellation): WeightedEdges {
  cancellation.throwIfCancelled();
  const outside = points.slice(1);
  const nearest = new Float64Array(outside.length).fill(Infinity);
  const parent = new Uint32Array(outside.length);
  const edges = {
    from: new Uint32Array(outside.length),
    to: new Uint32Array(outside.length),
    weight: new Float64Array(outside.length),
  };
  let newest = points[0]!;
  for (let left = outside.length, edge = 0; left > 0; edge++) {
    let slot = 0;
    for (let k = 0; k < left; k++) {
      const square = squaredBelow(values, newest * width, outside[k]! * width, width, nearest[k]!);
      if (square < nearest[k]!) {
        nearest[k] = square;
        parent[k] = newest;
      }
      if (nearest[k]! < nearest[slot]!) slot = k;
    }
    newest = outside[slot]!;
    edges.from[edge] = parent[slot]!;
    edges.to[edge] = newest;
    edges.weight[edge] = nearest[slot]!;
    left--;
    outside[slot] = outside[left]!;
    nearest[slot] = nearest[left]!;
    parent[slot] = parent[left]!;
  }
  return edges;
}
