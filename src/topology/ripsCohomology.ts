import type { Cancellation } from '../base/cancellation';
import type { Steps } from '../base/steps';
import { CohomologyColumn } from './cohomologyColumn';
import { inverseModulo } from './primeField';
import { noPairs, type Cochain, type RankPairs } from './rankPairs';
import { NO_EDGE, type RipsFiltration, type RipsViews } from './ripsFiltration';
import { insert, SimplexKeys } from './simplexKeys';

/** The cochain whose coboundary has the pivot, and with which coefficient. */
interface ReducedColumn extends Required<Cochain> {
  readonly pivotCoefficient: number;
}

/** Work between two looks at the stop sign, in cofacets: some milliseconds. */
const COFACETS_PER_POLL = 1 << 20;

/**
 * Persistent cohomology of a Rips filtration over Z/p in any dimension, without storing the coboundary matrix: cofacets are
 * enumerated anew whenever a column is added (Bauer 2021, "Ripser: efficient computation of Vietoris–Rips persistence barcodes").
 * Clearing (Chen, Kerber 2011): a simplex that kills is no column of the next dimension. Apparent pairs, which are those where
 * the smallest cofacet adds a vertex below all rest vertices, are recognised by a search and never stored.
 */
export class RipsCohomology {
  private readonly keys: SimplexKeys;
  private readonly views: RipsViews;
  private readonly column: CohomologyColumn;
  /** Killing simplices of the last dimension by key: those of apparent pairs are left out. */
  private cleared = new Map<number, ReducedColumn | undefined>();
  private dimension = 1;

  // Scratch of one simplex: its vertices ascending, its rest, and the candidates of `forEachColumn` by depth.
  private readonly vertices: Int32Array;
  private readonly rest: Int32Array;
  private readonly dropped: Float64Array;
  private readonly candidates: Int32Array[];
  private sinceLook = 0;

  /** `keepCochains`: whether the pairs come with the cochains of their columns. */
  constructor(
    private readonly filtration: RipsFiltration,
    private readonly prime: number,
    maxDimension: number,
    forest: Uint32Array,
    private readonly keepCochains: boolean,
    private readonly cancellation: Cancellation,
  ) {
    this.keys = new SimplexKeys(filtration.count, filtration.edgeCount, maxDimension + 1);
    this.views = filtration.views();
    this.column = new CohomologyColumn(prime);
    for (const rank of forest) this.cleared.set(rank, undefined);
    this.vertices = new Int32Array(maxDimension + 2);
    this.rest = new Int32Array(maxDimension + 2);
    this.dropped = new Float64Array(maxDimension + 2);
    this.candidates = Array.from({ length: maxDimension + 1 }, () => new Int32Array(filtration.count));
  }

  /** Pairs of the next dimension (1 at first). `progress` is told the fraction of edges that are done. */
  *nextDimension(progress: (fraction: number) => void): Steps<RankPairs> {
    const pairs = noPairs();
    const paired = new Map<number, ReducedColumn | undefined>();
    const { edgeCount } = this.filtration;
    const columns: number[] = [];
    for (let rank = edgeCount - 1; rank >= 0; rank--) {
      if ((rank & 1023) === 0) {
        progress(1 - rank / edgeCount);
        yield;
      }
      this.collectColumns(rank, columns);
      for (const key of columns) this.reduce(key, rank, paired, pairs);
    }
    this.cleared = paired;
    this.dimension++;
    return pairs;
  }

  /** Keys, descending, of the simplices with this latest edge that are neither apparent nor known to kill. */
  private collectColumns(rank: number, columns: number[]): void {
    columns.length = 0;
    const { ends } = this.views;
    const { stride } = this.filtration;
    const rankKey = rank * this.keys.restCount(this.dimension - 1);
    const rowA = ends[4 * rank]! * stride;
    const rowB = ends[4 * rank + 1]! * stride;
    if (this.dimension === 1) {
      if (!this.cleared.has(rankKey) && !this.haveCommonNeighbour(rank, rowA, rowB)) columns.push(rankKey);
      return;
    }
    const common = this.candidates[0]!;
    const size = this.commonNeighbours(rank, rowA, rowB, common);
    this.extend(rank, rankKey, this.dimension - 1, common, size, columns);
    columns.reverse();
  }

