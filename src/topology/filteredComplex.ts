import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { radixOrder } from './radixOrder';

/** Simplices that are held one by one; more would not fit into a reasonable memory, nor into a `Map`. */
export const MOST_SIMPLICES = 16_000_000;

/** What a simplex takes here and while it is reduced: a value, places of its face, vertex, children, facets and cofacets, and its places in the order. */
export const BYTES_PER_SIMPLEX = 100;

/** All simplices of a dimension, in arrays that grow. */
class Level {
  size = 0;
  values = new Float64Array(64);
  /** Of a dimension less: the face without the last vertex. */
  faces = new Int32Array(64);
  vertices = new Int32Array(64);

  push(face: number, vertex: number, value: number): number {
    if (this.size === this.values.length) this.grow();
    this.values[this.size] = value;
    this.faces[this.size] = face;
    this.vertices[this.size] = vertex;
    return this.size++;
  }

  private grow(): void {
    const length = 2 * this.size;
    const [values, faces, vertices] = [new Float64Array(length), new Int32Array(length), new Int32Array(length)];
    values.set(this.values);
    faces.set(this.faces);
    vertices.set(this.vertices);
    [this.values, this.faces, this.vertices] = [values, faces, vertices];
  }
}

/**
 * A filtered simplicial complex, simplex by simplex: for complexes that are sparse, or that no list of edges determines. A simplex is one of a dimension less
 * (its face without the last vertex) and a vertex; vertices of a simplex descend.
 */
export class FilteredComplex {
  private readonly levels: Level[] = [];
  private size = 0;

  /** Throws `too-large`, here or in `add`, beyond `mostSimplices`. */
  constructor(
    readonly vertexCount: number,
    private readonly mostSimplices = MOST_SIMPLICES,
  ) {
    for (let v = 0; v < vertexCount; v++) this.push(0, -1, v, 0);
  }

  /** Number of simplices of a dimension. */
  count(dimension: number): number {
    return this.levels[dimension]?.size ?? 0;
  }

  value(dimension: number, simplex: number): number {
    return this.levels[dimension]!.values[simplex]!;
  }

  /** Adds the simplex of another and of a vertex below all of its vertices; its faces must be there before it is reduced. Returns its index in its dimension. */
  add(dimension: number, face: number, vertex: number, value: number): number {
    return this.push(dimension + 1, face, vertex, value);
  }

  /** From the first vertex, which is the largest, to the last. */
  readVertices(dimension: number, simplex: number, into: Int32Array): void {
    for (let d = dimension, s = simplex; d >= 0; d--) {
      const { faces, vertices } = this.levels[d]!;
      into[d] = vertices[s]!;
      s = faces[s]!;
    }
  }

  /** From the last vertex, which is the smallest, to the first. */
  forEachVertex(dimension: number, simplex: number, take: (vertex: number) => void): void {
    for (let d = dimension, s = simplex; d >= 0; d--) {
      const { faces, vertices } = this.levels[d]!;
      take(vertices[s]!);
      s = faces[s]!;
    }
  }

  /** Simplices of a dimension in order of value, then of index. */
  order(dimension: number, cancellation: Cancellation): Uint32Array {
    const level = this.levels[dimension];
    return level === undefined ? new Uint32Array(0) : radixOrder(level.values, level.size, cancellation);
  }

  /**
   * Facets of all simplices of a dimension from 1 on, dimension + 1 of each: facet k lacks the vertex at place k, so that its sign in the boundary is (−1)^k. `below` are those
   * of the dimension below, from dimension 2 on.
   */
  facets(dimension: number, below: Int32Array | undefined, cancellation: Cancellation): Int32Array {
    const level = this.levels[dimension];
    if (level === undefined) return new Int32Array(0);
    const { size, faces, vertices } = level;
    const width = dimension + 1;
    const all = new Int32Array(size * width);
    const childOf = this.childrenOf(dimension, cancellation);
    for (let s = 0; s < size; s++) {
      poll(s, cancellation);
      const face = faces[s]!;
      // Without a vertex of the face: the simplex of what is left of the face, and of the last vertex.
      for (let k = 0; k < dimension; k++) {
        all[s * width + k] = below === undefined ? vertices[s]! : childOf(below[face * dimension + k]!, vertices[s]!);
      }
      all[s * width + dimension] = face;
    }
    return all;
  }

  /** As a function of a simplex of two dimensions less and a vertex below its own: the simplex of both. */
  private childrenOf(dimension: number, cancellation: Cancellation): (simplex: number, vertex: number) => number {
    if (dimension < 2) return () => -1;
    const { size, faces, vertices } = this.levels[dimension - 1]!;
    // By face, and by vertex among those of one face.
    const byVertex = inOrderOf(vertices, identity(size), this.vertexCount, cancellation).list;
    const { list, starts } = inOrderOf(faces, byVertex, this.count(dimension - 2), cancellation);
    return (simplex, vertex) => {
      let low = starts[simplex]!;
      let high = starts[simplex + 1]!;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (vertices[list[middle]!]! <= vertex) low = middle;
        else high = middle;
      }
      return list[low]!;
    };
  }

  private push(dimension: number, face: number, vertex: number, value: number): number {
    if (++this.size > this.mostSimplices)
      throw new Fault('too-large', `The complex has more than ${this.mostSimplices} simplices.`, {
        hint: 'Take a larger epsilon, a threshold, or a lower dimension.',
      });
    return (this.levels[dimension] ??= new Level()).push(face, vertex, value);
  }
}

function identity(size: number): Uint32Array {
  const all = new Uint32Array(size);
  for (let i = 0; i < size; i++) all[i] = i;
  return all;
}

/** Sorts indices by what is at them, 0 … buckets − 1; equal ones stay in order. Bucket k is [starts[k], starts[k + 1]). */
function inOrderOf(of: Int32Array, indices: Uint32Array, buckets: number, cancellation: Cancellation) {
  const starts = new Uint32Array(buckets + 1);
  for (let k = 0; k < indices.length; k++) {
    poll(k, cancellation);
    starts[of[indices[k]!]! + 1]!++;
  }
  for (let k = 0; k < buckets; k++) starts[k + 1] = starts[k + 1]! + starts[k]!;
  const places = starts.slice();
  const list = new Uint32Array(indices.length);
  for (let k = 0; k < indices.length; k++) {
    poll(k, cancellation);
    const i = indices[k]!;
    const bucket = of[i]!;
    list[places[bucket]!] = i;
    places[bucket] = places[bucket]! + 1;
  }
  return { list, starts };
}

/** Called now and then by loops over simplices. */
export function poll(step: number, cancellation: Cancellation): void {
  if ((step & 1023) === 0) cancellation.throwIfCancelled();
}
