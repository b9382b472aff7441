import type { Steps } from '../base/steps';
import { LongEdgeColumn } from './longEdgeColumn';
import { noPairs, type RankPairs } from './rankPairs';
import type { RipsFiltration } from './ripsFiltration';
import { SimplexKeys } from './simplexKeys';

/** Work of a step, in calls of the kernel that go over a row: some milliseconds. */
const ROWS_PER_STEP = 1 << 12;
/** The first window holds this share of all ranks; every next one is this many times wider. */
const FIRST_WINDOW = 1 / 512;
const WINDOW_GROWTH = 4;
/** A column of dimension 1 that has taken more rows of cofacets than this goes on as a `LongEdgeColumn`. */
const MOST_ROWS = 64;

/**
 * Persistent cohomology of a Rips filtration over Z/2 in dimensions 1 and 2, with the kernel's inner loops. The algorithm
 * is that of `RipsCohomology`; two things make it fast. Vertices are taken four at a time. And of the coboundaries that are added
 * up only a window of ranks is ever made: the smallest cofacet is sought among few, and where the window runs empty, the
 * next, wider one is made anew from the cochain. Most columns end in their first window. The few of dimension 1 whose cochain becomes long
 * go on without a heap.
 *
 * Simplices are numbers here, as `SimplexKeys` gives them: an edge is its rank, a triangle `rank of its latest edge · n + third vertex`, a tetrahedron
 * `rank of its latest edge · C(n, 2) + C(larger other vertex, 2) + smaller other vertex`.
 */
export class BinaryRipsCohomology {
  /** Simplices that kill, of the pairs that are not apparent, with the cochain whose coboundary they lead. */
  private killing = new Map<number, Float64Array>();
  private readonly cochain = new Set<number>();
  private dimension = 1;
  /** Of the killing simplices. */
  private keys: SimplexKeys;
  private rowsOfStep = 0;
  private readonly longColumn: LongEdgeColumn;

  /**
   * `edges` are the columns of dimension 1, in ascending order: edges that close a loop and are in no apparent pair. `keepCochains`: whether the
   * pairs come with the cochains of their columns. `mostRows` changes the time, nothing else.
   */
  constructor(
    private readonly filtration: RipsFiltration,
    private readonly edges: Uint32Array,
    private readonly keepCochains: boolean,
    private readonly mostRows = MOST_ROWS,
  ) {
    this.keys = new SimplexKeys(filtration.count, filtration.edgeCount, 2);
    this.longColumn = new LongEdgeColumn(filtration);
    filtration.kernel.openHeap(this.longColumn.end);
  }

  /** Pairs of dimension 1 when called first, then of dimension 2. `progress` is told the fraction of columns that are done. */
  *nextDimension(progress: (fraction: number) => void): Steps<RankPairs> {
    const pairs = noPairs();
    const paired = new Map<number, Float64Array>();
    if (this.dimension === 1) {
      for (let i = this.edges.length - 1; i >= 0; i--) {
        if ((i & 63) === 0) progress(1 - i / this.edges.length);
        yield* this.reduce(this.edges[i]!, this.edges[i]!, paired, pairs);
      }
    } else {
      const { edgeCount, count, kernel } = this.filtration;
      this.keys = new SimplexKeys(count, edgeCount, 3);
      const { list } = this.filtration.views();
      const thirds = new Int32Array(list.length);
      for (let rank = edgeCount - 1; rank >= 0; rank--) {
        if ((rank & 1023) === 0) progress(1 - rank / edgeCount);
        if (this.isStep()) yield;
        const found = kernel.columnTriangles(rank, this.filtration.listAddress);
        if (found === 0) continue;
        thirds.set(this.filtration.views().list.subarray(0, found));
        for (let i = found - 1; i >= 0; i--) {
          const triangle = rank * count + thirds[i]!;
          if (!this.killing.has(triangle)) yield* this.reduce(triangle, rank, paired, pairs);
        }
      }
    }
    this.killing = paired;
    this.dimension++;
    return pairs;
  }

