import { Cancellation } from '../base/cancellation';
import type { PersistenceDiagram } from './diagram';
import { poll } from './filteredComplex';
import { radixOrder } from './radixOrder';
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
  cancellation = Cancellation.never,
): Bar[] {
  const bars: Bar[] = [];
  for (let index = 0; index < births.length; index++) {
    poll(index, cancellation);
    const birth = births[index]! < 0 ? 0 : birthLength(births[index]!);
    const death = deaths[index]! < 0 ? Infinity : deathLength(deaths[index]!);
    if (birth < death) bars.push({ index, birth, death });
  }
  const orderBy = (value: (bar: Bar) => number, order?: Uint32Array<ArrayBuffer>) => {
    const values = new Float64Array(bars.length);
    // Adding 0 turns −0, which would come before it, into 0.
    bars.forEach((bar, place) => (values[place] = value(bar) + 0));
    return radixOrder(values, bars.length, cancellation, order);
  };
  // Those born and dead at once stay in order of what gives birth.
  const byDeath = orderBy(bar => bar.death, orderBy(bar => births[bar.index]!)); // prettier-ignore
  return Array.from(
    orderBy(bar => bar.birth, byDeath),
    place => bars[place]!,
  );
}

export function toDiagram(bars: readonly (readonly Bar[])[]): PersistenceDiagram {
  const size = bars.reduce((sum, list) => sum + list.length, 0);
  const diagram = { dimension: new Uint8Array(size), birth: new Float64Array(size), death: new Float64Array(size) };
  let place = 0;
  bars.forEach((list, dimension) => {
    for (const { birth, death } of list) {
      diagram.dimension[place] = dimension;
      diagram.birth[place] = birth;
      diagram.death[place++] = death;
    }
  });
  return diagram;
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
