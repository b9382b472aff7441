import type { Warning } from '../base/fault';
import { Fault } from '../base/fault';
import { subProgress } from '../base/progress';
import { formatCount, formatNumber } from '../base/numbers';
import type { DataSet } from '../data/dataSet';
import type { PersistenceDiagram } from '../topology/diagram';
import { DistanceMatrix } from '../topology/distances';
import { landmarkBound, maxminLandmarks, type Landmarks } from '../topology/landmarks';
import type { PairwiseDistances } from '../topology/pairwiseDistances';
import { pointDistances } from '../topology/pointDistances';
import { renamed, type Representative } from '../topology/representative';
import { rips, type RipsResult as TopologyResult } from '../topology/rips';
import { witnessMatrix, type WitnessNu } from '../topology/witness';
import type { AnalysisContext, Provenance } from './analysis';
import { isMetric } from './cloudDistances';
import { fewPoints, refuseTooLarge } from './limits';
import type { LandmarkSummary, RipsParameters, RipsResult } from './rips';
import { refuseWholeComponents, wholeComponents } from './wholeComponents';

type Context = Pick<AnalysisContext, 'cancellation' | 'progress' | 'task'>;

/** What is known before the work begins. */
export interface LandmarkSetting {
  readonly memoryLimitBytes: number;
  /** For the forecast alone. */
  readonly threads: number;
  readonly provenance: Provenance;
  readonly began: number;
}

/**
 * Rips persistence of a cloud too large for its matrix: dimension 0 exactly, of all points (a minimum spanning tree), higher dimensions of maxmin
 * landmarks, with the bound that their covering radius gives. O(n² · width) time, O(n · width + landmarks²) memory.
 */
export async function ripsOfLandmarks(
  data: DataSet,
  parameters: RipsParameters & { readonly landmarks: number },
  setting: LandmarkSetting,
  context: Context,
): Promise<RipsResult> {
  const { metric, maxDimension, threshold, seed } = parameters;
  const { cancellation, progress } = context;
  const cloud = { count: data.rows, width: data.values.length / data.rows, values: data.values };
  const count = Math.min(parameters.landmarks, cloud.count);
  refuseTooLarge(count, maxDimension, setting.memoryLimitBytes);
  refuseWholeComponents(cloud, metric, setting.threads, setting.memoryLimitBytes);

  const start = performance.now();
  const distances = pointDistances(cloud, metric);
  const lengths = await wholeComponents(cloud, metric, distances, seed, {
    ...context,
    progress: subProgress(progress, 0, 0.6),
  });
  const landmarks = maxminLandmarks(distances, count, {
    seed,
    cancellation,
    progress: subProgress(progress, 0.6, 0.8),
  });
  const matrix = matrixOf(distances, landmarks.indices);
  const measured = performance.now();
  const result = reduce(matrix, parameters, setting, 1, { ...context, progress: subProgress(progress, 0.8, 1) });
  const end = performance.now();
  const bound = isMetric(metric) ? landmarkBound(landmarks) : null;
  return {
    points: cloud.count,
    threshold: threshold ?? null,
    enclosingRadius: result.enclosingRadius,
    coefficients: parameters.coefficients,
    maxDimension,
    diagram: withComponents(result.diagram, componentDeaths(lengths, threshold)),
    ...representatives(result, landmarks, parameters, 1),
    landmarks: summaryOf(landmarks, bound),
    milliseconds: { distances: measured - start, reduction: end - measured, total: end - setting.began },
    warnings: [
      ...data.warnings,
      ...fewPoints(cloud.count),
      ...(maxDimension > 0 ? inexact(cloud.count, landmarks, bound) : []),
    ],
    provenance: setting.provenance,
  };
}

export interface WitnessParameters extends RipsParameters {
  readonly landmarks: number;
  readonly nu: WitnessNu;
}

/** Persistence of the lazy witness complex on maxmin landmarks; scales are those at which its edges appear. O(n · landmarks²) at worst. */
export function witnessOfCloud(
  data: DataSet,
  parameters: WitnessParameters,
  setting: LandmarkSetting,
  context: Pick<AnalysisContext, 'cancellation' | 'progress'>,
): RipsResult {
  const { metric, maxDimension, threshold, seed, nu } = parameters;
  const { cancellation, progress } = context;
  const cloud = { count: data.rows, width: data.values.length / data.rows, values: data.values };
  if (parameters.landmarks > cloud.count)
    throw new Fault(
      'usage',
      `There are ${formatCount(cloud.count)} points, too few for ${formatCount(parameters.landmarks)} landmarks.`,
      {
        hint: `Take at most ${formatCount(cloud.count)} landmarks; far fewer is what they are for.`,
        source: '--landmarks',
      },
    );
  refuseTooLarge(parameters.landmarks, maxDimension, setting.memoryLimitBytes);

  const start = performance.now();
  const distances = pointDistances(cloud, metric);
  const landmarks = maxminLandmarks(distances, parameters.landmarks, {
    seed,
    cancellation,
    progress: subProgress(progress, 0, 0.2),
  });
  const matrix = witnessMatrix(distances, landmarks.indices, {
    nu,
    cancellation,
    progress: subProgress(progress, 0.2, 0.6),
    ...(threshold === undefined ? {} : { threshold }),
  });
  const measured = performance.now();
  const result = reduce(matrix, parameters, setting, 0, {
    cancellation,
    progress: subProgress(progress, 0.6, 1),
  });
  const end = performance.now();
  return {
    points: cloud.count,
    threshold: threshold ?? null,
    enclosingRadius: result.enclosingRadius,
    coefficients: parameters.coefficients,
    maxDimension,
    diagram: result.diagram,
    ...representatives(result, landmarks, parameters, 0),
    landmarks: summaryOf(landmarks, null),
    milliseconds: { distances: measured - start, reduction: end - measured, total: end - setting.began },
    warnings: [...data.warnings, ...fewPoints(cloud.count), ...fewWitnesses(cloud.count, landmarks)],
    provenance: setting.provenance,
  };
}

