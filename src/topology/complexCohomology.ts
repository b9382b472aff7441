import type { Cancellation } from '../base/cancellation';
import { CohomologyColumn } from './cohomologyColumn';
import type { Cofacets, ComplexSimplices } from './complexSimplices';
import { inverseModulo } from './primeField';
import { noPairs, type Cochain, type RankPairs } from './rankPairs';

/** Entries of columns that are added between two looks at the stop sign: some milliseconds, for each also leaves the heap and may be a new key of a map. */
const ENTRIES_PER_POLL = 1 << 13;

/** A cochain that was added to, and the coefficient that its coboundary has at the pivot. */
interface ReducedColumn extends Required<Cochain> {
  readonly pivotCoefficient: number;
}

/**
 * Persistent cohomology over Z/p of a complex that is held whole, from dimension 1 on. Columns are those of `RipsCohomology`: a simplex that kills is no column of the next dimension (clearing; Chen,
 * Kerber 2011), and a column whose first cofacet nobody has yet is done as it is.
 */
export class ComplexCohomology {
  private readonly column: CohomologyColumn;
  private dimension = 1;
  /** Simplices of the dimension that kill. */
  private kills: Uint8Array;
  private sinceLook = 0;

  /** `forest` are the edges that kill components. `keepCochains`: whether pairs come with their cochains. */
  constructor(
    private readonly simplices: ComplexSimplices,
    forest: Uint32Array,
    private readonly prime: number,
    private readonly keepCochains: boolean,
    private readonly cancellation: Cancellation,
  ) {
    this.column = new CohomologyColumn(prime);
    this.kills = new Uint8Array(simplices.limit(1));
    for (const edge of forest) this.kills[edge] = 1;
  }

  /** Pairs of the next dimension (1 at first), by keys. `progress` is told the fraction of columns that is done. */
  nextDimension(progress: (fraction: number) => void): RankPairs {
    const { simplices, dimension, cancellation } = this;
    const pairs = noPairs();
    const cofacets = simplices.cofacets(dimension, cancellation);
    /** The simplex whose column has the cofacet for its pivot, or −1. */
    const owners = new Int32Array(simplices.limit(dimension + 1)).fill(-1);
    const reduced = new Map<number, ReducedColumn>();
    const count = simplices.limit(dimension);
    for (let key = count - 1; key >= 0; key--) {
      if ((key & 0xfff) === 0) progress(1 - key / count);
      this.look(1);
      if (this.kills[key] === 0) this.reduce(key, cofacets, owners, reduced, pairs);
    }
    this.kills = new Uint8Array(owners.length);
    for (let killer = 0; killer < owners.length; killer++) if (owners[killer]! >= 0) this.kills[killer] = 1;
    this.dimension++;
    return pairs;
  }

  private reduce(
    key: number,
    cofacets: Cofacets,
    owners: Int32Array,
    reduced: Map<number, ReducedColumn>,
    pairs: RankPairs,
  ): void {
    const { column, prime, dimension, simplices } = this;
    const { starts, list } = cofacets;
    if (starts[key] === starts[key + 1]) {
      this.addPair(pairs, key, -1, { keys: Float64Array.of(key) });
      return;
    }
    const first = list[starts[key]!]! >>> 1;
    if (owners[first]! < 0) {
      owners[first] = key;
      const lasts = simplices.diameter(key, dimension) < simplices.diameter(first, dimension + 1);
      if (lasts || simplices.apparentCofacet(key, dimension) !== first) {
        this.addPair(pairs, key, first, { keys: Float64Array.of(key) });
      }
      return;
    }
    const cochain = new Map<number, number>();
    const add = (simplex: number, factor: number) => {
      const sum = ((cochain.get(simplex) ?? 0) + factor) % prime;
      if (sum === 0) cochain.delete(simplex);
      else cochain.set(simplex, sum);
      this.push(simplex, factor, cofacets);
    };
    column.clear();
    add(key, 1);
    for (;;) {
      const pivot = column.popPivot();
      if (pivot < 0) {
        this.addPair(pairs, key, -1, cochainOf(cochain));
        return;
      }
      const coefficient = column.pivotCoefficient;
      const owner = owners[pivot]!;
      if (owner < 0) {
        const made = { pivotCoefficient: coefficient, ...cochainOf(cochain) };
        owners[pivot] = key;
        reduced.set(key, made);
        this.addPair(pairs, key, pivot, made);
        return;
      }
      column.push(pivot, coefficient);
      const earlier = reduced.get(owner);
      // One that was done as it is has its first cofacet for the pivot.
      const own = earlier?.pivotCoefficient ?? (list[starts[owner]!]! % 2 === 0 ? 1 : prime - 1);
      const factor = prime - ((coefficient * inverseModulo(own, prime)) % prime);
      if (earlier === undefined) add(owner, factor);
      else earlier.keys.forEach((simplex, i) => add(simplex, (factor * earlier.coefficients[i]!) % prime));
    }
  }

  /** Adds `factor` times the coboundary of a simplex to the column. */
  private push(simplex: number, factor: number, { starts, list }: Cofacets): void {
    const to = starts[simplex + 1]!;
    this.look(1 + to - starts[simplex]!);
    for (let at = starts[simplex]!; at < to; at++) {
      const entry = list[at]!;
      this.column.push(entry >>> 1, entry % 2 === 0 ? factor : this.prime - factor);
    }
  }

  private addPair(pairs: RankPairs, creator: number, killer: number, cochain: Cochain): void {
    pairs.births.push(creator);
    pairs.deaths.push(killer);
    pairs.creators.push(creator);
    pairs.killers.push(killer);
    if (this.keepCochains) pairs.cochains.push(cochain);
  }

  private look(entries: number): void {
    this.sinceLook += entries;
    if (this.sinceLook < ENTRIES_PER_POLL) return;
    this.sinceLook = 0;
    this.cancellation.throwIfCancelled();
  }
}

function cochainOf(cochain: ReadonlyMap<number, number>): Required<Cochain> {
  return { keys: Float64Array.from(cochain.keys()), coefficients: Int32Array.from(cochain.values()) };
}
