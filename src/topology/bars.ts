import type { PersistenceDiagram } from './diagram';
import type { RankPairs } from './rankPairs';

/** A pair of lengths. */
export interface Bar {
  readonly birth: number;
  readonly death: number;
  /** Index into the pairs of its dimension. */
  readonly index: number;
}

/** Pairs with their lengths, without those of no persistence, by birth, then death. */
export function lastingBars(
  { births, deaths }: RankPairs,
  birthLength: (birth: number) => number,
  deathLength: (death: number) => number,
): Bar[] {
  return births
    .map((birth, index) => ({
      index,
      birth: birth < 0 ? 0 : birthLength(birth),
      death: deaths[index]! < 0 ? Infinity : deathLength(deaths[index]!),
    }))
    .filter(({ birth, death }) => birth < death)
    .sort((p, q) => p.birth - q.birth || compare(p.death, q.death) || births[p.index]! - births[q.index]!);
}

export function toDiagram(bars: readonly (readonly Bar[])[]): PersistenceDiagram {
  const all = bars.flat();
  return {
    dimension: Uint8Array.from(bars.flatMap((list, dimension) => list.map(() => dimension))),
    birth: Float64Array.from(all, ({ birth }) => birth),
    death: Float64Array.from(all, ({ death }) => death),
  };
}

/** Places of the longest bars, ascending. */
export function longestBars(bars: readonly Bar[], atMost: number): number[] {
  const places = bars.map((_, place) => place);
  if (atMost >= bars.length) return places;
  const length = (place: number) => bars[place]!.death - bars[place]!.birth;
  return places
    .sort((i, j) => compare(length(j), length(i)) || i - j)
    .slice(0, atMost)
    .sort((i, j) => i - j);
}

/** Infinite values are equal. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
