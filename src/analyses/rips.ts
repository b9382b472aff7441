import type { Warning } from '../base/fault';
import { subProgress } from '../base/progress';
import type { Steps } from '../base/steps';
import type { DataSet } from '../data/dataSet';
import type { PersistenceDiagram } from '../topology/diagram';
import type { RipsCrew } from '../topology/kernels/ripsKernel';
import type { Metric } from '../topology/metric';
import type { Representative } from '../topology/representative';
import { ripsSteps } from '../topology/rips';
import type { AnalysisContext, Provenance } from './analysis';
import { cloudDistances, type GeodesicParameters } from './cloudDistances';
import { fewPoints, refuseTooLarge } from './limits';

export interface RipsParameters {
  readonly metric: Metric;
  readonly maxDimension: number;
  /** Longest edge of the complex; undefined bounds it by the enclosing radius alone. */
  readonly threshold: number | undefined;
  /** A prime. */
  readonly coefficients: number;
  /** Whether representative cycles are wanted, and cocycles. */
  readonly cycles: boolean;
  readonly cocycles: boolean;
  readonly seed: number;
  /** Given, dimensions from 1 on are of so many landmarks, and dimension 0 of all points without their matrix. */
  readonly landmarks?: number;
  /** Whether the file lists distances of pairs; the metric is then `precomputed`. */
  readonly pairs?: boolean;
  /** Given, distances are those along the graph of nearest neighbours. */
  readonly geodesic?: GeodesicParameters;
  /** Given, the diagram is that of a sparse complex: within a factor of 1 + this. */
  readonly sparse?: number;
}

/** How far a diagram can be from the exact one, and the size of the complex that it is of. */
export interface Approximation {
  readonly epsilon: number;
  /** 1 + epsilon; `null` where nothing bounds the error. */
  readonly factor: number | null;
  /** The same as a sentence. */
  readonly guarantee: string | null;
  /** Simplices of each dimension. */
  readonly simplices: readonly number[];
}

/** Which points stood for all, and how well. */
export interface LandmarkSummary {
  /** In the order in which they were chosen. */
  readonly indices: Uint32Array;
  /** How far the worst point is from its nearest landmark. */
  readonly coveringRadius: number;
  /** How far the diagram can be from that of all points, in bottleneck distance; `null` where nothing bounds it. */
  readonly bound: number | null;
}

export interface RipsResult {
  readonly points: number;
  /** What was given; null where nothing was. */
  readonly threshold: number | null;
  /** What bounded the computation where no threshold was given. */
  readonly enclosingRadius: number;
  readonly coefficients: number;
  readonly maxDimension: number;
  readonly diagram: PersistenceDiagram;
  /** Where they are wanted: of dimensions `representedFrom` … maxDimension. */
  readonly cycles: readonly Representative[] | undefined;
  readonly cocycles: readonly Representative[] | undefined;
  readonly representedFrom: number;
  readonly landmarks?: LandmarkSummary;
  /** Of a list of pairs: how many are joined. */
  readonly pairs?: number;
  readonly geodesic?: GeodesicParameters;
  readonly approximation?: Approximation;
  readonly milliseconds: { readonly distances: number; readonly reduction: number; readonly total: number };
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

export interface RipsContext extends Pick<AnalysisContext, 'cancellation' | 'progress'> {
  /** Whose threads compute it; it has nothing else to do meanwhile. */
  readonly crew: RipsCrew;
}

const LANDMARKS_HINT =
  'Or choose landmarks (rips --landmarks N): components stay those of all points, and loops come with a bound on their error.';

/**
 * Rips persistence of rows as points, step by step. Refuses, before it starts, what would not fit in `memoryLimitBytes`. `began` is when the call
 * began, for the total time.
 */
export function* ripsOfCloud(
  data: DataSet,
  parameters: RipsParameters,
  memoryLimitBytes: number,
  provenance: Provenance,
  began: number,
  context: RipsContext,
): Steps<RipsResult> {
  const { metric, maxDimension, threshold, coefficients, cycles, cocycles, geodesic } = parameters;
  const { cancellation, progress, crew } = context;
  const cloud = { count: data.rows, width: data.values.length / data.rows, values: data.values };
  const packed = metric === 'precomputed' ? 0 : cloud.width;
  refuseTooLarge(cloud.count, maxDimension, memoryLimitBytes, LANDMARKS_HINT, packed);

  const start = performance.now();
  progress(0, 'distances');
  const measuring = subProgress(progress, 0, 0.2);
  const distances = yield* cloudDistances(cloud, metric, geodesic, crew, cancellation, measuring);
  const measured = performance.now();
  const result = yield* ripsSteps(distances, {
    maxDimension,
    coefficients,
    cycles,
    cocycles,
    consume: true,
    memoryLimitBytes,
    cancellation,
    progress: subProgress(progress, 0.2, 1),
    ...(threshold === undefined ? {} : { threshold }),
  });
  const end = performance.now();
  return {
    points: cloud.count,
    threshold: threshold ?? null,
    enclosingRadius: result.enclosingRadius,
    coefficients,
    maxDimension,
    diagram: result.diagram,
    cycles: cycles ? result.cycles : undefined,
    cocycles: cocycles ? result.cocycles : undefined,
    representedFrom: 0,
    ...(geodesic === undefined ? {} : { geodesic }),
    milliseconds: { distances: measured - start, reduction: end - measured, total: end - began },
    warnings: [...data.warnings, ...fewPoints(cloud.count)],
    provenance,
  };
}
