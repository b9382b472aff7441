import { Fault } from '../base/fault';
import { subProgress } from '../base/progress';
import { formatBytes, formatCount } from '../base/numbers';
import { forecastSpanningTreeBytes, joinSpanningTreeParts } from '../topology/largeSpanningTree';
import type { Metric } from '../topology/metric';
import { minimumSpanningTree } from '../topology/minimumSpanningTree';
import type { PairwiseDistances } from '../topology/pairwiseDistances';
import type { PointCloud } from '../topology/pointCloud';
import { planSpanningTree } from '../topology/spanningTreePlan';
import { unitRows } from '../topology/unitRows';
import type { AnalysisContext } from './analysis';
import { pointsWithin } from './limits';

/** Shares of all pairs that go to threads: always as many, so that no result depends on the threads. */
const PARTS = 8;
/** Fewer points are done before a thread has begun. */
const POINTS_FOR_THREADS = 4000;

/**
 * The lengths at which the components of a whole cloud join, ascending: the deaths of its H0, exactly, without a matrix. Euclidean, cosine and correlation distances are done in
 * parts, on as many cores as there are; the others by Prim's algorithm on one.
 */
export async function wholeComponents(
  cloud: PointCloud,
  metric: Metric,
  distances: PairwiseDistances,
  seed: number,
  context: Pick<AnalysisContext, 'cancellation' | 'progress' | 'task'>,
): Promise<Float64Array> {
  if (metric === 'euclidean') return treeLengths(cloud, seed, context);
  if (metric !== 'cosine' && metric !== 'correlation')
    return minimumSpanningTree(distances, context.cancellation).length;

  const { values, undirected } = unitRows(cloud, metric === 'correlation');
  const { width } = cloud;
  const without = new Set(undirected);
  const directed = new Float64Array((cloud.count - without.size) * width);
  for (let i = 0, at = 0; i < cloud.count; i++) {
    if (without.has(i)) continue;
    directed.set(values.subarray(i * width, (i + 1) * width), at);
    at += width;
  }
  const count = cloud.count - without.size;
  const lengths =
    count === 0 ? new Float64Array(0) : await treeLengths({ count, width, values: directed }, seed, context);
  // The distance of unit vectors is half their squared Euclidean distance. A row without direction is at 1 from all others, which then are no farther than that from it.
  const halves = lengths.map(length => (length * length) / 2);
  if (without.size === 0) return halves;
  const joining = new Float64Array(cloud.count - 1).fill(1);
  joining.set(halves.map(length => Math.min(1, length)));
  return joining;
}

async function treeLengths(
  cloud: PointCloud,
  seed: number,
  { cancellation, progress, task }: Pick<AnalysisContext, 'cancellation' | 'progress' | 'task'>,
): Promise<Float64Array> {
  progress(0, 'finding neighbours');
  const plan = planSpanningTree(cloud, seed, cancellation);
  const parts = cloud.count < POINTS_FOR_THREADS ? 1 : PARTS;
  const done = new Float64Array(parts);
  const report = subProgress(progress, 0.1, 1);
  const trees = await Promise.all(
    Array.from(done, (_, part) =>
      task('spanningTree', { plan, part, parts }, (fraction, phrase) => {
        done[part] = fraction;
        report(
          done.reduce((sum, share) => sum + share / parts, 0),
          phrase,
        );
      }),
    ),
  );
  return joinSpanningTreeParts(plan, trees).length;
}

/** Throws `too-large` before anything is taken. */
export function refuseWholeComponents(cloud: PointCloud, metric: Metric, threads: number, limitBytes: number): void {
  const parts = Math.min(threads, PARTS);
  const bytesAt = (count: number, threadsAt = parts) => {
    if (metric === 'precomputed') return 12 * count ** 2;
    const { once, eachThread } = forecastSpanningTreeBytes(count, cloud.width);
    return once + threadsAt * eachThread;
  };
  const bytes = bytesAt(cloud.count);
  if (bytes <= limitBytes) return;
  const fit = pointsWithin(cloud.count, limitBytes, bytesAt);
  const alone = parts > 1 && bytesAt(cloud.count, 1) <= limitBytes ? ', or all of them with --threads 1' : '';
  throw new Fault(
    'too-large',
    `The components of ${formatCount(cloud.count)} points would take about ${formatBytes(bytes)}, more than the ${formatBytes(limitBytes)} allowed.`,
    { hint: `About ${formatCount(fit)} points would fit${alone}.` },
  );
}
