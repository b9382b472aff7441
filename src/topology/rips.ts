import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, subProgress } from '../base/progress';
import { BinaryRipsCohomology } from './binaryRipsCohomology';
import type { PersistenceDiagram } from './diagram';
import type { DistanceMatrix } from './distances';
import { checkPrime } from './primeField';
import type { RankPairs } from './rankPairs';
import { relativeNeighbourhoods, spanningForest } from './relativeNeighbourhoods';
import { RipsCohomology } from './ripsCohomology';
import { RipsCycles } from './ripsCycles';
import { RipsFiltration } from './ripsFiltration';
import type { Cycle, RipsOptions, RipsResult } from './ripsOptions';

export type { Cycle, RipsOptions, RipsResult } from './ripsOptions';

/**
 * Vietoris–Rips persistence of a matrix of distances over Z/p. Values are edge lengths (diameters); pairs of zero persistence
 * are left out; an edge of length exactly `threshold` is in. Without a threshold the enclosing radius bounds the complex, beyond
 * which nothing is born or dies. Throws `usage` for bad options, `too-large` and `cancelled`.
 */
export function rips(distances: DistanceMatrix, options: RipsOptions): RipsResult {
  const { maxDimension, threshold, coefficients = 2 } = options;
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  checkOptions(options);

  progress(0, 'sorting edges');
  const filtration = new RipsFiltration(distances, threshold, cancellation);
  const { count, enclosingRadius } = filtration;
  const { tree: forest, rest } = spanningForest(filtration, relativeNeighbourhoods(filtration, cancellation));
  const byDimension = [componentPairs(count, forest)];
  if (maxDimension > 0) {
    const cohomology =
      coefficients === 2 && maxDimension <= 2
        ? new BinaryRipsCohomology(filtration, rest, cancellation)
        : new RipsCohomology(filtration, coefficients, maxDimension, forest, cancellation);
    for (let dimension = 1; dimension <= maxDimension; dimension++) {
      const part = subProgress(progress, dimension / (maxDimension + 1), (dimension + 1) / (maxDimension + 1));
      byDimension.push(cohomology.nextDimension(fraction => part(fraction, `reducing dimension ${dimension}`)));
    }
  }
  const { lengths } = filtration.views();
  const bars = byDimension.map(pairs => lastingBars(pairs, lengths));
  return {
    points: count,
    threshold: threshold ?? null,
    enclosingRadius,
    coefficients,
    diagram: toDiagram(bars),
    cycles:
      options.cycles === true && maxDimension > 0
        ? cyclesOfBars(bars[1]!, options.maxCycles ?? Infinity, filtration, forest, byDimension[1]!, options)
        : [],
  };
}

function cyclesOfBars(
  bars: readonly Bar[],
  atMost: number,
  filtration: RipsFiltration,
  forest: Uint32Array,
  pairs: RankPairs,
  { cancellation = Cancellation.never, progress = noProgress }: RipsOptions,
): Cycle[] {
  const report = (fraction: number) => progress(fraction, 'finding cycles');
  const found = new RipsCycles(filtration, forest, pairs, cancellation, report);
  return longest(bars, atMost).map(pair => toCycle(pair, found.cycle(bars[pair]!.rank), filtration));
}

function checkOptions({ maxDimension, threshold, coefficients = 2, cycles = false }: RipsOptions): void {
  if (!(Number.isInteger(maxDimension) && maxDimension >= 0 && maxDimension <= 10)) {
    throw new Fault('usage', `The largest dimension must be an integer from 0 to 10, not ${maxDimension}.`);
  }
  if (threshold !== undefined && !(threshold >= 0)) {
    throw new Fault('usage', `The threshold must be a length that is not negative, not ${threshold}.`);
  }
  checkPrime(coefficients);
  if (cycles && coefficients !== 2) {
    throw new Fault('usage', `Representative cycles are made over Z/2, but the coefficients are Z/${coefficients}.`, {
      hint: 'Leave out the coefficients or the cycles.',
    });
  }
}

/** Every component is born at 0, before all edges, and dies at the edge of the spanning forest that joins it to an older one. */
function componentPairs(count: number, forest: Uint32Array): RankPairs {
  const essential = count - forest.length;
  return {
    births: new Array<number>(count).fill(-1),
    deaths: [...forest, ...new Array<number>(essential).fill(-1)],
    killers: [],
  };
}

/** A pair of lengths, with the rank of the edge of birth. */
interface Bar {
  readonly birth: number;
  readonly death: number;
  readonly rank: number;
}

/** Replaces ranks by lengths, leaves pairs of no persistence out, and sorts by birth, then death. */
function lastingBars({ births, deaths }: RankPairs, lengths: Float32Array): Bar[] {
  return births
    .map((rank, i) => ({
      rank,
      birth: rank < 0 ? 0 : lengths[2 * rank + 1]!,
      death: deaths[i]! < 0 ? Infinity : lengths[2 * deaths[i]! + 1]!,
    }))
    .filter(({ birth, death }) => birth < death)
    .sort((p, q) => p.birth - q.birth || compare(p.death, q.death) || p.rank - q.rank);
}

function toDiagram(bars: readonly (readonly Bar[])[]): PersistenceDiagram {
  const all = bars.flat();
  return {
    dimension: Uint8Array.from(bars.flatMap((list, dimension) => list.map(() => dimension))),
    birth: Float64Array.from(all, ({ birth }) => birth),
    death: Float64Array.from(all, ({ death }) => death),
  };
}

/** Indices of the longest bars, ascending. */
function longest(bars: readonly Bar[], atMost: number): number[] {
  const indices = bars.map((_, i) => i);
  if (atMost >= bars.length) return indices;
  const length = (i: number) => bars[i]!.death - bars[i]!.birth;
  return indices
    .sort((i, j) => compare(length(j), length(i)) || i - j)
    .slice(0, atMost)
    .sort((i, j) => i - j);
}

/** Infinite values are equal. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A cycle as points, its edges in order of length. */
function toCycle(pair: number, ranks: Uint32Array, filtration: RipsFiltration): Cycle {
  const { points } = filtration;
  const { ends } = filtration.views();
  const edges = new Uint32Array(2 * ranks.length);
  ranks.toSorted().forEach((rank, i) => {
    const a = points[ends[4 * rank]!]!;
    const b = points[ends[4 * rank + 1]!]!;
    edges[2 * i] = Math.min(a, b);
    edges[2 * i + 1] = Math.max(a, b);
  });
  return { pair, vertices: Uint32Array.from(new Set(edges)).sort(), edges };
}

/** An upper estimate of the bytes that `rips` and the matrix take, with the packed coordinates where it is made of points of `width`. */
export function forecastRipsBytes(points: number, maxDimension: number, width = 0): number {
  return points * points * 12 + points * width * 8 + 8e6 * Math.max(1, maxDimension);
}
