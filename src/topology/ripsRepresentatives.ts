import type { Cancellation } from '../base/cancellation';
import { subProgress, type Progress } from '../base/progress';
import { componentCocycles, componentCycles } from './componentRepresentatives';
import { loopsThroughForest } from './forestLoops';
import type { RankPairs } from './rankPairs';
import { ReducedBoundaries } from './reducedBoundaries';
import { renamed, sortedChain, type Chain, type Representative } from './representative';
import { longestBars, type Bar } from './ripsBars';
import type { RipsFiltration } from './ripsFiltration';
import type { RipsResult } from './ripsOptions';
import { RipsSimplices } from './ripsSimplices';

/** What a reduction leaves behind. */
export interface RipsReduction {
  readonly filtration: RipsFiltration;
  /** Ranks of the edges that join two components, ascending: pair k of dimension 0 dies with edge k, and the others are endless. */
  readonly forest: Uint32Array;
  /** By dimension, 0 … maxDimension; with cochains where cocycles are wanted. */
  readonly pairs: readonly RankPairs[];
  readonly bars: readonly (readonly Bar[])[];
  readonly prime: number;
}

/** Which are wanted: dimensions, ascending, and of how many of the longest bars of each. */
export interface RepresentativeChoice {
  readonly cycles: readonly number[];
  readonly cocycles: readonly number[];
  readonly atMost: number;
}

/** The cycles and cocycles that are asked for. Throws `too-large` where keys of simplices would not be exact, and `cancelled`. */
export function ripsRepresentatives(
  reduction: RipsReduction,
  { cycles, cocycles, atMost }: RepresentativeChoice,
  cancellation: Cancellation,
  progress: Progress,
): Pick<RipsResult, 'cycles' | 'cocycles'> {
  if (cycles.length + cocycles.length === 0) return { cycles: [], cocycles: [] };
  const top = Math.max(1, ...cycles.map(dimension => dimension + 1), ...cocycles);
  const source = { ...reduction, simplices: new RipsSimplices(reduction.filtration, top), cancellation };
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

/** Ascending: all, none, or those of the list. */
export function chosenDimensions(which: boolean | readonly number[] = false, maxDimension: number): number[] {
  const all = Array.from({ length: maxDimension + 1 }, (_, dimension) => dimension);
  return all.filter(dimension => (typeof which === 'boolean' ? which : which.includes(dimension)));
}

interface Source extends RipsReduction {
  readonly simplices: RipsSimplices;
  readonly cancellation: Cancellation;
}

/** Of the bars at the given places of one dimension. */
function cyclesOfBars(
  source: Source,
  dimension: number,
  places: readonly number[],
  progress: (fraction: number) => void,
): Representative[] {
  const { filtration, simplices, forest, pairs, prime, cancellation } = source;
  const bars = source.bars[dimension]!;
  if (dimension === 0) {
    const chains = componentCycles(filtration, forest, prime);
    return places.map(place => ofPoints(place, chains[bars[place]!.index]!));
  }
  const { killers, creators } = pairs[dimension]!;
  const indices = places.map(place => bars[place]!.index);
  const isEndless = (index: number) => killers[index]! < 0;
  const dying = new ReducedBoundaries(simplices, dimension, prime, false, cancellation);
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
  const { filtration, simplices, forest, pairs, prime, cancellation } = source;
  if (dimension === 1) return loopsThroughForest(filtration, forest, prime);
  const below = new ReducedBoundaries(simplices, dimension - 1, prime, true, cancellation);
  below.reduceAll(pairs[dimension - 1]!.killers, () => undefined);
  return creator => below.bornWith(creator);
}

function cocyclesOfBars(source: Source, dimension: number, places: readonly number[]): Representative[] {
  const { filtration, simplices, forest, pairs, prime } = source;
  const bars = source.bars[dimension]!;
  if (dimension === 0) {
    const chains = componentCocycles(filtration, forest);
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
  simplices: RipsSimplices,
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
  return renamed(ofVertices, simplices.filtration.points, born, prime);
}
