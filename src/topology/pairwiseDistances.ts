/** Distances between the points of a finite set: symmetric, zero on the diagonal, ∞ where two points are never joined. */
export interface PairwiseDistances {
  readonly count: number;
  at(i: number, j: number): number;
}
