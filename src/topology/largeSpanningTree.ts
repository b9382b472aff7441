import { Cancellation } from '../base/cancellation';
import { noProgress, type Progress } from '../base/progress';
import { spanningTreeKernel } from './kernels/spanningTreeKernel';
import { LightestForest, joinEdges, type WeightedEdges } from './lightestForest';
import type { SpanningTree } from './minimumSpanningTree';
import type { PointCloud } from './pointCloud';
import { squaredDistance } from './pointDistances';
import { PANEL, squareOnGrid } from './pointGrid';
import { BLOCK, planSpanningTree, type SpanningTreePlan } from './spanningTreePlan';

/** Edges that are held before the lightest forest of them takes their place. */
const HELD = 1 << 20;

/**
 * The minimum spanning tree of a cloud of any size under the Euclidean distance, exactly, without a matrix: O(n² · width) time, O(n · width) memory. Lengths are as
 * double precision has them, and do not depend on the seed or on the number of parts.
 *
 * An edge that is no shorter than the longest on the path between its ends in *some* spanning tree is in no minimum one, or can be left out of it. With the points in the order in which a rough tree
 * joins them, that longest edge is at most the largest of those between neighbours in the order, from one end to the other. So every pair is compared with such
 * a limit, in whole numbers of 16 bits with a margin for what rounding them may do; the few pairs that are nearer are measured in double precision, and as they lead to
 * better trees the limits fall.
 */
export function largeSpanningTree(
  cloud: PointCloud,
  seed = 0,
  cancellation = Cancellation.never,
  progress: Progress = noProgress,
): SpanningTree {
  const plan = planSpanningTree(cloud, seed, cancellation);
  return joinSpanningTreeParts(plan, [spanningTreePart(plan, 0, 1, cancellation, progress)]);
}

/** Every edge of a minimum spanning tree is in one of the parts: the lightest forest of all is one. */
export function joinSpanningTreeParts(plan: SpanningTreePlan, parts: readonly WeightedEdges[]): SpanningTree {
  const { edges } = new LightestForest(plan.count, joinEdges(parts));
  return { count: plan.count, from: edges.from, to: edges.to, length: edges.weight.map(Math.sqrt) };
}

/** The lightest forest of one of `parts` equal shares of all pairs (part 0 … parts − 1) and of the rough tree, with squared distances as weights. */
export function spanningTreePart(
  plan: SpanningTreePlan,
  part: number,
  parts: number,
  cancellation = Cancellation.never,
  progress: Progress = noProgress,
): WeightedEdges {
  const search = new NearPairSearch(plan, cancellation);
  const blocks = Math.ceil(plan.packed / BLOCK);
  const all = (blocks * (blocks + 1)) / 2;
  let at = 0;
  // Neighbouring blocks first: what they hold makes the limits of the others lower.
  for (let offset = 0; offset < blocks; offset++) {
    for (let block = 0; block + offset < blocks; block++, at++) {
      if (at % parts !== part) continue;
      cancellation.throwIfCancelled();
      progress(at / all, 'joining all points');
      search.compare(block, block + offset);
    }
  }
  for (let place = plan.packed + part; place < plan.count; place += parts) {
    cancellation.throwIfCancelled();
    search.measureAll(place);
  }
  return search.finish();
}

class NearPairSearch {
  private forest: LightestForest;
  private held = 0;
  private readonly from = new Uint32Array(HELD);
  private readonly to = new Uint32Array(HELD);
  private readonly weight = new Float64Array(HELD);
  /** The largest weight between a position and the next, and the largest of every block. */
  private readonly gaps: Float64Array;
  private readonly blockGaps: Float64Array;
  private readonly kernel;
  private readonly rowLimits: Int32Array;
  private readonly columnLimits: Int32Array;
  private readonly pairs: Int32Array;
  private readonly normsAddress: number;
  private readonly leadsAddress: number;
  private readonly limitsAddress: number;
  private readonly pairsAddress: number;

  constructor(
    private readonly plan: SpanningTreePlan,
    private readonly cancellation: Cancellation,
  ) {
    const { count, panels, norms, leads, packed, rough } = plan;
    this.normsAddress = Math.ceil(panels.byteLength / 16) * 16;
    this.leadsAddress = this.normsAddress + Math.ceil(norms.byteLength / 16) * 16;
    this.limitsAddress = this.leadsAddress + Math.ceil(leads.byteLength / 16) * 16;
    this.pairsAddress = this.limitsAddress + 2 * BLOCK * 4;
    const { memory, exports: kernel } = spanningTreeKernel(this.pairsAddress + 4 * BLOCK * 8);
    this.kernel = kernel;
    new Int16Array(memory.buffer, 0, panels.length).set(panels);
    new Int32Array(memory.buffer, this.normsAddress, norms.length).set(norms);
    new Int32Array(memory.buffer, this.leadsAddress, leads.length).set(leads);
    this.rowLimits = new Int32Array(memory.buffer, this.limitsAddress, BLOCK);
    this.columnLimits = new Int32Array(memory.buffer, this.limitsAddress + 4 * BLOCK, BLOCK);
    this.pairs = new Int32Array(memory.buffer, this.pairsAddress, 8 * BLOCK);
    this.gaps = new Float64Array(packed);
    this.blockGaps = new Float64Array(Math.ceil(packed / BLOCK));
    this.forest = new LightestForest(count, rough, cancellation);
    this.measureGaps();
  }

