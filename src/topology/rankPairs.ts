/** The cochain that a column ended with: simplices by key, and their coefficients (all 1 where there are none). */
export interface Cochain {
  readonly keys: Float64Array;
  readonly coefficients?: Int32Array;
}

/**
 * Pairs of one dimension. `births` and `deaths` say when (−1: never): of a Rips complex, the rank of the latest edge of the simplex that gives birth, and of the one that
 * kills. Those of apparent pairs without persistence may be left out.
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

/** Of dimension 0: every component is born before all edges, and dies with the edge of the spanning forest (keys, ascending) that joins it to an older one. */
export function componentPairs(count: number, forest: Uint32Array): RankPairs {
  const essential = count - forest.length;
  return {
    ...noPairs(),
    births: new Array<number>(count).fill(-1),
    deaths: [...forest, ...new Array<number>(essential).fill(-1)],
  };
}
