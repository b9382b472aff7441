import type { Cancellation } from '../base/cancellation';
import { MinHeap } from './minHeap';
import type { MoveCost } from './moveCost';
import type { PlaneTree } from './planeTree';
import { PricedTree } from './pricedTree';

/** A partner: none yet, and the diagonal. */
export const FREE = -1;
export const DIAGONAL = -2;

/** So many candidates a row has at first, and at most: past them, the tree is asked for the next few that a search has not passed. */
const FIRST_CANDIDATES = 8;
const MOST_CANDIDATES = 32;
const NEXT = 8;

/**
 * One diagram's part in a matching. Potentials are a dual solution: for all pairs, the sum of both is at most the cost of the way between them, and no point's is more than its way to
 * the diagonal costs; pairs that are matched, and points that go to the diagonal, attain it.
 */
export interface MatchingSide {
  readonly layout: PlaneTree;
  readonly toDiagonal: Float64Array;
  readonly potential: Float64Array;
  readonly partner: Int32Array;
}

/**
 * Shortest augmenting paths (Jonker and Volgenant 1987) between points of the plane: finds each free point x a partner, so that the potentials stay a dual solution and the matching
 * attains it. Whatever y has a partner keeps one, or the diagonal. There is no matrix of costs. A row (point x) has a list of candidates, the y with the smallest cost less potential; as potentials of y only fall, all others
 * are still above what was the last one's. Where a search gets that far, the list is made longer, or a k-d tree is asked. Which y can end a path is asked of a tree of its own,
 * so that where many ways are equally short (as for lengths: Monge's problem) a search ends at the first end there is.
 */
export class AugmentingPaths {
  /** Tentative ends of paths by length, and rows by the length from which they have more to offer. */
  private readonly reached = new MinHeap();
  private readonly more = new MinHeap();
  private search = 0;
  /** Of y: the search that last reached it, how far it is, and from which row. */
  private readonly reachedIn: Int32Array;
  private readonly length: Float64Array;
  private readonly before: Int32Array;
  private readonly tree: PricedTree;
  private readonly ends: PricedTree;
  /** Of rows: how far they are in this search, where their candidates are, and the key below which there are no others. */
  private readonly rowLength: Float64Array;
  private readonly from: Int32Array;
  private readonly size: Int32Array;
  private readonly completeTo: Float64Array;
  private candidates: Int32Array;
  private costs: Float64Array;
  private used = 0;
  /** What this search has passed, and whether it is hidden in the tree. */
  private readonly rows: number[] = [];
  private readonly passed: number[] = [];
  private hiding = false;
  /** The shortest path found: to y, or to the diagonal (y = −1) from a row. */
  private shortest = Infinity;
  private end = -1;
  private endRow = -1;

  constructor(
    private readonly x: MatchingSide,
    private readonly y: MatchingSide,
    private readonly cost: MoveCost,
    private readonly cancellation: Cancellation,
  ) {
    const rows = x.partner.length;
    const columns = y.partner.length;
    this.tree = new PricedTree(y.layout, y.potential.slice(), cost);
    this.ends = new PricedTree(y.layout, y.potential.map((value, j) => (y.partner[j]! < 0 ? value : -Infinity)), cost); // prettier-ignore
    this.reachedIn = new Int32Array(columns);
    this.length = new Float64Array(columns);
    this.before = new Int32Array(columns);
    this.rowLength = new Float64Array(rows);
    this.from = new Int32Array(rows);
    this.size = new Int32Array(rows).fill(-1);
    this.completeTo = new Float64Array(rows);
    this.candidates = new Int32Array(rows * FIRST_CANDIDATES);
    this.costs = new Float64Array(rows * FIRST_CANDIDATES);
  }

  /** An upper estimate of the bytes that it takes: most lists stay short, but all may become as long as they can, in arrays that were just doubled. */
  static forecastBytes(rows: number, columns: number): number {
    const candidates = 2 * MOST_CANDIDATES - FIRST_CANDIDATES;
    return rows * (24 + 3 * 12 * candidates) + columns * 16 + 2 * PricedTree.forecastBytes(columns);
  }

  coverFree(): void {
    const { partner } = this.x;
    for (let row = 0; row < partner.length; row++) if (partner[row] === FREE) this.augment(row);
  }

  private augment(root: number): void {
    const { x, tree } = this;
    this.search++;
    this.reached.size = 0;
    this.more.size = 0;
    this.rows.length = 0;
    this.passed.length = 0;
    this.hiding = false;
    this.shortest = Infinity;
    this.list(root, FIRST_CANDIDATES);
    x.potential[root] = Math.min(x.toDiagonal[root]!, this.size[root]! > 0 ? tree.keys[0]! : Infinity);
    this.pass(root, 0);
    this.grow();
    this.raisePotentials();
    this.turn(root);
  }

  /** Passes what is nearest until nothing is nearer than the end found. */
  private grow(): void {
    const { reached, more, length, y } = this;
    for (;;) {
      const next = reached.size > 0 ? reached.smallestKey : Infinity;
      const nextMore = more.size > 0 ? more.smallestKey : Infinity;
      if (Math.min(next, nextMore) >= this.shortest) return;
      // What is reached goes first: a row that offers what is passed by then would offer it for ever.
      if (nextMore < next) {
        this.offerMore(more.pop());
        continue;
      }
      const j = reached.pop();
      if (next > length[j]!) continue;
      this.passed.push(j);
      if (this.hiding) this.tree.setPrice(j, -Infinity);
      this.pass(y.partner[j]!, next);
    }
  }

