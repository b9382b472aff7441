/**
 * The simplices of a filtered complex, each by a key in its dimension. The order of the keys is an order of the filtration. Vertices are 0 … points.length − 1 (the keys of dimension 0),
 * and every simplex has them in an order of its own, which orients it.
 */
export interface KeyedSimplices {
  /** Point by vertex. */
  readonly points: Uint32Array;
  /** Above all keys of a dimension. */
  limit(dimension: number): number;
  diameter(key: number, dimension: number): number;
  /** Writes the vertices of a simplex. */
  readVertices(key: number, dimension: number, into: Int32Array): void;
  /** What `readFacets` found: facet i lacks the vertex at place i, so that its sign in the boundary is (−1)^i. */
  readonly facets: Float64Array;
  /** Writes the keys of the facets of a simplex of dimension 2 or more to `facets`. */
  readFacets(key: number, dimension: number): void;
  /** The key of the cofacet that is in an apparent pair with this simplex, of dimension 1 or more: its first cofacet, if it is the latest facet of that; or −1. */
  apparentCofacet(key: number, dimension: number): number;
  /** The coefficient of the simplex in the boundary of the cofacet that `apparentCofacet` found. */
  readonly apparentSign: 1 | -1;
}
