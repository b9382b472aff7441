import type { Cancellation } from '../base/cancellation';
import { SpanningTreeWorkspace } from './kernels/spanningTreeKernel';
import { PANEL, packPanels, pointGrid, squareOnGrid, type PointGrid } from './pointGrid';
import { euclideanDistance, type PointCloud } from './pointCloud';

/** Points in a block: panels of the kernel that have bounds of their own. */
export const BLOCK = 64;
/** Points that the kernel compares with a block at once. */
const ROWS = 4;
/** Points that are asked for at once: as many as it takes for what is done for all of them to be little. */
const ASKED_AT_ONCE = 32;
/** Squared distances this much beyond a bound, relative to it, are not rounding. */
const SLACK = 1 + 1e-9;
/** Below every squared distance: a limit of nothing. */
const NONE = -1;
const MOST = 2 ** 31 - 1;
/** The node whose bounds are those of the points that are asked for. */
const ASKED = 0;

/** Whether the pairs between two blocks, or in one, are of interest. */
export type WantBlocks = (block: number, other: number) => boolean;
/** Takes two places. */
export type TakePair = (place: number, other: number) => void;

/**
 * Some points of a cloud, in an order in which near ones are side by side, in blocks with their bounds in all coordinates, as a tree: which pairs of them are near each other (Euclidean), and
 * which of them are nearest to another point. Blocks whose bounds are near are compared by `kernels/spanningTree.as`, on a grid of 16 bits, which gives all pairs that are near and a few
 * others; those are then measured by `euclideanDistance`, which alone decides. Takes 2.5 · width + 8 bytes a point.
 */
export class PointBlocks {
  readonly blocks: number;
  /** Node 1 is the root, 2k and 2k + 1 are the children of k, block b is node `firstBlock` + b. Those that hold nothing have bounds the wrong way round. */
  private readonly firstBlock: number;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly grid: PointGrid;
  private readonly gridError: number;
  private readonly kernel;
  private readonly askedPanels: Int16Array;
  private readonly askedNorms: Int32Array;
  private readonly askedLeads: Int32Array;
  private readonly rowLimits: Int32Array;
  private readonly found: Int32Array;
  private readonly addresses;
  private readonly panelBytes: number;

  /** `points` in the order of a `SpatialOrder`; a place is an index into it. Of those that share a workspace only the last one made can be asked. */
  constructor(
    private readonly cloud: PointCloud,
    readonly points: Uint32Array,
    private readonly cancellation: Cancellation,
    workspace = new SpanningTreeWorkspace(),
  ) {
    const { width } = cloud;
    this.blocks = Math.ceil(points.length / BLOCK);
    this.firstBlock = 1;
    while (this.firstBlock < this.blocks) this.firstBlock *= 2;
    this.low = new Float64Array(2 * this.firstBlock * width).fill(Infinity);
    this.high = new Float64Array(2 * this.firstBlock * width).fill(-Infinity);
    this.measureBounds();

    const coordinatePairs = Math.ceil(width / 2);
    this.panelBytes = 32 * coordinatePairs;
    const panels = Math.ceil(points.length / PANEL);
    const norms = panels * this.panelBytes;
    const leads = norms + 4 * PANEL * panels;
    const askedPanels = leads + 4 * PANEL * panels;
    const askedNorms = askedPanels + (ASKED_AT_ONCE / PANEL) * this.panelBytes;
    const askedLeads = askedNorms + 4 * ASKED_AT_ONCE;
    const rowLimits = askedLeads + 4 * ASKED_AT_ONCE;
    const columnLimits = rowLimits + 4 * ASKED_AT_ONCE;
    const found = columnLimits + 4 * BLOCK;
    this.addresses = { norms, leads, askedPanels, askedNorms, askedLeads, rowLimits, columnLimits, found };
    const buffer = workspace.reserve(found + 8 * ROWS * BLOCK);
    this.kernel = workspace.kernel;
    this.askedPanels = new Int16Array(buffer, askedPanels, ASKED_AT_ONCE * 2 * coordinatePairs);
    this.askedNorms = new Int32Array(buffer, askedNorms, ASKED_AT_ONCE);
    this.askedLeads = new Int32Array(buffer, askedLeads, ASKED_AT_ONCE);
    this.rowLimits = new Int32Array(buffer, rowLimits, ASKED_AT_ONCE);
    new Int32Array(buffer, columnLimits, BLOCK).fill(NONE);
    this.found = new Int32Array(buffer, found, 2 * ROWS * BLOCK);
    this.grid = pointGrid(cloud, points, cancellation);
    const target = {
      panels: new Int16Array(buffer, 0, panels * PANEL * 2 * coordinatePairs),
      norms: new Int32Array(buffer, norms, PANEL * panels),
      leads: new Int32Array(buffer, leads, PANEL * panels),
    };
    this.gridError = packPanels(cloud, points, points.length, this.grid, target, cancellation);
  }

