import type { Cancellation } from '../base/cancellation';
import { partition } from './partition';

const LEAF = 8;

/**
 * The layout of a k-d tree over points of the plane, in flat arrays. Node 1 is the root, 2k and 2k + 1 are the children of k, a range of `order` is split at
 * its middle along the coordinate of the larger spread, and all leaves are on one level. Ties go by index, so that the same points give the same tree.
 */
export class PlaneTree {
  /** Points, so that every node's are a run. */
  readonly order: Int32Array;
  /** Of every node: smallest and largest x, smallest and largest y. */
  readonly bounds: Float64Array;
  /** Of every node: its places [from, to) in `order`. */
  readonly range: Int32Array;
  /** Of every point. */
  readonly leafOf: Int32Array;
  /** Nodes from this one on are leaves; there are twice as many. */
  readonly firstLeaf: number;

  constructor(
    readonly x: Float64Array,
    readonly y: Float64Array,
    cancellation: Cancellation,
  ) {
    const count = x.length;
    let depth = 0;
    while (count > LEAF * 2 ** depth) depth++;
    this.firstLeaf = 2 ** depth;
    this.order = new Int32Array(count);
    for (let point = 0; point < count; point++) this.order[point] = point;
    this.leafOf = new Int32Array(count);
    this.bounds = new Float64Array(8 * this.firstLeaf);
    this.range = new Int32Array(4 * this.firstLeaf);
    this.build(1, 0, count, cancellation);
  }

  /** Of a tree of so many points, at most: leaves are at least half full. */
  static mostNodes(points: number): number {
    return (4 * points) / LEAF + 2;
  }

  /** An upper estimate of its bytes, the coordinates included. */
  static forecastBytes(points: number): number {
    return 24 * points + 40 * PlaneTree.mostNodes(points);
  }

  private build(node: number, from: number, to: number, cancellation: Cancellation): void {
    cancellation.throwIfCancelled();
    const { x, y, order, bounds } = this;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let k = from; k < to; k++) {
      const px = x[order[k]!]!;
      const py = y[order[k]!]!;
      if (px < x0) x0 = px;
      if (px > x1) x1 = px;
      if (py < y0) y0 = py;
      if (py > y1) y1 = py;
    }
    bounds[4 * node] = x0;
    bounds[4 * node + 1] = x1;
    bounds[4 * node + 2] = y0;
    bounds[4 * node + 3] = y1;
    this.range[2 * node] = from;
    this.range[2 * node + 1] = to;
    if (node >= this.firstLeaf) {
      for (let k = from; k < to; k++) this.leafOf[order[k]!] = node;
      return;
    }
    const middle = (from + to) >> 1;
    partition(order, x1 - x0 >= y1 - y0 ? x : y, from, to, middle);
    this.build(2 * node, from, middle, cancellation);
    this.build(2 * node + 1, middle, to, cancellation);
  }
}
