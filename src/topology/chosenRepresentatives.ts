import type { Cancellation } from '../base/cancellation';
import { subProgress, type Progress } from '../base/progress';
import { componentCocycles, componentCycles } from './componentRepresentatives';
import { loopsThroughForest } from './forestLoops';
import type { KeyedSimplices } from './keyedSimplices';
import type { MemoryBudget } from './memoryBudget';
import type { RankPairs } from './rankPairs';
import { ReducedBoundaries } from './reducedBoundaries';
import { renamed, sortedChain, type Chain, type Representative } from './representative';
import { longestBars, type Bar } from './bars';

/** What a reduction leaves behind. */
export interface Reduction {
  readonly simplices: KeyedSimplices;
  /** Keys of the edges that join two components, ascending: pair k of dimension 0 dies with edge k, and the others are endless. */
  readonly forest: Uint32Array;
  /** By dimension, 0 … maxDimension; with cochains where cocycles are wanted. */
  readonly pairs: readonly RankPairs[];
  readonly bars: readonly (readonly Bar[])[];
  readonly prime: number;
  readonly budget: MemoryBudget;
}

/** Ascending in dimension, then `pair`; empty unless asked for. */
export interface Representatives {
  readonly cycles: readonly Representative[];
  readonly cocycles: readonly Representative[];
}

export const NO_REPRESENTATIVES: Representatives = { cycles: [], cocycles: [] };

export interface RepresentativeOptions {
  /** Representative cycles too: of all dimensions, or of these. */
  readonly cycles?: boolean | readonly number[];
  /** Representative cocycles too. */
  readonly cocycles?: boolean | readonly number[];
  /** At most so many cycles and so many cocycles of each dimension, of the longest bars; all unless given. */
  readonly maxRepresentatives?: number;
}

/** Which are wanted: dimensions, ascending, and of how many of the longest bars of each. */
export interface RepresentativeChoice {
  readonly cycles: readonly number[];
  readonly cocycles: readonly number[];
  readonly atMost: number;
}

/** The cycles and cocycles that are asked for. Throws `cancelled`. */
export function chosenRepresentatives(
  reduction: Reduction,
  { cycles, cocycles, atMost }: RepresentativeChoice,
  cancellation: Cancellation,
  progress: Progress,
): Representatives {
  const source = { ...reduction, cancellation };
  const places = reduction.bars.map(bars => longestBars(bars, atMost));
  return {
    cycles: cycles.flatMap((dimension, i) => {
      const part = subProgress(progress, i / cycles.length, (i + 1) / cycles.length);
      return cyclesOfBars(source, dimension, places[dimension]!, fraction =>
        part(fraction, `finding cycles of dimension ${dimension}`),
      );
    }),
    cocycles: cocycles.flatMap(dimension => cocyclesOfBars(source, dimension, places[dimension]!)),
  };
}

/** The highest dimension of the simplices that are needed. */
export function topDimensionOf({ cycles, cocycles }: RepresentativeChoice): number {
  return Math.max(1, ...cycles.map(dimension => dimension + 1), ...cocycles);
}

/** What options ask for; `undefined` where that is nothing. */
export function representativeChoice({
  maxDimension,
  cycles = false,
  cocycles = false,
  maxRepresentatives = Infinity,
}: RepresentativeOptions & { readonly maxDimension: number }): RepresentativeChoice | undefined {
  const choice = {
    cycles: chosenDimensions(cycles, maxDimension),
    cocycles: chosenDimensions(cocycles, maxDimension),
    atMost: maxRepresentatives,
  };
  return choice.cycles.length + choice.cocycles.length > 0 ? choice : undefined;
}

/** Ascending: all, none, or those of the list. */
function chosenDimensions(which: boolean | readonly number[], maxDimension: number): number[] {
  const all = Array.from({ length: maxDimension + 1 }, (_, dimension) => dimension);
  return all.filter(dimension => (typeof which === 'boolean' ? which : which.includes(dimension)));
}

interface Source extends Reduction {
  readonly cancellation: Cancellation;
}

/** Of the bars at the given places of one dimension. */
function cyclesOfBars(
  source: Source,
  dimension: number,
  places: readonly number[],
  progress: (fraction: number) => void,
): Representative[] {
  const { simplices, forest, pairs, prime, budget, cancellation } = source;
  const bars = source.bars[dimension]!;
  if (dimension === 0) {
    const chains = componentCycles(simplices, forest, prime);
    return places.map(place => ofPoints(place, chains[bars[place]!.index]!));
  }
  const { killers, creators } = pairs[dimension]!;
  const indices = places.map(place => bars[place]!.index);
  const isEndless = (index: number) => killers[index]! < 0;
  const dying = new ReducedBoundaries(simplices, dimension, prime, false, budget, cancellation);
  if (!indices.every(isEndless)) dying.reduceAll(killers, progress);
  const endless = indices.some(isEndless) ? endlessCycles(source, dimension) : undefined;
  return places.map((place, i) => {
    const index = indices[i]!;
    const chain = isEndless(index) ? endless!(creators[index]!) : dying.killedBy(killers[index]!);
    return ofSimplices(simplices, dimension, place, chain, 'last', prime);
  });
}

/** The cycle that a simplex gives birth to and nothing kills: it, and what fills its boundary. */
function endlessCycles(source: Source, dimension: number): (creator: number) => Chain {
  const { simplices, forest, pairs, prime, budget, cancellation } = source;
  if (dimension === 1) return loopsThroughForest(simplices, forest, prime);
  const below = new ReducedBoundaries(simplices, dimension - 1, prime, true, budget, cancellation);
  below.reduceAll(pairs[dimension - 1]!.killers, () => undefined);
  return creator => below.bornWith(creator);
}

function cocyclesOfBars(source: Source, dimension: number, places: readonly number[]): Representative[] {
  const { simplices, forest, pairs, prime } = source;
  const bars = source.bars[dimension]!;
  if (dimension === 0) {
    const chains = componentCocycles(simplices, forest);
    return places.map(place => ofPoints(place, chains[bars[place]!.index]!));
  }
  const { cochains } = pairs[dimension]!;
  return places.map(place => {
    const { index, death } = bars[place]!;
    const { keys, coefficients } = cochains[index]!;
    // What is born at the death or later is no part of any complex that the bar is alive in.
    const chain = sortedChain(keys, coefficients, key => simplices.diameter(key, dimension) < death);
    return ofSimplices(simplices, dimension, place, chain, 'first', prime);
  });
}

function ofPoints(pair: number, { keys, coefficients }: Chain): Representative {
  const simplices = Uint32Array.from(keys);
  return {
    dimension: 0,
    pair,
    vertices: simplices.toSorted(),
    simplices,
    coefficients: Uint16Array.from(coefficients),
  };
}

function ofSimplices(
  simplices: KeyedSimplices,
  dimension: number,
  pair: number,
  { keys, coefficients }: Chain,
  born: 'first' | 'last',
  prime: number,
): Representative {
  const size = dimension + 1;
  const all = new Uint32Array(size * keys.length);
  const vertices = new Int32Array(size);
  keys.forEach((key, k) => {
    simplices.readVertices(key, dimension, vertices);
    all.set(vertices, k * size);
  });
  const ofVertices = { dimension, pair, vertices: all, simplices: all, coefficients: Uint16Array.from(coefficients) };
  return renamed(ofVertices, simplices.points, born, prime);
}
