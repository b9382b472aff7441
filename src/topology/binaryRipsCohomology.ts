import type { Steps } from '../base/steps';
import { LongEdgeColumn } from './longEdgeColumn';
import type { MemoryBudget } from './memoryBudget';
import { noPairs, type RankPairs } from './rankPairs';
import type { RipsFiltration } from './ripsFiltration';

/** Work of a step, in calls of the kernel that go over a row, of whatever length, and in entries of rows: some milliseconds. */
const ROWS_PER_STEP = 1 << 12;
const ENTRIES_PER_STEP = 1 << 23;
/** The first window holds this share of all ranks; every next one is this many times wider. */
const FIRST_WINDOW = 1 / 512;
const WINDOW_GROWTH = 4;
/** Of a pair and the objects around its cochain, about. */
const PAIR_BYTES = 250;
/** A column that has taken more rows of cofacets than this goes on as a `LongEdgeColumn`. */
const MOST_ROWS = 64;

/**
 * Persistent cohomology of a Rips filtration over Z/2 in dimension 1, with the kernel's inner loops. The algorithm
 * is that of `RipsCohomology`; the few columns are known beforehand. Vertices are taken four at a time. And of the coboundaries that are added
 * up only a window of ranks is ever made: the smallest cofacet is sought among few, and where the window runs empty, the
 * next, wider one is made anew from the cochain. Most columns end in their first window. The few whose cochain becomes long
 * go on without a heap.
 *
 * Simplices are numbers here, as `SimplexKeys` gives them: an edge is its rank, a triangle `rank of its latest edge · n + third vertex`.
 */
export class BinaryRipsCohomology {
  private readonly cochain = new Set<number>();
  private rowsOfStep = 0;
  private readonly rowsPerStep: number;
  private readonly longColumn: LongEdgeColumn;

  /**
   * `edges` are the columns, in ascending order: edges that close a loop and are in no apparent pair. `keepCochains`: whether the
   * pairs come with the cochains of their columns. `mostRows` changes the time, nothing else.
   */
  constructor(
    private readonly filtration: RipsFiltration,
    private readonly edges: Uint32Array,
    private readonly budget: MemoryBudget,
    private readonly keepCochains: boolean,
    private readonly mostRows = MOST_ROWS,
  ) {
    this.rowsPerStep = Math.min(ROWS_PER_STEP, ENTRIES_PER_STEP / filtration.count);
    this.longColumn = new LongEdgeColumn(filtration);
    filtration.kernel.openHeap(this.longColumn.end);
  }

  /** Pairs of dimension 1. `progress` is told the fraction of columns that are done. */
  *pairs(progress: (fraction: number) => void): Steps<RankPairs> {
    const pairs = noPairs();
    // Triangles that kill, of the pairs that are not apparent, with the cochain whose coboundary they lead.
    const paired = new Map<number, Float64Array>();
    for (let i = this.edges.length - 1; i >= 0; i--) {
      if ((i & 63) === 0) progress(1 - i / this.edges.length);
      yield* this.reduce(this.edges[i]!, paired, pairs);
      if (this.budget.isSpent()) throw this.budget.outgrown(this.filtration.count, 1, 1 - i / this.edges.length);
    }
    return pairs;
  }

  /** Reduces the coboundary of one edge. */
  private *reduce(edge: number, paired: Map<number, Float64Array>, pairs: RankPairs): Steps<void> {
    const { kernel, edgeCount, count } = this.filtration;
    const { cochain } = this;
    cochain.clear();
    cochain.add(edge);
    let width = Math.ceil(edgeCount * FIRST_WINDOW);
    let end = Math.min(edge + width, edgeCount);
    kernel.openWindow(edge, end);
    kernel.pushCofacetsOfEdge(edge);
    let rows = 1;
    const isLong = (more: number) => (rows += more) > this.mostRows;
    for (;;) {
      if (kernel.popPivot() === 0) {
        if (end >= edgeCount) {
          this.addPair(pairs, edge, -1, -1, Float64Array.from(this.keepCochains ? cochain : []));
          return;
        }
        if (isLong(cochain.size)) return yield* this.reduceLong(edge, end, paired, pairs);
        width *= WINDOW_GROWTH;
        kernel.openWindow(end, Math.min(end + width, edgeCount));
        end = Math.min(end + width, edgeCount);
        for (const member of cochain) {
          if (this.isStep()) yield;
          kernel.pushCofacetsOfEdge(member);
        }
        continue;
      }
      const pivotRank = kernel.pivotRank();
      const third = kernel.pivotRest();
      const pivot = pivotRank * count + third;
      const earlier = paired.get(pivot);
      if (earlier !== undefined) {
        if (isLong(earlier.length)) return yield* this.reduceLong(edge, pivotRank, paired, pairs);
        kernel.restorePivot();
        for (const member of earlier) {
          if (this.isStep()) yield;
          this.add(member);
        }
        continue;
      }
      if (this.isStep()) yield;
      // The edge that the pivot is in an apparent pair with.
      if (kernel.firstNeighbour(pivotRank) === third) {
        if (isLong(1)) return yield* this.reduceLong(edge, pivotRank, paired, pairs);
        kernel.restorePivot();
        this.add(pivotRank);
        continue;
      }
      const members = Float64Array.from(cochain);
      paired.set(pivot, members);
      this.addPair(pairs, edge, pivotRank, pivot, members);
      return;
    }
  }

  /** Goes on with the column of an edge, which has no cofacets left before the edge `rank`. */
  private *reduceLong(edge: number, rank: number, paired: Map<number, Float64Array>, pairs: RankPairs): Steps<void> {
    const { cochain, longColumn } = this;
    yield* longColumn.begin(cochain, rank);
    for (;;) {
      const pivot = yield* longColumn.pivot();
      const earlier = paired.get(pivot);
      if (earlier !== undefined) {
        yield* longColumn.add(earlier);
        continue;
      }
      const members = yield* longColumn.take();
      if (pivot >= 0) paired.set(pivot, members);
      this.addPair(pairs, edge, pivot < 0 ? -1 : Math.floor(pivot / this.filtration.count), pivot, members);
      return;
    }
  }

  private addPair(pairs: RankPairs, edge: number, death: number, killer: number, keys: Float64Array) {
    this.budget.keep(PAIR_BYTES + keys.byteLength);
    pairs.births.push(edge);
    pairs.deaths.push(death);
    pairs.creators.push(edge);
    pairs.killers.push(killer);
    if (this.keepCochains) pairs.cochains.push({ keys });
  }

  private add(edge: number): void {
    if (!this.cochain.delete(edge)) this.cochain.add(edge);
    this.filtration.kernel.pushCofacetsOfEdge(edge);
  }

  /** Counts a row; whether it is the last one of a step. */
  private isStep(): boolean {
    if (++this.rowsOfStep < this.rowsPerStep) return false;
    this.rowsOfStep = 0;
    return true;
  }
}