  /** Reduces the coboundary of one simplex (of which `rank` is the latest edge). */
  private *reduce(simplex: number, rank: number, paired: Map<number, Float64Array>, pairs: RankPairs): Steps<void> {
    const { kernel, edgeCount, count } = this.filtration;
    const { cochain, dimension, keys } = this;
    cochain.clear();
    cochain.add(simplex);
    let width = Math.ceil(edgeCount * FIRST_WINDOW);
    let end = Math.min(rank + width, edgeCount);
    kernel.openWindow(rank, end);
    this.pushCofacets(simplex);
    let rows = 1;
    const isLong = (more: number) => (rows += more) > this.mostRows && dimension === 1;
    for (;;) {
      if (kernel.popPivot() === 0) {
        if (end >= edgeCount) {
          this.addPair(pairs, rank, simplex, -1, -1, Float64Array.from(this.keepCochains ? cochain : []));
          return;
        }
        if (isLong(cochain.size)) return yield* this.reduceLong(simplex, end, paired, pairs);
        width *= WINDOW_GROWTH;
        kernel.openWindow(end, Math.min(end + width, edgeCount));
        end = Math.min(end + width, edgeCount);
        for (const member of cochain) {
          if (this.isStep()) yield;
          this.pushCofacets(member);
        }
        continue;
      }
      const pivotRank = kernel.pivotRank();
      const rest = kernel.pivotRest();
      const pivot =
        dimension === 1
          ? pivotRank * count + rest
          : pivotRank * keys.restCount(2) + keys.term(rest >>> 16, 2) + (rest & 0xffff);
      const earlier = paired.get(pivot);
      if (earlier !== undefined) {
        if (isLong(earlier.length)) return yield* this.reduceLong(simplex, pivotRank, paired, pairs);
        kernel.restorePivot();
        for (const member of earlier) {
          if (this.isStep()) yield;
          this.add(member);
        }
        continue;
      }
      if (this.isStep()) yield;
      const facet = this.apparentFacet(pivotRank, rest);
      if (facet >= 0) {
        if (isLong(1)) return yield* this.reduceLong(simplex, pivotRank, paired, pairs);
        kernel.restorePivot();
        this.add(facet);
        continue;
      }
      const members = Float64Array.from(cochain);
      paired.set(pivot, members);
      this.addPair(pairs, rank, simplex, pivotRank, pivot, members);
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
      this.addPair(pairs, edge, edge, pivot < 0 ? -1 : Math.floor(pivot / this.filtration.count), pivot, members);
      return;
    }
  }

  private addPair(pairs: RankPairs, birth: number, creator: number, death: number, killer: number, keys: Float64Array) {
    pairs.births.push(birth);
    pairs.deaths.push(death);
    pairs.creators.push(creator);
    pairs.killers.push(killer);
    if (this.keepCochains) pairs.cochains.push({ keys });
  }

  /** The facet that the pivot is paired with as an apparent pair, or −1. */
  private apparentFacet(rank: number, rest: number): number {
    const { kernel, count } = this.filtration;
    if (this.dimension === 1) return kernel.firstNeighbour(rank) === rest ? rank : -1;
    return kernel.isApparentTetrahedron(rank, rest >>> 16, rest & 0xffff) !== 0 ? rank * count + (rest >>> 16) : -1;
  }

  private add(simplex: number): void {
    if (!this.cochain.delete(simplex)) this.cochain.add(simplex);
    this.pushCofacets(simplex);
  }

  private pushCofacets(simplex: number): void {
    const { kernel, count } = this.filtration;
    if (this.dimension === 1) kernel.pushCofacetsOfEdge(simplex);
    else {
      const rank = Math.floor(simplex / count);
      kernel.pushCofacetsOfTriangle(rank, simplex - rank * count);
    }
  }

  /** Counts a row; whether it is the last one of a step. */
  private isStep(): boolean {
    if (++this.rowsOfStep < ROWS_PER_STEP) return false;
    this.rowsOfStep = 0;
    return true;
  }
}
