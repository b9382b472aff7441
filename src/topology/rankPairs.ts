/**
 * Pairs of one dimension as ranks: of the latest edges of the simplex that gives birth and of the one that kills (−1: never), and
 * the one that kills itself by its key.
 */
export interface RankPairs {
  readonly births: number[];
  readonly deaths: number[];
  readonly killers: number[];
}
