import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, subProgress } from '../base/progress';
import { lastingBars, toDiagram } from './bars';
import { finish, type Steps } from '../base/steps';
import { BinaryRipsCohomology } from './binaryRipsCohomology';
import {
  chosenRepresentatives,
  NO_REPRESENTATIVES,
  representativeChoice,
  topDimensionOf,
} from './chosenRepresentatives';
import type { DistanceMatrix } from './distances';
import { MemoryBudget } from './memoryBudget';
import { checkPrime } from './primeField';
import { componentPairs } from './rankPairs';
import { relativeNeighbourhoods } from './relativeNeighbourhoods';
import { RipsCohomology } from './ripsCohomology';
import { RipsFiltration } from './ripsFiltration';
import type { RipsOptions, RipsResult } from './ripsOptions';
import { RipsSimplices } from './ripsSimplices';

export type { RipsOptions, RipsResult } from './ripsOptions';

/**
 * Vietoris–Rips persistence of a matrix of distances over Z/p. Values are edge lengths (diameters); pairs of zero persistence
 * are left out; an edge of length exactly `threshold` is in. Without a threshold the enclosing radius bounds the complex, beyond
 * which nothing is born or dies. Throws `usage` for bad options, `too-large` and `cancelled`.
 */
export function rips(distances: DistanceMatrix, options: RipsOptions): RipsResult {
  return finish(ripsSteps(distances, options), options.cancellation ?? Cancellation.never);
}

/** The same, step by step, by the crew that made the distances. */
export function* ripsSteps(distances: DistanceMatrix, options: RipsOptions): Steps<RipsResult> {
  const { maxDimension, threshold, coefficients = 2, memoryLimitBytes = Infinity } = options;
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  checkRipsOptions(options);

  progress(0, 'sorting edges');
  const filtration = yield* RipsFiltration.of(distances, threshold, options.consume ?? false);
  const { count, enclosingRadius } = filtration;
  const { tree: forest, rest } = yield* relativeNeighbourhoods(filtration);
  const budget = new MemoryBudget(memoryLimitBytes, () => filtration.space.crew.buffer.byteLength);
  const choice = representativeChoice(options);
  const keepCochains = choice?.cocycles.some(dimension => dimension > 0) ?? false;
  const reductionShare = choice === undefined ? 1 : 0.8;
  const pairs = [componentPairs(count, forest)];
  const share = reductionShare / (maxDimension + 1);
  const progressOf = (dimension: number) => {
    const part = subProgress(progress, dimension * share, (dimension + 1) * share);
    return (fraction: number) => part(fraction, `reducing dimension ${dimension}`);
  };
  // Dimension 1 over Z/2 has a reduction of its own.
  const firstDimension = coefficients === 2 ? 2 : 1;
  if (coefficients === 2 && maxDimension > 0)
    pairs.push(yield* new BinaryRipsCohomology(filtration, rest, budget, keepCochains).pairs(progressOf(1)));
  if (maxDimension >= firstDimension) {
    const cohomology = new RipsCohomology(filtration, {
      prime: coefficients,
      firstDimension,
      maxDimension,
      killers: firstDimension === 1 ? forest : pairs[1]!.killers.filter(key => key >= 0),
      keepAll: choice !== undefined,
      keepCochains,
      budget,
    });
    for (let dimension = firstDimension; dimension <= maxDimension; dimension++)
      pairs.push(yield* cohomology.nextDimension(progressOf(dimension)));
  }
  const { lengths } = filtration.views();
  const lengthOf = (rank: number) => lengths[2 * rank + 1]!;
  const bars = pairs.map(list => lastingBars(list, lengthOf, lengthOf, cancellation));
  const representatives =
    choice &&
    chosenRepresentatives(
      {
        simplices: new RipsSimplices(filtration, topDimensionOf(choice)),
        forest,
        pairs,
        bars,
        prime: coefficients,
        budget,
      },
      choice,
      cancellation,
      subProgress(progress, reductionShare, 1),
    );
  return {
    points: count,
    threshold: threshold ?? null,
    enclosingRadius,
    coefficients,
    diagram: toDiagram(bars),
    ...(representatives ?? NO_REPRESENTATIVES),
  };
}

/** Throws `usage`. */
export function checkRipsOptions({ maxDimension, threshold, coefficients = 2 }: RipsOptions): void {
  if (!(Number.isInteger(maxDimension) && maxDimension >= 0 && maxDimension <= 10)) {
    throw new Fault('usage', `The largest dimension must be an integer from 0 to 10, not ${maxDimension}.`);
  }
  if (threshold !== undefined && !(threshold >= 0)) {
    throw new Fault('usage', `The threshold must be a length that is not negative, not ${threshold}.`);
  }
  checkPrime(coefficients);
}

/**
 * An upper estimate of the bytes that `rips` and the matrix take, with the packed coordinates where it is made of points of `width`; in dimension 2 and above
 * without what the reduction stores, which `memoryLimitBytes` bounds.
 */
export function forecastRipsBytes(points: number, maxDimension: number, width = 0): number {
  return points * points * 12 + points * width * 8 + 8e6 * Math.max(1, maxDimension);
}