  private pass(row: number, length: number): void {
    this.cancellation.throwIfCancelled();
    const { x, ends } = this;
    this.rows.push(row);
    this.rowLength[row] = length;
    const base = length - x.potential[row]!;
    if (base + x.toDiagonal[row]! < this.shortest) {
      this.shortest = base + x.toDiagonal[row]!;
      this.end = -1;
      this.endRow = row;
    }
    if (ends.cheapest(x.layout.x[row]!, x.layout.y[row]!, 1, this.shortest - base) > 0)
      this.offer(row, ends.found[0]!, base + ends.keys[0]!);
    if (this.size[row]! >= 0) this.offerList(row);
    // While points are hidden no list can be made that outlives the search.
    else if (this.hiding) this.offerUnpassed(row);
    else {
      this.list(row, FIRST_CANDIDATES);
      this.offerList(row);
    }
  }

  private offerMore(row: number): void {
    const longer = 2 * this.size[row]!;
    if (this.hiding || longer > MOST_CANDIDATES) {
      this.offerUnpassed(row);
      return;
    }
    this.list(row, longer);
    this.offerList(row);
  }

  private list(row: number, wanted: number): void {
    const { x, y, tree, cost } = this;
    const [px, py] = [x.layout.x[row]!, x.layout.y[row]!];
    const found = tree.cheapest(px, py, wanted, x.toDiagonal[row]!);
    if (this.used + found > this.candidates.length) this.growLists();
    for (let k = 0; k < found; k++) {
      const j = tree.found[k]!;
      this.candidates[this.used + k] = j;
      this.costs[this.used + k] = cost.of(px - y.layout.x[j]!, py - y.layout.y[j]!);
    }
    this.from[row] = this.used;
    this.size[row] = found;
    this.used += found;
    this.completeTo[row] = found < wanted ? Infinity : tree.keys[found - 1]!;
  }

  private growLists(): void {
    const candidates = new Int32Array(2 * this.candidates.length + MOST_CANDIDATES);
    const costs = new Float64Array(candidates.length);
    candidates.set(this.candidates);
    costs.set(this.costs);
    this.candidates = candidates;
    this.costs = costs;
  }

  private offerList(row: number): void {
    const { candidates, costs, y } = this;
    const base = this.rowLength[row]! - this.x.potential[row]!;
    const to = this.from[row]! + this.size[row]!;
    for (let k = this.from[row]!; k < to; k++)
      this.offer(row, candidates[k]!, base + costs[k]! - y.potential[candidates[k]!]!);
    this.ask(row, base + this.completeTo[row]!);
  }

  /** The nearest y of those that this search has not passed. */
  private offerUnpassed(row: number): void {
    const { x, tree } = this;
    if (!this.hiding) {
      this.hiding = true;
      for (const j of this.passed) tree.setPrice(j, -Infinity);
    }
    const base = this.rowLength[row]! - x.potential[row]!;
    const found = tree.cheapest(x.layout.x[row]!, x.layout.y[row]!, NEXT, this.shortest - base);
    for (let k = 0; k < found; k++) this.offer(row, tree.found[k]!, base + tree.keys[k]!);
    if (found === NEXT) this.ask(row, base + tree.keys[NEXT - 1]!);
  }

  /** From this length on the row has more to offer than it has so far. */
  private ask(row: number, length: number): void {
    const at = Math.max(length, this.rowLength[row]!);
    if (at < this.shortest) this.more.push(at, row);
  }

  private offer(row: number, j: number, length: number): void {
    if (length >= this.shortest) return;
    if (this.reachedIn[j] === this.search && length >= this.length[j]!) return;
    this.reachedIn[j] = this.search;
    this.length[j] = length;
    this.before[j] = row;
    if (this.y.partner[j]! < 0) {
      this.shortest = length;
      this.end = j;
    } else this.reached.push(length, j);
  }

  /** What was passed gains what is left of the way to the end. */
  private raisePotentials(): void {
    const { x, y, tree, shortest } = this;
    for (const row of this.rows) x.potential[row] = x.potential[row]! + shortest - this.rowLength[row]!;
    for (const j of this.passed) {
      y.potential[j] = y.potential[j]! - (shortest - this.length[j]!);
      tree.setPrice(j, y.potential[j]);
    }
  }

  /** Back along the path: every row takes the y that was reached from it. */
  private turn(root: number): void {
    const { x, y } = this;
    let j = this.end;
    if (j >= 0) this.ends.setPrice(j, -Infinity);
    else {
      j = x.partner[this.endRow]!;
      x.partner[this.endRow] = DIAGONAL;
      if (this.endRow === root) return;
    }
    for (;;) {
      const row = this.before[j]!;
      const next = x.partner[row]!;
      x.partner[row] = j;
      y.partner[j] = row;
      if (row === root) return;
      j = next;
    }
  }
}
