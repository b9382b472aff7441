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
  const { maxDimension, threshold, coefficients = 2 } = options;
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  checkRipsOptions(options);

  progress(0, 'sorting edges');
  const filtration = yield* RipsFiltration.of(distances, threshold, options.consume ?? false);
  const { count, enclosingRadius } = filtration;
  const { tree: forest, rest } = yield* relativeNeighbourhoods(filtration);
  const choice = representativeChoice(options);
  const keepCochains = choice?.cocycles.some(dimension => dimension > 0) ?? false;
  const reductionShare = choice === undefined ? 1 : 0.8;
  const pairs = [componentPairs(count, forest)];
  if (maxDimension > 0) {
    const cohomology =
      coefficients === 2 && maxDimension <= 2
        ? new BinaryRipsCohomology(filtration, rest, keepCochains)
        : new RipsCohomology(filtration, coefficients, maxDimension, forest, keepCochains, cancellation);
    const share = reductionShare / (maxDimension + 1);
    for (let dimension = 1; dimension <= maxDimension; dimension++) {
      const part = subProgress(progress, dimension * share, (dimension + 1) * share);
      pairs.push(yield* cohomology.nextDimension(fraction => part(fraction, `reducing dimension ${dimension}`)));
    }
  }
  const { lengths } = filtration.views();
  const lengthOf = (rank: number) => lengths[2 * rank + 1]!;
  const bars = pairs.map(list => lastingBars(list, lengthOf, lengthOf));
  const representatives =
    choice &&
    chosenRepresentatives(
      { simplices: new RipsSimplices(filtration, topDimensionOf(choice)), forest, pairs, bars, prime: coefficients },
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

/** An upper estimate of the bytes that `rips` and the matrix take, with the packed coordinates where it is made of points of `width`. */
export function forecastRipsBytes(points: number, maxDimension: number, width = 0): number {
  return points * points * 12 + points * width * 8 + 8e6 * Math.max(1, maxDimension);
}