function reduce(
  matrix: DistanceMatrix,
  { maxDimension, coefficients, cycles, cocycles, threshold }: RipsParameters,
  { memoryLimitBytes }: LandmarkSetting,
  representedFrom: number,
  { cancellation, progress }: Pick<AnalysisContext, 'cancellation' | 'progress'>,
) {
  const represented = Array.from({ length: maxDimension + 1 }, (_, dimension) => dimension).slice(representedFrom);
  return rips(matrix, {
    maxDimension,
    coefficients,
    cycles: cycles ? represented : false,
    cocycles: cocycles ? represented : false,
    memoryLimitBytes,
    cancellation,
    progress,
    ...(threshold === undefined ? {} : { threshold }),
  });
}

/** Through points of the cloud instead of numbers of landmarks. */
function representatives(
  { cycles, cocycles }: TopologyResult,
  { indices }: Landmarks,
  parameters: RipsParameters,
  representedFrom: number,
): Pick<RipsResult, 'cycles' | 'cocycles' | 'representedFrom'> {
  const ofCloud = (found: readonly Representative[], born: 'first' | 'last') =>
    found.map(representative => renamed(representative, indices, born, parameters.coefficients));
  return {
    cycles: parameters.cycles ? ofCloud(cycles, 'last') : undefined,
    cocycles: parameters.cocycles ? ofCloud(cocycles, 'first') : undefined,
    representedFrom,
  };
}

function matrixOf(distances: PairwiseDistances, indices: Uint32Array): DistanceMatrix {
  const values = new Float32Array(indices.length ** 2);
  indices.forEach((i, a) => {
    for (let b = 0; b < a; b++) {
      values[a * indices.length + b] = distances.at(i, indices[b]!);
      values[b * indices.length + a] = values[a * indices.length + b]!;
    }
  });
  return new DistanceMatrix(indices.length, values);
}

/** Bars of zero length left out; those that outlive the threshold, and the last, are endless. */
function componentDeaths(lengths: Float64Array, threshold = Infinity): Float64Array {
  const deaths = lengths.filter(length => length > 0).map(length => (length <= threshold ? length : Infinity));
  return Float64Array.from([...deaths, Infinity]);
}

function withComponents({ dimension, birth, death }: PersistenceDiagram, deaths: Float64Array): PersistenceDiagram {
  const higher = dimension.findIndex(d => d > 0);
  const from = higher < 0 ? dimension.length : higher;
  const join = (first: Float64Array, second: Float64Array) => {
    const joined = new Float64Array(first.length + second.length);
    joined.set(first);
    joined.set(second, first.length);
    return joined;
  };
  const dimensions = new Uint8Array(deaths.length + dimension.length - from);
  dimensions.set(dimension.subarray(from), deaths.length);
  return {
    dimension: dimensions,
    birth: join(new Float64Array(deaths.length), birth.subarray(from)),
    death: join(deaths, death.subarray(from)),
  };
}

function summaryOf({ indices, coveringRadius }: Landmarks, bound: number | null): LandmarkSummary {
  return { indices, coveringRadius, bound };
}

function inexact(points: number, { indices, coveringRadius }: Landmarks, bound: number | null): readonly Warning[] {
  if (indices.length >= points || coveringRadius === 0) return [];
  const what = `From dimension 1 on the diagram is of ${formatCount(indices.length)} landmarks of ${formatCount(points)} points`;
  const message =
    bound === null
      ? `${what}; without the triangle inequality nothing bounds how far it is from that of all points.`
      : `${what}: in bottleneck distance at most ${formatNumber(bound)} from that of all points, so that a bar longer than twice that stands for one of the whole cloud.`;
  return [{ code: 'landmarks', message }];
}

function fewWitnesses(points: number, { indices }: Landmarks): readonly Warning[] {
  if (points >= 5 * indices.length) return [];
  return [
    {
      code: 'few-witnesses',
      message: `${formatCount(points)} points are few witnesses for ${formatCount(indices.length)} landmarks: edges may be missing, and loops be seen that are none.`,
    },
  ];
}
