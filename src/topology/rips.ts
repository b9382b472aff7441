import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, subProgress } from '../base/progress';
import { BinaryRipsCohomology } from './binaryRipsCohomology';
import type { DistanceMatrix } from './distances';
import { checkPrime } from './primeField';
import { noPairs, type RankPairs } from './rankPairs';
import { relativeNeighbourhoods, spanningForest } from './relativeNeighbourhoods';
import { lastingBars, toDiagram } from './ripsBars';
import { RipsCohomology } from './ripsCohomology';
import { RipsFiltration } from './ripsFiltration';
import type { RipsOptions, RipsResult } from './ripsOptions';
import { chosenDimensions, ripsRepresentatives } from './ripsRepresentatives';

export type { RipsOptions, RipsResult } from './ripsOptions';

/** Of the progress, where cycles come after it. */
const REDUCTION_SHARE = 0.8;

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
  const pairs = [componentPairs(count, forest)];
  const cocycles = chosenDimensions(options.cocycles, maxDimension);
  const cycles = chosenDimensions(options.cycles, maxDimension);
  const wanted = cycles.length + cocycles.length > 0;
  const keepCochains = cocycles.some(dimension => dimension > 0);
  if (maxDimension > 0) {
    const cohomology =
      coefficients === 2 && maxDimension <= 2
        ? new BinaryRipsCohomology(filtration, rest, keepCochains, cancellation)
        : new RipsCohomology(filtration, coefficients, maxDimension, forest, keepCochains, cancellation);
    for (let dimension = 1; dimension <= maxDimension; dimension++) {
      const share = wanted ? REDUCTION_SHARE / (maxDimension + 1) : 1 / (maxDimension + 1);
      const part = subProgress(progress, dimension * share, (dimension + 1) * share);
      pairs.push(cohomology.nextDimension(fraction => part(fraction, `reducing dimension ${dimension}`)));
    }
  }
  const { lengths } = filtration.views();
  const bars = pairs.map(list => lastingBars(list, lengths));
  return {
    points: count,
    threshold: threshold ?? null,
    enclosingRadius,
    coefficients,
    diagram: toDiagram(bars),
    ...ripsRepresentatives(
      { filtration, forest, pairs, bars, prime: coefficients },
      { cycles, cocycles, atMost: options.maxRepresentatives ?? Infinity },
      cancellation,
      subProgress(progress, REDUCTION_SHARE, 1),
    ),
  };
}

function checkOptions({ maxDimension, threshold, coefficients = 2 }: RipsOptions): void {
  if (!(Number.isInteger(maxDimension) && maxDimension >= 0 && maxDimension <= 10)) {
    throw new Fault('usage', `The largest dimension must be an integer from 0 to 10, not ${maxDimension}.`);
  }
  if (threshold !== undefined && !(threshold >= 0)) {
    throw new Fault('usage', `The threshold must be a length that is not negative, not ${threshold}.`);
  }
  checkPrime(coefficients);
}

/** Every component is born at 0, before all edges, and dies at the edge of the spanning forest that joins it to an older one. */
function componentPairs(count: number, forest: Uint32Array): RankPairs {
  const essential = count - forest.length;
  return {
    ...noPairs(),
    births: new Array<number>(count).fill(-1),
    deaths: [...forest, ...new Array<number>(essential).fill(-1)],
  };
}

/** An upper estimate of the bytes that `rips` and the matrix take, with the packed coordinates where it is made of points of `width`. */
export function forecastRipsBytes(points: number, maxDimension: number, width = 0): number {
  return points * points * 12 + points * width * 8 + 8e6 * Math.max(1, maxDimension);
}
