import type { Cancellation } from '../base/cancellation';
import { euclideanDistance, type PointCloud } from './pointCloud';

const LEAF = 16;
/** Distances this much beyond a bound, relative to it, are not rounding. */
const SLACK = 1 + 1e-9;

/**
 * Which of some points of a cloud are within a radius of another (Euclidean): a k-d tree of flat arrays with the bounds of every node in all coordinates, from which points can be
 * taken away. Distances are given up at the first coordinates that exceed the radius; what is decided is the same as by `euclideanDistance`.
 */
export class BallQueries {
  /** Positions in `members`, so that every node is a range. */
  private readonly order: Int32Array;
  private readonly levels: number;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly start: Int32Array;
  private readonly left: Int32Array;
  private readonly leafOf: Int32Array;
  private readonly gone: Uint8Array;

  constructor(
    private readonly cloud: PointCloud,
    private readonly members: Uint32Array,
    private readonly cancellation: Cancellation,
  ) {
    const count = members.length;
    let levels = 0;
    while (count > LEAF * 2 ** levels) levels++;
    this.levels = levels;
    const nodes = 2 ** (levels + 1);
    this.order = Int32Array.from({ length: count }, (_, k) => k);
    this.low = new Float64Array(nodes * cloud.width);
    this.high = new Float64Array(nodes * cloud.width);
    this.start = new Int32Array(nodes + 1);
    this.left = new Int32Array(nodes);
    this.leafOf = new Int32Array(count);
    this.gone = new Uint8Array(count);
    this.build(1, levels, 0, count);
  }

  private build(node: number, levels: number, from: number, to: number): void {
    this.cancellation.throwIfCancelled();
    const { cloud, members, order, low, high } = this;
    const { width, values } = cloud;
    this.start[node] = from;
    this.left[node] = to - from;
    const base = node * width;
    let widest = 0;
    for (let axis = 0; axis < width; axis++) {
      let [least, largest] = [Infinity, -Infinity];
      for (let k = from; k < to; k++) {
        const value = values[members[order[k]!]! * width + axis]!;
        if (value < least) least = value;
        if (value > largest) largest = value;
      }
      low[base + axis] = least;
      high[base + axis] = largest;
      if (largest - least > high[base + widest]! - low[base + widest]!) widest = axis;
    }
    if (levels === 0) {
      for (let k = from; k < to; k++) this.leafOf[order[k]!] = node;
      return;
    }
    const coordinate = (k: number) => values[members[k]! * width + widest]!;
    order.subarray(from, to).sort((a, b) => coordinate(a) - coordinate(b) || a - b);
    const middle = (from + to) >> 1;
    this.build(2 * node, levels - 1, from, middle);
    this.build(2 * node + 1, levels - 1, middle, to);
  }

  /** Whether at least `wanted` of all points are within the radius of member `of`, itself among them. */
  hasNeighbours(of: number, radius: number, wanted: number): boolean {
    let found = 0;
    this.visit(1, of, radius, false, () => ++found >= wanted);
    return found >= wanted;
  }

  /** Takes away and hands over every point that is left within the radius of member `of`. */
  takeWithin(of: number, radius: number, taken: (member: number) => void): void {
    this.visit(1, of, radius, true, member => {
      this.remove(member);
      taken(member);
      return false;
    });
  }

  /** Hands over every point within the radius of member `of`, itself among them, with its distance. */
  forEachWithin(of: number, radius: number, take: (member: number, distance: number) => void): void {
    this.visit(1, of, radius, false, (member, distance) => {
      take(member, distance);
      return false;
    });
  }

  remove(member: number): void {
    if (this.gone[member] === 1) return;
    this.gone[member] = 1;
    for (let node = this.leafOf[member]!; node >= 1; node >>= 1) this.left[node] = this.left[node]! - 1;
  }

