import type { MoveCost } from './moveCost';
import { PlaneTree } from './planeTree';

/** Directions in which a price can grow as fast as the cost of the way: +x, −x, +y, −y. */
const DIRECTIONS = 4;

/**
 * Points of the plane with a price each, in a k-d tree that finds those whose key, the cost of the way to them less their price, is smallest. A price of −∞ hides a point.
 */
export class PricedTree {
  /** What `cheapest` found, in ascending order of the keys. */
  found = new Int32Array(16);
  keys = new Float64Array(16);
  /**
   * Of each node: the largest price. Where costs are lengths, a point that lies farther on the same way may be dearer by just as much, and all those along a way have one key; so
   * for each direction e the largest price − ⟨e, point⟩ is kept, too: no cost is less than ⟨e, difference⟩.
   */
  private readonly largest: Float64Array;
  private readonly kinds: number;
  private count = 0;
  private wanted = 0;
  private limit = 0;

  constructor(
    private readonly tree: PlaneTree,
    private readonly price: Float64Array,
    private readonly cost: MoveCost,
  ) {
    this.kinds = cost.order === 1 ? 1 + DIRECTIONS : 1;
    this.largest = new Float64Array(2 * tree.firstLeaf * this.kinds);
    for (let node = 2 * tree.firstLeaf - 1; node >= 1; node--) this.sum(node);
  }

  /** An upper estimate of its bytes beside those of the layout. */
  static forecastBytes(points: number): number {
    return 8 * points + 8 * (1 + DIRECTIONS) * PlaneTree.mostNodes(points);
  }

  setPrice(point: number, price: number): void {
    this.price[point] = price;
    for (let node = this.tree.leafOf[point]!; node >= 1 && this.sum(node); node >>= 1);
  }

  /** Finds up to `wanted` points with the smallest keys below `limit`; returns how many there are. */
  cheapest(x: number, y: number, wanted: number, limit: number): number {
    if (this.found.length < wanted) {
      this.found = new Int32Array(wanted);
      this.keys = new Float64Array(wanted);
    }
    this.count = 0;
    this.wanted = wanted;
    this.limit = limit;
    if (this.bound(1, x, y) < limit) this.search(1, x, y);
    return this.count;
  }

  /** What is kept of a node, from its points or its children; whether it changed. */
  private sum(node: number): boolean {
    return node >= this.tree.firstLeaf ? this.sumLeaf(node) : this.sumChildren(node);
  }

  private sumLeaf(leaf: number): boolean {
    const { price, kinds } = this;
    const { range, order, x, y } = this.tree;
    let [most, right, left, up, down] = [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity];
    for (let k = range[2 * leaf]!; k < range[2 * leaf + 1]!; k++) {
      const point = order[k]!;
      const value = price[point]!;
      if (value > most) most = value;
      if (kinds === 1) continue;
      right = Math.max(right, value - x[point]!);
      left = Math.max(left, value + x[point]!);
      up = Math.max(up, value - y[point]!);
      down = Math.max(down, value + y[point]!);
    }
    const at = leaf * kinds;
    let changed = this.replace(at, most);
    if (kinds === 1) return changed;
    changed = this.replace(at + 1, right) || changed;
    changed = this.replace(at + 2, left) || changed;
    changed = this.replace(at + 3, up) || changed;
    return this.replace(at + 4, down) || changed;
  }

  private sumChildren(node: number): boolean {
    const { kinds, largest } = this;
    let changed = false;
    for (let kind = 0; kind < kinds; kind++) {
      const child = 2 * node * kinds + kind;
      if (this.replace(node * kinds + kind, Math.max(largest[child]!, largest[child + kinds]!))) changed = true;
    }
    return changed;
  }

  private replace(at: number, value: number): boolean {
    if (this.largest[at] === value) return false;
    this.largest[at] = value;
    return true;
  }

  /** No key in the node is smaller. */
  private bound(node: number, x: number, y: number): number {
    const { largest, kinds } = this;
    const { bounds } = this.tree;
    const at = 4 * node;
    const dx = x < bounds[at]! ? bounds[at]! - x : x > bounds[at + 1]! ? x - bounds[at + 1]! : 0;
    const dy = y < bounds[at + 2]! ? bounds[at + 2]! - y : y > bounds[at + 3]! ? y - bounds[at + 3]! : 0;
    const price = node * kinds;
    const near = this.cost.of(dx, dy) - largest[price]!;
    if (kinds === 1) return near;
    const across = Math.max(-x - largest[price + 1]!, x - largest[price + 2]!);
    return Math.max(near, across, -y - largest[price + 3]!, y - largest[price + 4]!);
  }

  private search(node: number, x: number, y: number): void {
    if (node >= this.tree.firstLeaf) {
      this.scan(node, x, y);
      return;
    }
    const left = this.bound(2 * node, x, y);
    const right = this.bound(2 * node + 1, x, y);
    const swapped = Number(right < left);
    if (Math.min(left, right) < this.limit) this.search(2 * node + swapped, x, y);
    if (Math.max(left, right) < this.limit) this.search(2 * node + 1 - swapped, x, y);
  }

  private scan(leaf: number, x: number, y: number): void {
    const { tree, price, cost, found, keys, wanted } = this;
    for (let k = tree.range[2 * leaf]!; k < tree.range[2 * leaf + 1]!; k++) {
      const point = tree.order[k]!;
      const key = cost.of(x - tree.x[point]!, y - tree.y[point]!) - price[point]!;
      if (!(key < this.limit)) continue;
      let at = this.count < wanted ? this.count++ : wanted - 1;
      for (; at > 0 && keys[at - 1]! > key; at--) {
        keys[at] = keys[at - 1]!;
        found[at] = found[at - 1]!;
      }
      keys[at] = key;
      found[at] = point;
      if (this.count === wanted) this.limit = keys[wanted - 1]!;
    }
  }
}
