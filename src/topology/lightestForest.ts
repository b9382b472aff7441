import { Cancellation } from '../base/cancellation';
import { radixOrder } from './radixOrder';

/** Weighted edges of a graph, as many as the arrays are long. */
export interface WeightedEdges {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** Not negative. */
  readonly weight: Float64Array;
}

/** Edges side by side. */
export function joinEdges(lists: readonly WeightedEdges[]): WeightedEdges {
  const size = lists.reduce((sum, { from }) => sum + from.length, 0);
  const joined = { from: new Uint32Array(size), to: new Uint32Array(size), weight: new Float64Array(size) };
  let at = 0;
  for (const { from, to, weight } of lists) {
    joined.from.set(from, at);
    joined.to.set(to, at);
    joined.weight.set(weight, at);
    at += from.length;
  }
  return joined;
}

/**
 * A minimum spanning forest of a graph (Kruskal 1956), and what can be read off it: the largest weight on the path between two points (the scale at which single linkage
 * joins them), and an order of the points in which every component that there ever was is a run.
 */
export class LightestForest {
  /** Ascending in weight. */
  readonly edges: WeightedEdges;
  /** Trees of the merges, by size and not compressed: a point's way up is at most log₂ n steps long. */
  private readonly above: Uint32Array;
  private readonly weightAbove: Float64Array;
  private readonly next: Int32Array;

  constructor(
    readonly count: number,
    edges: WeightedEdges,
    cancellation = Cancellation.never,
  ) {
    const order = radixOrder(edges.weight, edges.weight.length, cancellation);
    const above = Uint32Array.from({ length: count }, (_, i) => i);
    const root = above.slice();
    const sizes = new Uint32Array(count).fill(1);
    const weightAbove = new Float64Array(count).fill(Infinity);
    const lastOf = above.slice();
    const next = new Int32Array(count).fill(-1);
    const kept = new Uint32Array(Math.max(0, count - 1));
    let size = 0;
    const find = (point: number) => {
      while (root[point] !== point) {
        root[point] = root[root[point]!]!;
        point = root[point]!;
      }
      return point;
    };
    for (let k = 0; k < order.length && size < kept.length; k++) {
      if ((k & 0xffff) === 0) cancellation.throwIfCancelled();
      const edge = order[k]!;
      let larger = find(edges.from[edge]!);
      let smaller = find(edges.to[edge]!);
      if (larger === smaller) continue;
      if (sizes[larger]! < sizes[smaller]!) [larger, smaller] = [smaller, larger];
      kept[size++] = edge;
      root[smaller] = larger;
      above[smaller] = larger;
      weightAbove[smaller] = edges.weight[edge]!;
      sizes[larger] = sizes[larger]! + sizes[smaller]!;
      // The larger run first: a point that joins a cluster late comes after it, and only late scales lie between.
      next[lastOf[larger]!] = smaller;
      lastOf[larger] = lastOf[smaller]!;
    }
    this.edges = {
      from: Uint32Array.from(kept.subarray(0, size), edge => edges.from[edge]!),
      to: Uint32Array.from(kept.subarray(0, size), edge => edges.to[edge]!),
      weight: Float64Array.from(kept.subarray(0, size), edge => edges.weight[edge]!),
    };
    this.above = above;
    this.weightAbove = weightAbove;
    this.next = next;
  }

  /** The largest weight on the path between two points; ∞ where there is no path. */
  largestBetween(a: number, b: number): number {
    const { above, weightAbove } = this;
    let largest = 0;
    // Weights grow on the way up, so that the end with the smaller one goes first.
    while (a !== b) {
      const step = weightAbove[a]! <= weightAbove[b]! ? a : b;
      largest = weightAbove[step]!;
      if (largest === Infinity) return Infinity;
      if (step === a) a = above[a]!;
      else b = above[b]!;
    }
    return largest;
  }

  /** All points, so that those that are joined at any scale are side by side. A run begins with the root of its tree. */
  runs(): Uint32Array {
    const order = new Uint32Array(this.count);
    let at = 0;
    for (let root = 0; root < this.count; root++) {
      if (this.above[root] !== root) continue;
      for (let point = root; point >= 0; point = this.next[point]!) order[at++] = point;
    }
    return order;
  }
}
