import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';

/** Simplices that are held one by one; more would not fit into a reasonable memory. */
export const MOST_SIMPLICES = 20_000_000;

/**
 * A filtered simplicial complex, simplex by simplex: for complexes that are sparse, but that no list of edges determines. A simplex is one of a dimension less
 * (its face without the last vertex) and a vertex; vertices of a simplex descend.
 */
export class FilteredComplex {
  private readonly values: number[][] = [];
  private readonly parents: number[][] = [];
  private readonly vertices: number[][] = [];
  /** From a simplex and a vertex to the simplex of both, by the dimension of the first. */
  private readonly children: Map<number, number>[] = [];
  private size = 0;

  constructor(readonly vertexCount: number) {
    for (let v = 0; v < vertexCount; v++) this.push(0, -1, v, 0);
  }

  /** Number of simplices of a dimension. */
  count(dimension: number): number {
    return this.values[dimension]?.length ?? 0;
  }

  value(dimension: number, simplex: number): number {
    return this.values[dimension]![simplex]!;
  }

  /** Adds the simplex of another and of a vertex below all of its vertices; its faces must be there before it is reduced. Returns its index in its dimension. Throws `too-large`. */
  add(dimension: number, face: number, vertex: number, value: number): number {
    const simplex = this.push(dimension + 1, face, vertex, value);
    (this.children[dimension] ??= new Map()).set(face * this.vertexCount + vertex, simplex);
    return simplex;
  }

  forEachVertex(dimension: number, simplex: number, take: (vertex: number) => void): void {
    for (let d = dimension, s = simplex; d >= 0; d--) {
      take(this.vertices[d]![s]!);
      s = this.parents[d]![s]!;
    }
  }

  /** Calls with every facet and the vertex's place that it lacks: its sign in the boundary is (−1)^place. */
  forEachFacet(dimension: number, simplex: number, take: (facet: number, place: number) => void): void {
    const path: number[] = [];
    for (let d = dimension, s = simplex; d >= 0; d--) {
      path.push(this.vertices[d]![s]!);
      s = this.parents[d]![s]!;
    }
    path.reverse();
    for (let left = 0; left <= dimension; left++) {
      let facet = -1;
      for (let k = 0, d = -1; k <= dimension; k++) {
        if (k === left) continue;
        facet = d < 0 ? path[k]! : this.children[d]!.get(facet * this.vertexCount + path[k]!)!;
        d++;
      }
      take(facet, left);
    }
  }

  /** Simplices of a dimension in order of value, then of index. */
  order(dimension: number): Uint32Array {
    const values = this.values[dimension] ?? [];
    return Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  }

  private push(dimension: number, parent: number, vertex: number, value: number): number {
    if (++this.size > MOST_SIMPLICES)
      throw new Fault('too-large', `The complex has more than ${MOST_SIMPLICES} simplices.`, {
        hint: 'Take a larger epsilon, a threshold, or a lower dimension.',
      });
    (this.values[dimension] ??= []).push(value);
    (this.parents[dimension] ??= []).push(parent);
    return (this.vertices[dimension] ??= []).push(vertex) - 1;
  }
}

/** Called now and then by loops over simplices. */
export function poll(step: number, cancellation: Cancellation): void {
  if ((step & 1023) === 0) cancellation.throwIfCancelled();
}
