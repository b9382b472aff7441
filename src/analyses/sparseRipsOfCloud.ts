import type { Warning } from '../base/fault';
import { subProgress } from '../base/progress';
import { finish } from '../base/steps';
import { ripsCrew } from '../topology/kernels/ripsKernel';
import type { DataSet } from '../data/dataSet';
import { BYTES_PER_SIMPLEX } from '../topology/filteredComplex';
import type { PairwiseDistances } from '../topology/pairwiseDistances';
import { pointDistances } from '../topology/pointDistances';
import { sparseRips } from '../topology/sparseRips';
import type { AnalysisContext, Provenance } from './analysis';
import { cloudDistances, isMetric } from './cloudDistances';
import { fewPoints, refuseTooLarge } from './limits';
import type { RipsParameters, RipsResult } from './rips';

/**
 * Rips persistence of rows as points up to a factor of 1 + `sparse`, from a complex that is small where the cloud's dimension is. Distances are measured when they are needed, so that memory grows with
 * the complex alone; one that does not fit is refused while it grows.
 */
export function sparseRipsOfCloud(
  data: DataSet,
  parameters: RipsParameters & { readonly sparse: number },
  memoryLimitBytes: number,
  provenance: Provenance,
  began: number,
  context: Pick<AnalysisContext, 'cancellation' | 'progress'>,
): RipsResult {
  const {
    metric,
    maxDimension,
    threshold,
    coefficients,
    cycles,
    cocycles,
    sparse: epsilon,
    geodesic,
    seed,
  } = parameters;
  const { cancellation, progress } = context;
  const cloud = { count: data.rows, width: data.values.length / data.rows, values: data.values };
  if (geodesic !== undefined) refuseTooLarge(cloud.count, 0, memoryLimitBytes);

  const start = performance.now();
  const distances =
    geodesic === undefined
      ? pointDistances(cloud, metric)
      : finish(
          cloudDistances(cloud, metric, geodesic, ripsCrew(), cancellation, subProgress(progress, 0, 0.2)),
          cancellation,
        );
  const enclosingRadius = enclosingRadiusOf(distances);
  const measured = performance.now();
  const result = sparseRips(distances, {
    seed,
    epsilon,
    maxDimension,
    coefficients,
    cycles,
    cocycles,
    maxSimplices: Math.floor(memoryLimitBytes / BYTES_PER_SIMPLEX),
    cancellation,
    progress: subProgress(progress, 0.2, 1),
    ...(threshold === undefined ? {} : { threshold }),
  });
  const end = performance.now();
  const factor = isMetric(metric, geodesic) ? result.factor : null;
  return {
    points: cloud.count,
    threshold: threshold ?? null,
    enclosingRadius,
    coefficients,
    maxDimension,
    diagram: result.diagram,
    cycles: cycles ? result.cycles : undefined,
    cocycles: cocycles ? result.cocycles : undefined,
    representedFrom: 0,
    ...(geodesic === undefined ? {} : { geodesic }),
    approximation: { epsilon, factor, guarantee: guaranteeOf(factor), simplices: result.simplices },
    milliseconds: { distances: measured - start, reduction: end - measured, total: end - began },
    warnings: [...data.warnings, ...fewPoints(cloud.count), approximate(factor)],
    provenance,
  };
}

function guaranteeOf(factor: number | null): string | null {
  if (factor === null) return null;
  const times = Number(factor.toPrecision(6));
  return `Every exact bar whose death is more than ${times} times its birth has a counterpart, each end of which is between 1 and ${times} times the exact one; in dimension 0 every bar has.`;
}

function approximate(factor: number | null): Warning {
  return {
    code: 'approximate',
    message:
      guaranteeOf(factor) ??
      'The diagram is of a sparse complex; without the triangle inequality nothing bounds how far it is from the exact one.',
  };
}

/** The smallest, over the points, of the largest distance to another. */
function enclosingRadiusOf(distances: PairwiseDistances): number {
  let smallest = Infinity;
  for (let i = 0; i < distances.count; i++) {
    let largest = 0;
    // A point that is farther from another than the smallest so far changes nothing.
    for (let j = 0; j < distances.count && largest < smallest; j++) largest = Math.max(largest, distances.at(i, j));
    smallest = Math.min(smallest, largest);
  }
  return smallest;
}
