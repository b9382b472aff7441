import type { Representative } from '../../src/topology/representative';
import { boundary, reduce, type Column, type Simplex } from './ripsOracle';

/** A filtered complex with all of its simplices in order, and what chains and cochains on it are over Z/p: slow, and obvious. */
export class ChainComplex {
  private readonly indexOf: ReadonlyMap<string, number>;

  constructor(
    private readonly simplices: readonly Simplex[],
    private readonly prime: number,
  ) {
    this.indexOf = new Map(simplices.map(({ vertices }, i) => [vertices.join(), i]));
  }

  /** Scales at which something is born, ascending. */
  get scales(): number[] {
    return [...new Set(this.simplices.map(({ diameter }) => diameter))];
  }

  /** By the index of the simplex; simplices that the complex does not have are an error. */
  chain({ dimension, simplices, coefficients }: Representative): Column {
    const size = dimension + 1;
    return new Map(
      Array.from(coefficients, (coefficient, k) => {
        const index = this.indexOf.get(simplices.subarray(k * size, (k + 1) * size).join());
        if (index === undefined) throw new Error(`no simplex ${simplices.subarray(k * size, (k + 1) * size).join()}`);
        return [index, coefficient];
      }),
    );
  }

  diameters(chain: Column): number[] {
    return [...chain.keys()].map(index => this.simplices[index]!.diameter);
  }

  boundary(chain: Column): Column {
    const sum: Column = new Map();
    for (const [index, coefficient] of chain) this.add(sum, this.facets(index), coefficient);
    return sum;
  }

  /** The scale at which a cycle of a dimension becomes a boundary; ∞ where it never does. */
  deathOf(cycle: Column, dimension: number): number {
    const reduced = new Map<number, Column>();
    const rest = new Map(cycle);
    let death = Infinity;
    this.simplices.forEach(({ vertices, diameter }, index) => {
      if (vertices.length !== dimension + 2 || death < Infinity) return;
      keep(this.facets(index), reduced, this.prime);
      reduce(rest, reduced, this.prime);
      if (rest.size === 0) death = diameter;
    });
    return death;
  }

  /** The smallest diameter of a simplex on which the coboundary is not zero; ∞ where there is none. */
  coboundaryFrom(cochain: Column, dimension: number): number {
    const at = this.simplices.findIndex(
      ({ vertices }, index) => vertices.length === dimension + 2 && this.pairing(cochain, this.facets(index)) !== 0,
    );
    return at < 0 ? Infinity : this.simplices[at]!.diameter;
  }

  /** Whether a cochain, on what is there at a scale, is a coboundary there. */
  isCoboundary(cochain: Column, dimension: number, scale: number): boolean {
    const there = (index: number) => this.simplices[index]!.diameter <= scale;
    const reduced = new Map<number, Column>();
    this.simplices.forEach(({ vertices }, index) => {
      if (vertices.length !== dimension || !there(index)) return;
      const coboundary: Column = new Map();
      this.simplices.forEach((coface, other) => {
        if (coface.vertices.length !== dimension + 1 || !there(other)) return;
        const coefficient = this.facets(other).get(index) ?? 0;
        if (coefficient !== 0) coboundary.set(other, coefficient);
      });
      keep(coboundary, reduced, this.prime);
    });
    const rest: Column = new Map([...cochain].filter(([index]) => there(index)));
    reduce(rest, reduced, this.prime);
    return rest.size === 0;
  }

  /** The value of a cochain on a chain. */
  pairing(cochain: Column, chain: Column): number {
    let sum = 0;
    for (const [index, coefficient] of chain) sum += coefficient * (cochain.get(index) ?? 0);
    return sum % this.prime;
  }

  /** Whether the square matrix of the values of cochains on chains is invertible. */
  areDual(cochains: readonly Column[], chains: readonly Column[]): boolean {
    const reduced = new Map<number, Column>();
    return chains.every(chain => {
      const values = cochains.map((cochain, i): [number, number] => [i, this.pairing(cochain, chain)]);
      return keep(new Map(values.filter(([, value]) => value !== 0)), reduced, this.prime);
    });
  }

  private facets(index: number): Column {
    return boundary(this.simplices[index]!.vertices, this.indexOf, this.prime);
  }

  private add(to: Column, chain: Column, factor: number): void {
    for (const [index, coefficient] of chain) {
      const sum = ((to.get(index) ?? 0) + factor * coefficient) % this.prime;
      if (sum === 0) to.delete(index);
      else to.set(index, sum);
    }
  }
}

/** Reduces a column by those before it, and keeps it by its lowest row; false where nothing is left. */
function keep(column: Column, reduced: Map<number, Column>, prime: number): boolean {
  reduce(column, reduced, prime);
  if (column.size > 0) reduced.set(Math.max(...column.keys()), column);
  return column.size > 0;
}
