import type { Cancellation } from '../base/cancellation';
import { CohomologyColumn } from './cohomologyColumn';
import type { KeyedSimplices } from './keyedSimplices';
import type { MemoryBudget } from './memoryBudget';
import { inverseModulo } from './primeField';
import { sortedChain, type Chain } from './representative';

/** A boundary, with coefficient 1 at its latest simplex, which comes first. */
interface ReducedBoundary {
  readonly keys: Float64Array;
  readonly coefficients: Int32Array;
  /** What it is the boundary of; kept where chains are wanted. */
  readonly chain: Chain | undefined;
}

/** Of the objects around a boundary that is kept, about. */
const BOUNDARY_BYTES = 400;
/** Entries of columns that are added between two looks at the stop sign: some milliseconds. */
const ENTRIES_PER_POLL = 1 << 16;

/**
 * The boundary matrix of a filtered complex over Z/p from one dimension to the next lower one, reduced as far as representative cycles need it ("involuted homology": Čufar, Virk, "Fast
 * computation of persistent homology representatives with involuted persistent homology", 2021): cohomology has told which simplices kill, so that only their columns are reduced, and
 * none is reduced to zero. Those of apparent pairs are the boundaries themselves, made where they are needed.
 */
export class ReducedBoundaries {
  private readonly column: CohomologyColumn;
  /** By their latest simplex. */
  private readonly reduced = new Map<number, ReducedBoundary>();
  private readonly byKiller = new Map<number, ReducedBoundary>();
  /** The column gives smallest keys first, and the latest simplex is asked for: keys are subtracted from this. */
  private readonly limit: number;
  private sinceLook = 0;

  /** `dimension` is that of the cycles, 1 or more; `chains`: whether it is to be known what they bound. */
  constructor(
    private readonly simplices: KeyedSimplices,
    private readonly dimension: number,
    private readonly prime: number,
    private readonly chains: boolean,
    private readonly budget: MemoryBudget,
    private readonly cancellation: Cancellation,
  ) {
    this.column = new CohomologyColumn(prime);
    this.limit = simplices.limit(dimension);
  }

  /** Reduces the boundaries of simplices that kill a cycle, all that are in no apparent pair among them. `progress` is told the fraction that is done. */
  reduceAll(killers: readonly number[], progress: (fraction: number) => void): void {
    const inOrder = Float64Array.from(killers.filter(killer => killer >= 0)).sort();
    inOrder.forEach((killer, i) => {
      if ((i & 63) === 0) {
        progress(i / inOrder.length);
        this.cancellation.throwIfCancelled();
      }
      const chain = this.chains ? new Map([[killer, 1]]) : undefined;
      const lead = this.reduce(killer, chain);
      const boundary = this.take(lead, chain);
      this.reduced.set(lead, boundary);
      this.byKiller.set(killer, boundary);
      this.budget.keep(
        BOUNDARY_BYTES + bytesOf(boundary) + (boundary.chain === undefined ? 0 : bytesOf(boundary.chain)),
      );
      if (this.budget.isSpent(this.column.bytes))
        throw this.budget.outgrownByCycles(this.dimension, i / inOrder.length);
    });
  }

  /** The cycle that a simplex kills: its reduced boundary. */
  killedBy(killer: number): Chain {
    const { keys, coefficients } = this.byKiller.get(killer)!;
    return { keys: keys.toReversed(), coefficients: coefficients.toReversed() };
  }

  /** The cycle that a simplex of the dimension above gives birth to: it, and chains whose boundaries add up to the opposite of its own. Needs `chains`. */
  bornWith(creator: number): Chain {
    const chain = new Map([[creator, 1]]);
    this.reduce(creator, chain);
    return chainOf(chain);
  }

  /**
   * Adds boundaries to that of a simplex until nobody else has the latest simplex that is left; returns that, or −1 where nothing is. `chain`, where it
   * is given, is kept the chain whose boundary it is.
   */
  private reduce(simplex: number, chain: Map<number, number> | undefined): number {
    const { column, prime, simplices, dimension, limit } = this;
    column.clear();
    this.pushBoundary(simplex, 1);
    for (;;) {
      const top = column.popPivot();
      if (top < 0) return -1;
      const coefficient = column.pivotCoefficient;
      const latest = limit - top;
      const earlier = this.reduced.get(latest);
      if (earlier !== undefined) {
        const { keys, coefficients } = earlier;
        const factor = prime - coefficient;
        this.look(keys.length);
        for (let i = 1; i < keys.length; i++) column.push(limit - keys[i]!, (factor * coefficients[i]!) % prime);
        if (chain !== undefined) this.addToChain(chain, earlier.chain!, factor);
        continue;
      }
      this.look(dimension + 2);
      const cofacet = simplices.apparentCofacet(latest, dimension);
      // An apparent pair may last where values differ: then its killer is among those that are reduced.
      if (cofacet < 0 || cofacet === simplex) {
        column.push(top, coefficient);
        return latest;
      }
      const factor = simplices.apparentSign === 1 ? prime - coefficient : coefficient;
      this.pushBoundary(cofacet, factor, latest);
      if (chain !== undefined) addTo(chain, cofacet, factor, prime);
    }
  }

  private addToChain(chain: Map<number, number>, { keys, coefficients }: Chain, factor: number): void {
    for (let i = 0; i < keys.length; i++) addTo(chain, keys[i]!, (factor * coefficients[i]!) % this.prime, this.prime);
  }

  /** Without the facet `except`. */
  private pushBoundary(simplex: number, factor: number, except = -1): void {
    const { simplices, dimension, column, limit, prime } = this;
    const { facets } = simplices;
    simplices.readFacets(simplex, dimension + 1);
    for (let i = 0; i <= dimension + 1; i++) {
      if (facets[i]! !== except) column.push(limit - facets[i]!, i % 2 === 0 ? factor : prime - factor);
    }
  }

  private look(entries: number): void {
    this.sinceLook += entries;
    if (this.sinceLook < ENTRIES_PER_POLL) return;
    this.sinceLook = 0;
    this.cancellation.throwIfCancelled();
  }

  /** Empties the column. */
  private take(lead: number, chain: ReadonlyMap<number, number> | undefined): ReducedBoundary {
    const { column, prime, limit } = this;
    const keys: number[] = [];
    const coefficients: number[] = [];
    let inverse = 1;
    for (let top = column.popPivot(); top >= 0; top = column.popPivot()) {
      const key = limit - top;
      if (key === lead) inverse = inverseModulo(column.pivotCoefficient, prime);
      keys.push(key);
      coefficients.push((column.pivotCoefficient * inverse) % prime);
    }
    return {
      keys: Float64Array.from(keys),
      coefficients: Int32Array.from(coefficients),
      chain: chain && scaled(chainOf(chain), inverse, prime),
    };
  }
}

function bytesOf({ keys, coefficients }: Chain): number {
  return keys.byteLength + coefficients.byteLength;
}

function addTo(chain: Map<number, number>, key: number, factor: number, prime: number): void {
  const sum = ((chain.get(key) ?? 0) + factor) % prime;
  if (sum === 0) chain.delete(key);
  else chain.set(key, sum);
}

function chainOf(chain: ReadonlyMap<number, number>): Chain {
  return sortedChain(Float64Array.from(chain.keys()), Int32Array.from(chain.values()));
}

function scaled({ keys, coefficients }: Chain, factor: number, prime: number): Chain {
  return { keys, coefficients: coefficients.map(coefficient => (coefficient * factor) % prime) };
}
