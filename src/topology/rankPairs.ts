/** The cochain that a column ended with: simplices by key, and their coefficients (all 1 where there are none). */
export interface Cochain {
  readonly keys: Float64Array;
  readonly coefficients?: Int32Array;
}

/**
 * Pairs of one dimension as ranks: of the latest edges of the simplex that gives birth and of the one that kills (−1: never), and
 * both simplices by their keys.
 */
export interface RankPairs {
  readonly births: number[];
  readonly deaths: number[];
  /** Simplices that give birth; none in dimension 0. */
  readonly creators: number[];
  /** Simplices that kill, −1 where none does; none in dimension 0. */
  readonly killers: number[];
  /** Kept where they are asked for. */
  readonly cochains: Cochain[];
}

export function noPairs(): RankPairs {
  return { births: [], deaths: [], creators: [], killers: [], cochains: [] };
}
