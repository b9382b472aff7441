import type { Cancellation } from '../base/cancellation';
import { poll, type FilteredComplex } from './filteredComplex';
import type { KeyedSimplices } from './keyedSimplices';

/** Cofacets of all simplices of a dimension: those of simplex k are at [starts[k], starts[k + 1]), in order; a place has twice the cofacet, and 1 where the sign is −. */
export interface Cofacets {
  readonly starts: Uint32Array;
  readonly list: Uint32Array;
}

/** The simplices of a complex that is held whole: keys are their places in the order of value. Vertices descend. */
export class ComplexSimplices implements KeyedSimplices {
  readonly points: Uint32Array;
  readonly facets: Float64Array;
  apparentSign: 1 | -1 = 1;
  /** Simplex of the complex by key, by dimension. */
  private readonly order: readonly Uint32Array[];
  /** Facets by key, dimension + 1 of each, by dimension from 1 on. */
  private readonly facetsOf: readonly Int32Array[];
  /** First cofacet by key, −1 where there is none, by dimension. */
  private readonly firstCofacets: readonly Int32Array[];

  /** Of dimensions 0 … topDimension. `points` are the names of its vertices, their numbers unless given. */
  constructor(
    private readonly complex: FilteredComplex,
    topDimension: number,
    cancellation: Cancellation,
    points?: Uint32Array,
  ) {
    this.points = points ?? Uint32Array.from({ length: complex.vertexCount }, (_, vertex) => vertex);
    this.facets = new Float64Array(topDimension + 1);
    const order = [complex.order(0, cancellation)];
    const facetsOf = [new Int32Array(0)];
    let below: Int32Array | undefined;
    for (let dimension = 1; dimension <= topDimension; dimension++) {
      const width = dimension + 1;
      const keyBelow = inverse(order[dimension - 1]!, cancellation);
      const own = complex.order(dimension, cancellation);
      const facets = complex.facets(dimension, below, cancellation);
      const byKey = new Int32Array(facets.length);
      own.forEach((simplex, key) => {
        poll(key, cancellation);
        for (let k = 0; k < width; k++) byKey[key * width + k] = keyBelow[facets[simplex * width + k]!]!;
      });
      order.push(own);
      facetsOf.push(byKey);
      below = facets;
    }
    this.order = order;
    this.facetsOf = facetsOf;
    this.firstCofacets = order.map(({ length }, dimension) => {
      const first = new Int32Array(length).fill(-1);
      const facets = facetsOf[dimension + 1] ?? new Int32Array(0);
      // Backwards, so that the first one is what is left.
      for (let at = facets.length - 1; at >= 0; at--) {
        poll(at, cancellation);
        first[facets[at]!] = Math.floor(at / (dimension + 2));
      }
      return first;
    });
  }

  limit(dimension: number): number {
    return this.order[dimension]!.length;
  }

  diameter(key: number, dimension: number): number {
    return this.complex.value(dimension, this.order[dimension]![key]!);
  }

  readVertices(key: number, dimension: number, into: Int32Array): void {
    this.complex.readVertices(dimension, this.order[dimension]![key]!, into);
  }

  readFacets(key: number, dimension: number): void {
    const width = dimension + 1;
    for (let k = 0; k < width; k++) this.facets[k] = this.facetsOf[dimension]![key * width + k]!;
  }

  apparentCofacet(key: number, dimension: number): number {
    const cofacet = this.firstCofacets[dimension]![key]!;
    if (cofacet < 0) return -1;
    const facets = this.facetsOf[dimension + 1]!;
    const from = cofacet * (dimension + 2);
    for (let k = 0; k < dimension + 2; k++) {
      if (facets[from + k]! > key) return -1;
      if (facets[from + k] === key) this.apparentSign = k % 2 === 0 ? 1 : -1;
    }
    return cofacet;
  }

  cofacets(dimension: number, cancellation: Cancellation): Cofacets {
    const facets = this.facetsOf[dimension + 1]!;
    const width = dimension + 2;
    const starts = new Uint32Array(this.limit(dimension) + 1);
    for (let at = 0; at < facets.length; at++) {
      poll(at, cancellation);
      starts[facets[at]! + 1]!++;
    }
    for (let key = 0; key + 1 < starts.length; key++) starts[key + 1] = starts[key + 1]! + starts[key]!;
    const places = starts.slice();
    const list = new Uint32Array(facets.length);
    for (let cofacet = 0, at = 0; at < facets.length; cofacet++) {
      poll(cofacet, cancellation);
      for (let k = 0; k < width; k++, at++) {
        const facet = facets[at]!;
        list[places[facet]!] = 2 * cofacet + (k % 2);
        places[facet] = places[facet]! + 1;
      }
    }
    return { starts, list };
  }
}

function inverse(order: Uint32Array, cancellation: Cancellation): Uint32Array {
  const places = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) {
    poll(place, cancellation);
    places[order[place]!] = place;
  }
  return places;
}
