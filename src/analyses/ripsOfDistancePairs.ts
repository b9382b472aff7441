import { BYTES_PER_SIMPLEX } from '../topology/filteredComplex';
import { isDense, ripsOfPairs } from '../topology/ripsOfPairs';
import type { SparseDistances } from '../topology/sparseDistances';
import type { AnalysisContext, Provenance } from './analysis';
import { fewPoints, refuseTooLarge } from './limits';
import type { RipsParameters, RipsResult } from './rips';

/** Rips persistence of points of which some distances are known, the others being infinite. `began` is when the call began, for the total time. */
export function ripsOfDistancePairs(
  distances: SparseDistances,
  parameters: RipsParameters,
  memoryLimitBytes: number,
  provenance: Provenance,
  began: number,
  { cancellation, progress }: Pick<AnalysisContext, 'cancellation' | 'progress'>,
): RipsResult {
  const { maxDimension, threshold, coefficients, cycles, cocycles } = parameters;
  if (isDense(distances)) refuseTooLarge(distances.count, maxDimension, memoryLimitBytes);
  const start = performance.now();
  const result = ripsOfPairs(distances, {
    maxDimension,
    coefficients,
    cycles,
    cocycles,
    memoryLimitBytes,
    maxSimplices: Math.floor(memoryLimitBytes / BYTES_PER_SIMPLEX),
    cancellation,
    progress,
    ...(threshold === undefined ? {} : { threshold }),
  });
  const end = performance.now();
  return {
    points: distances.count,
    threshold: threshold ?? null,
    enclosingRadius: result.enclosingRadius,
    coefficients,
    maxDimension,
    diagram: result.diagram,
    cycles: cycles ? result.cycles : undefined,
    cocycles: cocycles ? result.cocycles : undefined,
    representedFrom: 0,
    pairs: distances.length.length,
    milliseconds: { distances: start - began, reduction: end - start, total: end - began },
    warnings: fewPoints(distances.count),
    provenance,
  };
}
