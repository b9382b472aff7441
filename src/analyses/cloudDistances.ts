import type { Cancellation } from '../base/cancellation';
import { subProgress, type Progress } from '../base/progress';
import { distanceSteps, precomputedDistances, type DistanceMatrix } from '../topology/distances';
import type { Steps } from '../base/steps';
import type { RipsCrew } from '../topology/kernels/ripsKernel';
import { geodesicDistances, neighbourGraph } from '../topology/geodesic';
import type { Metric } from '../topology/metric';
import type { PointCloud } from '../topology/pointCloud';
import { pointDistances } from '../topology/pointDistances';

/** The graph that joins every point with its nearest ones, and how paths along it are measured. */
export interface GeodesicParameters {
  readonly neighbours: number;
  readonly along: 'hops' | 'lengths';
}

/** All distances of a cloud, or along the graph of its nearest neighbours where that is given, step by step. */
export function* cloudDistances(
  cloud: PointCloud,
  metric: Metric,
  geodesic: GeodesicParameters | undefined,
  crew: RipsCrew,
  cancellation: Cancellation,
  progress: Progress,
): Steps<DistanceMatrix> {
  if (geodesic === undefined)
    return metric === 'precomputed' ? precomputedDistances(cloud, crew) : yield* distanceSteps(cloud, metric, crew);
  progress(0, 'finding neighbours');
  const graph = neighbourGraph(pointDistances(cloud, metric), geodesic.neighbours, cancellation);
  return geodesicDistances(graph, geodesic.along, cancellation, subProgress(progress, 0.5, 1));
}

/** Whether the triangle inequality holds. Paths along a graph have it, whatever the lengths of the edges. */
export function isMetric(metric: Metric, geodesic?: GeodesicParameters): boolean {
  return geodesic !== undefined || metric === 'euclidean' || metric === 'manhattan' || metric === 'chebyshev';
}
