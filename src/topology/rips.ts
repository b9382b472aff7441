import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, subProgress } from '../base/progress';
import { BinaryRipsCohomology } from './binaryRipsCohomology';
import type { PersistenceDiagram } from './diagram';
import type { DistanceMatrix } from './distances';
import { checkPrime } from './primeField';
import type { RankPairs } from './rankPairs';
import { RipsCohomology } from './ripsCohomology';
import { RipsFiltration } from './ripsFiltration';
import type { RipsOptions, RipsResult } from './ripsOptions';
import { spanningForest } from './spanningTree';

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
  const forest = spanningForest(filtration);
  const byDimension = [componentPairs(count, forest)];
  if (maxDimension > 0) {
    const cohomology =
      coefficients === 2 && maxDimension <= 2
        ? new BinaryRipsCohomology(filtration, forest, cancellation)
        : new RipsCohomology(filtration, coefficients, maxDimension, forest, cancellation);
    for (let dimension = 1; dimension <= maxDimension; dimension++) {
      const part = subProgress(progress, dimension / (maxDimension + 1), (dimension + 1) / (maxDimension + 1));
      byDimension.push(cohomology.nextDimension(fraction => part(fraction, `reducing dimension ${dimension}`)));
    }
  }
  return {
    points: count,
    threshold: threshold ?? null,
    enclosingRadius,
    coefficients,
    diagram: diagramOfRanks(byDimension, filtration.views().lengths),
    cycles: [],
  };
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

/** Replaces ranks by lengths, leaves pairs of no persistence out, and sorts by birth, then death. */
function diagramOfRanks(byDimension: readonly RankPairs[], lengths: Float32Array): PersistenceDiagram {
  const dimension: number[] = [];
  const birth: number[] = [];
  const death: number[] = [];
  byDimension.forEach(({ births, deaths }, d) => {
    const pairs = births.map((rank, i): [number, number] => [
      rank < 0 ? 0 : lengths[2 * rank + 1]!,
      deaths[i]! < 0 ? Infinity : lengths[2 * deaths[i]! + 1]!,
    ]);
    const lasting = pairs
      .filter(([from, to]) => from < to)
      .sort(([a, b], [c, e]) => a - c || (b < e ? -1 : b > e ? 1 : 0));
    for (const [from, to] of lasting) {
      dimension.push(d);
      birth.push(from);
      death.push(to);
    }
  });
  return {
    dimension: Uint8Array.from(dimension),
    birth: Float64Array.from(birth),
    death: Float64Array.from(death),
  };
}

/** An upper estimate of the bytes that `rips` and the matrix take. */
export function forecastRipsBytes(points: number, maxDimension: number): number {
  return points * points * 12 + 8e6 * Math.max(1, maxDimension);
}