  /** Vertices that both rows join before `rank`, ascending. */
  private commonNeighbours(rank: number, rowA: number, rowB: number, into: Int32Array): number {
    const { rank: ranks } = this.views;
    const { count } = this.filtration;
    this.look(count);
    let size = 0;
    for (let v = 0; v < count; v++) if (ranks[rowA + v]! < rank && ranks[rowB + v]! < rank) into[size++] = v;
    return size;
  }

  private haveCommonNeighbour(rank: number, rowA: number, rowB: number): boolean {
    const { rank: ranks } = this.views;
    const { count } = this.filtration;
    for (let v = 0; v < count; v++) {
      if (ranks[rowA + v]! < rank && ranks[rowB + v]! < rank) {
        this.look(v);
        return true;
      }
    }
    this.look(count);
    return false;
  }

  /** Chooses `missing` rest vertices among the candidates (ascending), largest first; emits keys in ascending order. */
  private extend(
    rank: number,
    key: number,
    missing: number,
    candidates: Int32Array,
    size: number,
    columns: number[],
  ): void {
    const { rank: ranks } = this.views;
    const { stride } = this.filtration;
    for (let i = missing - 1; i < size; i++) {
      const vertex = candidates[i]!;
      const row = vertex * stride;
      const own = key + this.keys.term(vertex, missing);
      this.look(i);
      if (missing > 1) {
        const next = this.candidates[this.dimension - missing]!;
        let nextSize = 0;
        for (let j = 0; j < i; j++) if (ranks[row + candidates[j]!]! < rank) next[nextSize++] = candidates[j]!;
        this.extend(rank, own, missing - 1, next, nextSize, columns);
        continue;
      }
      // The smallest candidate completes the simplex that the facet without it is paired with.
      if (i === 0) continue;
      let apparent = false;
      for (let j = 0; j < i && !apparent; j++) apparent = ranks[row + candidates[j]!]! < rank;
      if (!apparent && !this.cleared.has(own)) columns.push(own);
    }
  }

  private reduce(key: number, rank: number, paired: Map<number, ReducedColumn | undefined>, pairs: RankPairs): void {
    const { column, prime } = this;
    const cochain = new Map<number, number>();
    const add = (simplex: number, factor: number) => {
      const coefficient = ((cochain.get(simplex) ?? 0) + factor) % prime;
      if (coefficient === 0) cochain.delete(simplex);
      else cochain.set(simplex, coefficient);
      this.pushCofacets(simplex, factor);
    };
    column.clear();
    add(key, 1);
    for (;;) {
      const pivot = column.popPivot();
      if (pivot < 0) {
        this.addPair(pairs, rank, key, -1, -1, this.keepCochains ? cochainOf(cochain) : undefined);
        return;
      }
      const coefficient = column.pivotCoefficient;
      const earlier = paired.get(pivot);
      if (earlier !== undefined) {
        column.push(pivot, coefficient);
        const factor = prime - ((coefficient * inverseModulo(earlier.pivotCoefficient, prime)) % prime);
        for (let i = 0; i < earlier.keys.length; i++) {
          add(earlier.keys[i]!, (factor * earlier.coefficients[i]!) % prime);
        }
        continue;
      }
      const facet = this.apparentFacet(pivot);
      if (facet >= 0) {
        column.push(pivot, coefficient);
        add(facet, prime - ((coefficient * inverseModulo(this.apparentCoefficient, prime)) % prime));
        continue;
      }
      const reduced = { pivotCoefficient: coefficient, ...cochainOf(cochain) };
      paired.set(pivot, reduced);
      const death = Math.floor(pivot / this.keys.restCount(this.dimension));
      this.addPair(pairs, rank, key, death, pivot, this.keepCochains ? reduced : undefined);
      return;
    }
  }

  private addPair(pairs: RankPairs, birth: number, creator: number, death: number, killer: number, cochain?: Cochain) {
    pairs.births.push(birth);
    pairs.deaths.push(death);
    pairs.creators.push(creator);
    pairs.killers.push(killer);
    if (cochain !== undefined) pairs.cochains.push(cochain);
  }

