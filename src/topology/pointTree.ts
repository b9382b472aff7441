const LEAF = 8;

/**
 * Points of the plane in a k-d tree of flat arrays, some of which can be taken away: what a matching that grows by nearest free partners asks for. The
 * tree is implicit: a range of `order` is split at its middle, by turns along the two coordinates of the larger spread; small ranges are leaves.
 */
export class PointTree {
  private readonly order: Int32Array;
  /** Nodes as in a heap: bounds of the points, and how many are left. */
  private readonly bounds: Float64Array;
  private readonly left: Int32Array;
  private readonly initial: Int32Array;
  private readonly leafOf: Int32Array;
  private readonly from: Int32Array;
  private readonly present: Uint8Array;

  constructor(
    private readonly x: Float64Array,
    private readonly y: Float64Array,
  ) {
    const count = x.length;
    this.order = new Int32Array(count);
    this.present = new Uint8Array(count).fill(1);
    this.leafOf = new Int32Array(count);
    let depth = 0;
    while (count > LEAF * 2 ** depth) depth++;
    const nodes = 2 ** (depth + 1);
    this.bounds = new Float64Array(4 * nodes);
    this.left = new Int32Array(nodes);
    this.from = new Int32Array(2 * nodes);
    const all = Array.from(x.keys());
    this.build(1, depth, all, 0);
    this.initial = this.left.slice();
  }

  private build(node: number, levels: number, points: number[], start: number): void {
    const { x, y, bounds } = this;
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const p of points) {
      x0 = Math.min(x0, x[p]!);
      x1 = Math.max(x1, x[p]!);
      y0 = Math.min(y0, y[p]!);
      y1 = Math.max(y1, y[p]!);
    }
    bounds.set([x0, x1, y0, y1], 4 * node);
    this.left[node] = points.length;
    this.from[2 * node] = start;
    this.from[2 * node + 1] = start + points.length;
    if (levels === 0) {
      points.forEach((p, k) => {
        this.order[start + k] = p;
        this.leafOf[p] = node;
      });
      return;
    }
    const along = x1 - x0 >= y1 - y0 ? x : y;
    points.sort((p, q) => along[p]! - along[q]! || p - q);
    const middle = points.length >> 1;
    this.build(2 * node, levels - 1, points.slice(0, middle), start);
    this.build(2 * node + 1, levels - 1, points.slice(middle), start + middle);
  }

  /** Every point is there again. */
  restore(): void {
    this.left.set(this.initial);
    this.present.fill(1);
  }

  remove(point: number): void {
    if (this.present[point] === 0) return;
    this.present[point] = 0;
    for (let node = this.leafOf[point]!; node >= 1; node >>= 1) this.left[node] = this.left[node]! - 1;
  }

  /**
   * Some point that is left and accepted, and no farther than `bound` in the larger of both coordinates; −1 where there is none. `accepted` may refuse more
   * than those too far (rounding, another metric), never less.
   */
  some(px: number, py: number, bound: number, accepted: (point: number) => boolean): number {
    return this.search(1, px, py, bound, accepted);
  }

  private search(node: number, px: number, py: number, bound: number, accepted: (point: number) => boolean): number {
    const { bounds, left, from, order, present } = this;
    if (left[node] === 0) return -1;
    const at = 4 * node;
    if (bounds[at]! - px > bound || px - bounds[at + 1]! > bound) return -1;
    if (bounds[at + 2]! - py > bound || py - bounds[at + 3]! > bound) return -1;
    if (this.isLeaf(node)) {
      for (let k = from[2 * node]!; k < from[2 * node + 1]!; k++) {
        const point = order[k]!;
        if (present[point] === 1 && accepted(point)) return point;
      }
      return -1;
    }
    const found = this.search(2 * node, px, py, bound, accepted);
    return found >= 0 ? found : this.search(2 * node + 1, px, py, bound, accepted);
  }

  private isLeaf(node: number): boolean {
    return 2 * node >= this.left.length;
  }

  /** Calls `visit` for every point no farther than `bound` in the larger of both coordinates (some a little farther). */
  within(px: number, py: number, bound: number, visit: (point: number) => void, node = 1): void {
    const { bounds, from, order } = this;
    const at = 4 * node;
    if (bounds[at]! - px > bound || px - bounds[at + 1]! > bound) return;
    if (bounds[at + 2]! - py > bound || py - bounds[at + 3]! > bound) return;
    if (this.isLeaf(node)) {
      for (let k = from[2 * node]!; k < from[2 * node + 1]!; k++) visit(order[k]!);
      return;
    }
    this.within(px, py, bound, visit, 2 * node);
    this.within(px, py, bound, visit, 2 * node + 1);
  }
}
