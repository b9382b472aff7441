import type { SpanningTree } from './minimumSpanningTree';
import { UnionFind } from './unionFind';

/** The share of the points that a component must hold to count. */
export const DENSE_SHARE = 0.03;

/** β0* with the scales where it is attained and what the components are. */
export interface DenseComponents {
  /** β0*. */
  readonly count: number;
  readonly share: number;
  /** The longest interval [scaleFrom, scaleTo) of scales (edge lengths) with that many; `scaleTo` may be ∞. */
  readonly scaleFrom: number;
  readonly scaleTo: number;
  /** Component of each point throughout that interval's middle, 0 … count − 1 by first point; −1 in a smaller component. */
  readonly components: Int32Array;
}

/**
 * β0*: the largest number, over all scales ≥ 0, of single-linkage components that hold at least `share` of the points.
 * A robust count of clusters: outliers never count, and no gap between bars is judged. Components at a scale are those
 * of the edges not longer than it.
 */
export function dense0(tree: SpanningTree, share = DENSE_SHARE): DenseComponents {
  const { count: points, from, to, length } = tree;
  const needed = share * points;
  const sets = new UnionFind(points);
  let current = 1 >= needed ? points : 0;
  let best = -1;
  let bestFrom = 0;
  let bestTo = 0;
  // The running interval of equal counts: it may span several merges.
  let runFrom = 0;
  let runCount = -1;
  const closeRun = (scale: number) => {
    if (runCount > best || (runCount === best && scale - runFrom > bestTo - bestFrom)) {
      best = runCount;
      bestFrom = runFrom;
      bestTo = scale;
    }
  };
  const settle = (scale: number) => {
    if (current === runCount) return;
    if (runCount >= 0) closeRun(scale);
    runFrom = scale;
    runCount = current;
  };

  if (length.length === 0 || length[0]! > 0) settle(0);
  for (let k = 0; k < length.length; k++) {
    const a = sets.sizeOf(from[k]!);
    const b = sets.sizeOf(to[k]!);
    current += Number(a + b >= needed) - Number(a >= needed) - Number(b >= needed);
    sets.union(from[k]!, to[k]!);
    // Edges of one length all come at once.
    if (k + 1 === length.length || length[k + 1]! > length[k]!) settle(length[k]!);
  }
  if (runCount >= 0) closeRun(Infinity);

  const count = points === 0 ? 0 : Math.max(best, 0);
  const middle = bestTo === Infinity ? bestFrom : (bestFrom + bestTo) / 2;
  return { count, share, scaleFrom: bestFrom, scaleTo: bestTo, components: componentsAt(tree, middle, needed) };
}

/**
 * Single-linkage components at a scale, numbered by their first point; −1 for points in components with fewer than
 * `minimumSize` points.
 */
export function componentsAt(tree: SpanningTree, scale: number, minimumSize = 1): Int32Array {
  const sets = new UnionFind(tree.count);
  for (let k = 0; k < tree.length.length && tree.length[k]! <= scale; k++) sets.union(tree.from[k]!, tree.to[k]!);
  const numbers = new Int32Array(tree.count).fill(-1);
  const components = new Int32Array(tree.count);
  let next = 0;
  for (let i = 0; i < tree.count; i++) {
    const root = sets.find(i);
    if (sets.sizeOf(root) < minimumSize) components[i] = -1;
    else {
      if (numbers[root] === -1) numbers[root] = next++;
      components[i] = numbers[root]!;
    }
  }
  return components;
}