  /** The distance of member `of` to its `rank`-th nearest other one, the farthest where there are fewer. */
  neighbourDistance(of: number, rank: number): number {
    // The nearest so far, ascending: a new one is inserted and the farthest falls off.
    const nearest = new Float64Array(Math.max(1, Math.min(rank, this.members.length - 1))).fill(Infinity);
    if (this.members.length > 1) this.nearer(1, of, nearest);
    return this.members.length > 1 ? nearest[nearest.length - 1]! : 0;
  }

  private nearer(node: number, of: number, nearest: Float64Array): void {
    const last = nearest.length - 1;
    if (this.farther(node, of, nearest[last]!)) return;
    if (node >= 2 ** this.levels) {
      const { cloud, members, order } = this;
      for (let k = this.start[node]!, end = this.endOf(node); k < end; k++) {
        if (order[k] === of || this.beyond(of, order[k]!, nearest[last]!)) continue;
        const distance = euclideanDistance(cloud, members[of]!, members[order[k]!]!);
        if (distance >= nearest[last]!) continue;
        let slot = last;
        for (; slot > 0 && nearest[slot - 1]! > distance; slot--) nearest[slot] = nearest[slot - 1]!;
        nearest[slot] = distance;
      }
      return;
    }
    // The side that the point is on first.
    const nearSide = this.squaredToBox(2 * node, of, Infinity) <= this.squaredToBox(2 * node + 1, of, Infinity) ? 0 : 1;
    this.nearer(2 * node + nearSide, of, nearest);
    this.nearer(2 * node + 1 - nearSide, of, nearest);
  }

  /** Stops where `found` says so; returns whether it did. */
  private visit(
    node: number,
    of: number,
    radius: number,
    leftAlone: boolean,
    found: (member: number, distance: number) => boolean,
  ): boolean {
    if ((leftAlone && this.left[node] === 0) || this.farther(node, of, radius)) return false;
    if (node < 2 ** this.levels)
      return (
        this.visit(2 * node, of, radius, leftAlone, found) || this.visit(2 * node + 1, of, radius, leftAlone, found)
      );
    const { cloud, members, order, gone } = this;
    for (let k = this.start[node]!, end = this.endOf(node); k < end; k++) {
      const member = order[k]!;
      if ((leftAlone && gone[member] === 1) || this.beyond(of, member, radius)) continue;
      const distance = euclideanDistance(cloud, members[of]!, members[member]!);
      if (distance <= radius && found(member, distance)) return true;
    }
    return false;
  }

  private endOf(leaf: number): number {
    return leaf + 1 < 2 ** (this.levels + 1) ? this.start[leaf + 1]! : this.members.length;
  }

  private farther(node: number, of: number, radius: number): boolean {
    const bound = radius * radius * SLACK;
    return this.squaredToBox(node, of, bound) > bound;
  }

  /** Squared distance to the box of a node; anything above `bound` once it is exceeded. */
  private squaredToBox(node: number, of: number, bound: number): number {
    const { cloud, members, low, high } = this;
    const { width, values } = cloud;
    const row = members[of]! * width;
    const base = node * width;
    let squared = 0;
    for (let axis = 0; axis < width && squared <= bound; axis++) {
      const value = values[row + axis]!;
      const gap = Math.max(low[base + axis]! - value, value - high[base + axis]!, 0);
      squared += gap * gap;
    }
    return squared;
  }

  /** Whether two members are surely farther apart. */
  private beyond(a: number, b: number, radius: number): boolean {
    const { cloud, members } = this;
    const { width, values } = cloud;
    const bound = radius * radius * SLACK;
    const rowA = members[a]! * width;
    const rowB = members[b]! * width;
    let squared = 0;
    for (let axis = 0; axis < width;) {
      const end = Math.min(axis + 8, width);
      for (; axis < end; axis++) {
        const difference = values[rowA + axis]! - values[rowB + axis]!;
        squared += difference * difference;
      }
      if (squared > bound) return true;
    }
    return false;
  }
}