  distance(place: number, other: number): number {
    return euclideanDistance(this.cloud, this.points[place]!, this.points[other]!);
  }

  /** Hands over all pairs of places no farther apart than the radius, and some that are a little farther, the smaller place first, of the blocks that are wanted. */
  nearPairs(radius: number, wanted: WantBlocks, near: TakePair): void {
    if (this.points.length < 2) return;
    this.rowLimits.fill(this.limitOf(radius * radius));
    this.pairsOf(1, 1, radius * radius * SLACK, wanted, near);
  }

  private pairsOf(node: number, other: number, bound: number, wanted: WantBlocks, near: TakePair): void {
    if (node !== other && this.squaredBetween(node, other, bound) > bound) return;
    if (node >= this.firstBlock) {
      this.comparePairs(node - this.firstBlock, other - this.firstBlock, wanted, near);
      return;
    }
    // What is near each other first: then little is wanted of the rest.
    this.pairsOf(2 * node, 2 * other, bound, wanted, near);
    this.pairsOf(2 * node + 1, 2 * other + 1, bound, wanted, near);
    this.pairsOf(2 * node, 2 * other + 1, bound, wanted, near);
    if (node !== other) this.pairsOf(2 * node + 1, 2 * other, bound, wanted, near);
  }

  private comparePairs(block: number, other: number, wanted: WantBlocks, near: TakePair): void {
    this.cancellation.throwIfCancelled();
    if (block >= this.blocks || other >= this.blocks || !wanted(block, other)) return;
    const { found, panelBytes } = this;
    const from = block * BLOCK;
    const to = Math.min(from + BLOCK, this.points.length);
    for (let row = from; row < to; row += ROWS) {
      const address = Math.floor(row / PANEL) * panelBytes + 4 * (row % PANEL);
      const count = this.compare(address, row, false, row, other);
      for (let k = 0; k < 2 * count; k += 2) near(found[k]!, found[k + 1]!);
    }
  }

  /**
   * The distance from each of some points to its `rank`-th nearest of these, itself not counted, the farthest where there are fewer, 0 where there is no other. Points that are side by side
   * should be near each other.
   */
  neighbourDistances(asked: Uint32Array, rank: number): Float64Array {
    const result = new Float64Array(asked.length);
    const size = Math.max(1, Math.min(rank, this.points.length - 1));
    if (this.points.length < 2) return result;
    const nearest = Array.from({ length: Math.min(ASKED_AT_ONCE, asked.length) }, () => new Float64Array(size));
    for (let from = 0; from < asked.length; from += ASKED_AT_ONCE) {
      const rows = asked.subarray(from, Math.min(from + ASKED_AT_ONCE, asked.length));
      const lengths = Float64Array.from(rows, point => this.lengthOf(point));
      // Of rows that are there: the others find nothing.
      const target = { panels: this.askedPanels, norms: this.askedNorms, leads: this.askedLeads };
      const error = packPanels(this.cloud, rows, rows.length, { ...this.grid, lengths }, target, this.cancellation);
      this.rowLimits.fill(NONE);
      this.boundAsked(rows);
      for (let r = 0; r < rows.length; r++) {
        nearest[r]!.fill(Infinity);
        this.rowLimits[r] = this.limitOf(Infinity);
      }
      this.search(1, rows, nearest, Math.max(error, this.gridError));
      for (let r = 0; r < rows.length; r++) result[from + r] = nearest[r]![size - 1]!;
    }
    return result;
  }

  private boundAsked(rows: Uint32Array): void {
    const { low, high } = this;
    const { width } = this.cloud;
    low.fill(Infinity, 0, width);
    high.fill(-Infinity, 0, width);
    for (const point of rows) this.extend(ASKED, point);
  }

  private lengthOf(point: number): number {
    const { width, values } = this.cloud;
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (values[point * width + k]! - this.grid.origin[k]!) ** 2;
    return Math.sqrt(sum);
  }

