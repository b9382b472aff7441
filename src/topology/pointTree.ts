import type { PlaneTree } from './planeTree';

/** Points of the plane in a k-d tree, some of which can be taken away: what a matching that grows by near free partners asks for. */
export class PointTree {
  /** Of each node, how many points are left, and how many there are. */
  private readonly left: Int32Array;
  private readonly initial: Int32Array;
  private readonly present: Uint8Array;

  constructor(private readonly tree: PlaneTree) {
    const { range, firstLeaf } = tree;
    this.initial = new Int32Array(2 * firstLeaf);
    for (let node = 1; node < 2 * firstLeaf; node++) this.initial[node] = range[2 * node + 1]! - range[2 * node]!;
    this.left = this.initial.slice();
    this.present = new Uint8Array(tree.order.length).fill(1);
  }

  /** Every point is there again. */
  restore(): void {
    this.left.set(this.initial);
    this.present.fill(1);
  }

  remove(point: number): void {
    if (this.present[point] === 0) return;
    this.present[point] = 0;
    for (let node = this.tree.leafOf[point]!; node >= 1; node >>= 1) this.left[node] = this.left[node]! - 1;
  }

  /**
   * Some point that is left and accepted, and no farther than `bound` in the larger of both coordinates; −1 where there is none. `accepted` may refuse more
   * than those too far (rounding, another metric), never less.
   */
  some(px: number, py: number, bound: number, accepted: (point: number) => boolean): number {
    return this.search(1, px, py, bound, accepted);
  }

  private search(node: number, px: number, py: number, bound: number, accepted: (point: number) => boolean): number {
    if (this.left[node] === 0 || this.isBeyond(node, px, py, bound)) return -1;
    const { range, order, firstLeaf } = this.tree;
    if (node >= firstLeaf) {
      for (let k = range[2 * node]!; k < range[2 * node + 1]!; k++) {
        const point = order[k]!;
        if (this.present[point] === 1 && accepted(point)) return point;
      }
      return -1;
    }
    const found = this.search(2 * node, px, py, bound, accepted);
    return found >= 0 ? found : this.search(2 * node + 1, px, py, bound, accepted);
  }

  private isBeyond(node: number, px: number, py: number, bound: number): boolean {
    return this.gap(node, px, py) > bound;
  }

  /** From a point to the box of a node's points, in the larger of both coordinates; not above 0 within it. */
  private gap(node: number, px: number, py: number): number {
    const { bounds } = this.tree;
    const at = 4 * node;
    return Math.max(bounds[at]! - px, px - bounds[at + 1]!, bounds[at + 2]! - py, py - bounds[at + 3]!);
  }

  /**
   * How far the nearest point is, whether left or taken away: `far` where all are as far, and any number up to `near` where one is that near. `distance` may be more than the larger of both
   * coordinates, never less.
   */
  nearest(px: number, py: number, near: number, far: number, distance: (point: number) => number, node = 1): number {
    if (far <= near || this.isBeyond(node, px, py, far)) return far;
    const { range, order, firstLeaf } = this.tree;
    if (node >= firstLeaf) {
      let best = far;
      for (let k = range[2 * node]!; k < range[2 * node + 1]!; k++) best = Math.min(best, distance(order[k]!));
      return best;
    }
    const first = this.gap(2 * node, px, py) <= this.gap(2 * node + 1, px, py) ? 2 * node : 2 * node + 1;
    const best = this.nearest(px, py, near, far, distance, first);
    return this.nearest(px, py, near, best, distance, first ^ 1);
  }

  /** Calls `visit` for every point that is farther than `near` and no farther than `far` in the larger of both coordinates, and for some others. */
  between(px: number, py: number, near: number, far: number, visit: (point: number) => void, node = 1): void {
    if (this.isBeyond(node, px, py, far) || this.isWithin(node, px, py, near)) return;
    const { range, order, firstLeaf } = this.tree;
    if (node >= firstLeaf) {
      for (let k = range[2 * node]!; k < range[2 * node + 1]!; k++) visit(order[k]!);
      return;
    }
    this.between(px, py, near, far, visit, 2 * node);
    this.between(px, py, near, far, visit, 2 * node + 1);
  }

  private isWithin(node: number, px: number, py: number, bound: number): boolean {
    const { bounds } = this.tree;
    const at = 4 * node;
    return (
      px - bounds[at]! <= bound &&
      bounds[at + 1]! - px <= bound &&
      py - bounds[at + 2]! <= bound &&
      bounds[at + 3]! - py <= bound
    );
  }
}
