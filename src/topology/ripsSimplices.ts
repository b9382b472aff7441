import type { KeyedSimplices } from './keyedSimplices';
import { type RipsFiltration, type RipsViews } from './ripsFiltration';
import { insert, SimplexKeys } from './simplexKeys';

/** The simplices of a Rips filtration by the keys of `SimplexKeys`, their vertices ascending. */
export class RipsSimplices implements KeyedSimplices {
  readonly points: Uint32Array;
  readonly facets: Float64Array;
  apparentSign: 1 | -1 = 1;
  private readonly keys: SimplexKeys;
  private readonly views: RipsViews;
  // Scratch of one simplex.
  private readonly vertices: Int32Array;
  private readonly rest: Int32Array;

  /** For simplices of dimensions 1 … topDimension; throws `too-large` where keys would not be exact. */
  constructor(
    private readonly filtration: RipsFiltration,
    topDimension: number,
  ) {
    this.points = filtration.points;
    this.keys = new SimplexKeys(filtration.count, filtration.edgeCount, topDimension);
    this.views = filtration.views();
    this.facets = new Float64Array(topDimension + 1);
    this.vertices = new Int32Array(topDimension + 1);
    this.rest = new Int32Array(topDimension + 1);
  }

  limit(dimension: number): number {
    return this.filtration.edgeCount * this.keys.restCount(dimension - 1);
  }

  diameter(key: number, dimension: number): number {
    return this.views.lengths[2 * Math.floor(key / this.keys.restCount(dimension - 1)) + 1]!;
  }

  readVertices(key: number, dimension: number, into: Int32Array): void {
    const { ends } = this.views;
    const restCount = this.keys.restCount(dimension - 1);
    const rank = Math.floor(key / restCount);
    this.keys.restVertices(key - rank * restCount, dimension - 1, into);
    insert(into, dimension - 1, ends[4 * rank]!);
    insert(into, dimension, ends[4 * rank + 1]!);
  }

  readFacets(key: number, dimension: number): void {
    const { vertices, rest, keys, facets } = this;
    const { rank: ranks, ends } = this.views;
    const { stride } = this.filtration;
    this.readVertices(key, dimension, vertices);
    const rank = Math.floor(key / keys.restCount(dimension - 1));
    const [a, b] = [ends[4 * rank]!, ends[4 * rank + 1]!];
    const restCount = keys.restCount(dimension - 2);
    for (let left = 0; left <= dimension; left++) {
      let latest = rank;
      if (vertices[left] === a || vertices[left] === b) {
        latest = -1;
        for (let i = 1; i <= dimension; i++) {
          if (i === left) continue;
          for (let j = 0; j < i; j++) {
            if (j !== left) latest = Math.max(latest, ranks[vertices[i]! * stride + vertices[j]!]!);
          }
        }
      }
      let size = 0;
      for (let i = 0; i <= dimension; i++) {
        const vertex = vertices[i]!;
        if (i !== left && vertex !== ends[4 * latest] && vertex !== ends[4 * latest + 1]) rest[size++] = vertex;
      }
      facets[left] = latest * restCount + keys.restIndex(rest, size);
    }
  }

  /** The first cofacet adds the smallest common neighbour; where that is below all rest vertices, the simplex is its latest facet. */
  apparentCofacet(key: number, dimension: number): number {
    const { rest, keys } = this;
    const { ends } = this.views;
    const restSize = dimension - 1;
    const restCount = keys.restCount(restSize);
    const rank = Math.floor(key / restCount);
    keys.restVertices(key - rank * restCount, restSize, rest);
    const neighbour = this.firstNeighbour(rank, restSize);
    if (neighbour < 0) return -1;
    let index = neighbour;
    for (let i = 0; i < restSize; i++) index += keys.term(rest[i]!, i + 2);
    const between = (ends[4 * rank]! < neighbour ? 1 : 0) + (ends[4 * rank + 1]! < neighbour ? 1 : 0);
    this.apparentSign = between === 1 ? -1 : 1;
    return rank * keys.restCount(dimension) + index;
  }

  /** The smallest vertex below the rest that all vertices are joined with before `rank`, or −1. */
  private firstNeighbour(rank: number, restSize: number): number {
    const { kernel, count, stride } = this.filtration;
    if (restSize === 0) {
      const found = kernel.firstNeighbour(rank);
      return found < count ? found : -1;
    }
    const { rank: ranks, ends } = this.views;
    const rowA = ends[4 * rank]! * stride;
    const rowB = ends[4 * rank + 1]! * stride;
    const below = this.rest[0]!;
    for (let v = 0; v < below; v++) {
      if (ranks[rowA + v]! >= rank || ranks[rowB + v]! >= rank) continue;
      let joined = true;
      for (let i = 0; i < restSize && joined; i++) joined = ranks[this.rest[i]! * stride + v]! < rank;
      if (joined) return v;
    }
    return -1;
  }
}