  private search(node: number, rows: Uint32Array, nearest: readonly Float64Array[], error: number): void {
    let farthest = 0;
    for (let r = 0; r < rows.length; r++) farthest = Math.max(farthest, nearest[r]![nearest[r]!.length - 1]!);
    const bound = farthest * farthest * SLACK;
    if (this.squaredBetween(node, ASKED, bound) > bound) return;
    if (node >= this.firstBlock) {
      this.searchBlock(node - this.firstBlock, rows, nearest, error);
      return;
    }
    const to = (child: number) => this.squaredBetween(child, ASKED, Infinity);
    const nearSide = to(2 * node) <= to(2 * node + 1) ? 0 : 1;
    this.search(2 * node + nearSide, rows, nearest, error);
    this.search(2 * node + 1 - nearSide, rows, nearest, error);
  }

  private searchBlock(block: number, rows: Uint32Array, nearest: readonly Float64Array[], error: number): void {
    this.cancellation.throwIfCancelled();
    if (block >= this.blocks) return;
    const { addresses, found, points, cloud, panelBytes } = this;
    for (let from = 0; from < rows.length; from += ROWS) {
      const address = addresses.askedPanels + Math.floor(from / PANEL) * panelBytes + 4 * (from % PANEL);
      // Rows before all columns, so that all pairs count.
      const count = this.compare(address, from, true, -ROWS, block);
      for (let k = 0; k < 2 * count; k += 2) {
        const r = from + found[k]! + ROWS;
        const list = nearest[r]!;
        const last = list.length - 1;
        const point = points[found[k + 1]!]!;
        if (point === rows[r]) continue;
        const distance = euclideanDistance(cloud, rows[r]!, point);
        if (!(distance < list[last]!)) continue;
        let slot = last;
        for (; slot > 0 && list[slot - 1]! > distance; slot--) list[slot] = list[slot - 1]!;
        list[slot] = distance;
      }
      if (count === 0) continue;
      for (let r = from; r < Math.min(from + ROWS, rows.length); r++) {
        const farthest = nearest[r]![nearest[r]!.length - 1]!;
        this.rowLimits[r] = this.limitOf(farthest * farthest, error);
      }
    }
  }

  /** Pairs of four rows with the points of a block, into `found`; returns how many. */
  private compare(address: number, row: number, asked: boolean, rowNumber: number, block: number): number {
    const { addresses, panelBytes } = this;
    const from = block * BLOCK;
    const panels = Math.ceil((Math.min(from + BLOCK, this.points.length) - from) / PANEL);
    return this.kernel.nearPairs(
      address,
      (from / PANEL) * panelBytes,
      panels,
      panelBytes / 32,
      this.grid.leading / 2,
      (asked ? addresses.askedNorms : addresses.norms) + 4 * row,
      addresses.norms + 4 * from,
      (asked ? addresses.askedLeads : addresses.leads) + 4 * row,
      addresses.leads + 4 * from,
      addresses.rowLimits + (asked ? 4 * row : 0),
      addresses.columnLimits,
      rowNumber,
      from,
      this.points.length,
      addresses.found,
    );
  }

  /** Squared distances on the grid below it are of all that are no farther than the root of `squared`, and of some others. */
  private limitOf(squared: number, error = this.gridError): number {
    return Math.min(MOST, squareOnGrid(squared * SLACK, this.grid.scale, error) + 1);
  }

  private measureBounds(): void {
    const { points, low, high, firstBlock } = this;
    const { width } = this.cloud;
    for (let place = 0; place < points.length; place++) {
      if (place % BLOCK === 0) this.cancellation.throwIfCancelled();
      this.extend(firstBlock + Math.floor(place / BLOCK), points[place]!);
    }
    for (let node = firstBlock - 1; node >= 1; node--)
      for (let axis = 0, at = node * width, child = 2 * at; axis < width; axis++, at++, child++) {
        low[at] = Math.min(low[child]!, low[child + width]!);
        high[at] = Math.max(high[child]!, high[child + width]!);
      }
  }

  /** Widens the bounds of a node by a point of the cloud. */
  private extend(node: number, point: number): void {
    const { low, high } = this;
    const { width, values } = this.cloud;
    for (let axis = 0, at = node * width, from = point * width; axis < width; axis++, at++, from++) {
      const value = values[from]!;
      if (value < low[at]!) low[at] = value;
      if (value > high[at]!) high[at] = value;
    }
  }

  /** Squared distance between the bounds of two nodes; anything above `bound` once it is exceeded. */
  private squaredBetween(node: number, other: number, bound: number): number {
    const { low, high } = this;
    const { width } = this.cloud;
    let squared = 0;
    for (let axis = 0, a = node * width, b = other * width; axis < width && squared <= bound; axis++, a++, b++) {
      const gap = Math.max(low[a]! - high[b]!, low[b]! - high[a]!, 0);
      squared += gap * gap;
    }
    return squared;
  }
}