  /** The coefficient of the simplex asked for in the coboundary of the facet that `apparentFacet` found. */
  private apparentCoefficient = 1;

  /** The facet that is paired with this simplex as an apparent pair, or −1. */
  private apparentFacet(key: number): number {
    const { rank: ranks, ends } = this.views;
    const { stride } = this.filtration;
    const restSize = this.dimension;
    const { rest } = this;
    const restCount = this.keys.restCount(restSize);
    const rank = Math.floor(key / restCount);
    this.keys.restVertices(key - rank * restCount, restSize, rest);
    const smallest = rest[0]!;
    const rowA = ends[4 * rank]! * stride;
    const rowB = ends[4 * rank + 1]! * stride;
    this.look(smallest);
    for (let v = 0; v < smallest; v++) {
      if (ranks[rowA + v]! >= rank || ranks[rowB + v]! >= rank) continue;
      let joined = true;
      for (let i = 1; i < restSize && joined; i++) joined = ranks[rest[i]! * stride + v]! < rank;
      if (joined) return -1;
    }
    let position = 0;
    if (ends[4 * rank]! < smallest) position++;
    if (ends[4 * rank + 1]! < smallest) position++;
    this.apparentCoefficient = position % 2 === 0 ? 1 : this.prime - 1;
    let index = 0;
    for (let i = 1; i < restSize; i++) index += this.keys.term(rest[i]!, i);
    return rank * this.keys.restCount(restSize - 1) + index;
  }

  /** Adds `factor` times the coboundary of a simplex to the column. */
  private pushCofacets(key: number, factor: number): void {
    const { rank: ranks, ends } = this.views;
    const { count, stride } = this.filtration;
    const { vertices, rest, dropped, keys, column, dimension } = this;
    const restCount = keys.restCount(dimension - 1);
    const rank = Math.floor(key / restCount);
    keys.restVertices(key - rank * restCount, dimension - 1, rest);
    // All d + 1 vertices in order: the rest and the two ends of the latest edge.
    const size = dimension + 1;
    for (let i = 0; i < dimension - 1; i++) vertices[i] = rest[i]!;
    insert(vertices, dimension - 1, ends[4 * rank]!);
    insert(vertices, dimension, ends[4 * rank + 1]!);
    // Where an edge from vertex i to the new one is the latest, the rest is the simplex without vertex i.
    for (let i = 0; i < size; i++) {
      let index = 0;
      for (let j = 0; j < size; j++) if (j !== i) index += keys.term(vertices[j]!, j < i ? j + 1 : j);
      dropped[i] = index;
    }
    this.look(count);
    const cofacetCount = keys.restCount(dimension);
    let position = 0;
    let restBelow = 0;
    let indexBelow = 0;
    let indexAbove = 0;
    for (let i = 0; i < dimension - 1; i++) indexAbove += keys.term(rest[i]!, i + 2);
    for (let v = 0; v < count; v++) {
      if (position < size && vertices[position] === v) {
        position++;
        if (restBelow < dimension - 1 && rest[restBelow] === v) {
          indexBelow += keys.term(v, restBelow + 1);
          indexAbove -= keys.term(v, restBelow + 2);
          restBelow++;
        }
        continue;
      }
      let latest = -1;
      let at = 0;
      for (let i = 0; i < size; i++) {
        const joining = ranks[vertices[i]! * stride + v]!;
        if (joining > latest) {
          latest = joining;
          at = i;
        }
      }
      if (latest === NO_EDGE) continue;
      const cofacet =
        latest > rank
          ? latest * cofacetCount + dropped[at]!
          : rank * cofacetCount + indexBelow + keys.term(v, restBelow + 1) + indexAbove;
      column.push(cofacet, position % 2 === 0 ? factor : this.prime - factor);
    }
  }

  private look(work: number): void {
    this.sinceLook += work;
    if (this.sinceLook < COFACETS_PER_POLL) return;
    this.sinceLook = 0;
    this.cancellation.throwIfCancelled();
  }
}

function cochainOf(cochain: ReadonlyMap<number, number>): Required<Cochain> {
  return { keys: Float64Array.from(cochain.keys()), coefficients: Int32Array.from(cochain.values()) };
}