  /** All pairs with one point in each of two blocks, or in one. */
  compare(rowBlock: number, columnBlock: number): void {
    const { plan, kernel, normsAddress, leadsAddress, limitsAddress, pairs } = this;
    const { packed, coordinatePairs, leadingPairs } = plan;
    const panelBytes = coordinatePairs * 32;
    this.setLimits(rowBlock, columnBlock);
    const rowFrom = rowBlock * BLOCK;
    const rowTo = Math.min(rowFrom + BLOCK, packed);
    const columnFrom = columnBlock * BLOCK;
    const panels = Math.ceil((Math.min(columnFrom + BLOCK, packed) - columnFrom) / PANEL);
    for (let row = rowFrom; row < rowTo; row += 4) {
      const found = kernel.nearPairs(
        (row >> 3) * panelBytes + 2 * (row & 4) * 2,
        (columnFrom >> 3) * panelBytes,
        panels,
        coordinatePairs,
        leadingPairs,
        normsAddress + 4 * row,
        normsAddress + 4 * columnFrom,
        leadsAddress + 4 * row,
        leadsAddress + 4 * columnFrom,
        limitsAddress + 4 * (row - rowFrom),
        limitsAddress + 4 * BLOCK,
        row,
        columnFrom,
        packed,
        this.pairsAddress,
      );
      for (let k = 0; k < 2 * found; k += 2) this.measure(pairs[k]!, pairs[k + 1]!);
    }
  }

  /** All pairs of one position with those before it: for the few that are in no panel. */
  measureAll(place: number): void {
    for (let other = 0; other < place; other++) this.measure(other, place);
  }

  finish(): WeightedEdges {
    this.settle();
    return this.forest.edges;
  }

  private measure(row: number, column: number): void {
    const { values, width, order } = this.plan;
    const from = order[row]!;
    const to = order[column]!;
    this.from[this.held] = from;
    this.to[this.held] = to;
    this.weight[this.held++] = squaredDistance(values, from * width, to * width, width);
    if (this.held === HELD) this.settle();
  }

  /** The forest of the edges held and of the last forest takes the place of both. */
  private settle(): void {
    const { held } = this;
    if (held === 0) return;
    const more = {
      from: this.from.subarray(0, held),
      to: this.to.subarray(0, held),
      weight: this.weight.subarray(0, held),
    };
    this.forest = new LightestForest(this.plan.count, joinEdges([this.forest.edges, more]), this.cancellation);
    this.held = 0;
    this.measureGaps();
  }

  private measureGaps(): void {
    const { order, packed } = this.plan;
    this.blockGaps.fill(0);
    for (let place = 0; place + 1 < packed; place++) {
      const gap = this.forest.largestBetween(order[place]!, order[place + 1]!);
      this.gaps[place] = gap;
      const block = Math.floor(place / BLOCK);
      this.blockGaps[block] = Math.max(this.blockGaps[block]!, gap);
    }
  }

  /**
   * The largest gap from row to column is the largest of three: from the row to the end of its block, over the blocks between, from the
   * beginning of the column's block to it. The one between is in both kinds of limits.
   */
  private setLimits(rowBlock: number, columnBlock: number): void {
    const { gaps, blockGaps, rowLimits, columnLimits } = this;
    const { packed, scale, quantisationError } = this.plan;
    let between = rowBlock === columnBlock ? blockGaps[rowBlock]! : 0;
    for (let block = rowBlock + 1; block < columnBlock; block++) between = Math.max(between, blockGaps[block]!);
    const rowFrom = rowBlock * BLOCK;
    for (let k = BLOCK - 1, largest = between; k >= 0; k--) {
      if (rowBlock !== columnBlock && rowFrom + k < packed) largest = Math.max(largest, gaps[rowFrom + k]!);
      rowLimits[k] = squareOnGrid(largest, scale, quantisationError);
    }
    const columnFrom = columnBlock * BLOCK;
    for (let k = 0, largest = between; k < BLOCK; k++) {
      columnLimits[k] = squareOnGrid(largest, scale, quantisationError);
      if (rowBlock !== columnBlock && columnFrom + k < packed) largest = Math.max(largest, gaps[columnFrom + k]!);
    }
  }
}

/** An upper estimate of the bytes that `largeSpanningTree` takes in every thread (its panels and edges) and once (points in shared memory). */
export function forecastSpanningTreeBytes(
  points: number,
  width: number,
): { readonly eachThread: number; readonly once: number } {
  const panels = points * (2 * width + 12);
  return { eachThread: panels + 160 * points + 80 * HELD, once: panels + points * (8 * width + 200) };
}
