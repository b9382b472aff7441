/** Distances between the points of a finite set: symmetric, zero on the diagonal, ∞ where two points are never joined. */
export interface PairwiseDistances {
  readonly count: number;
  at(i: number, j: number): number;
  /** The same where it is less than the bound; where it is not, anything that is not either. Less work, where few are. */
  below?(i: number, j: number, bound: number): number;
}
