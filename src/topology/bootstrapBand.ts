import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { Random } from '../base/random';
import { bottleneckDistance } from './diagramDistance';
import type { DiagramPoints } from './diagramPoints';
import { orderStatistic } from './quantile';

export interface BootstrapBandOptions {
  readonly seed: number;
  /** 200 unless given. */
  readonly replicates?: number;
  /** 0.95 unless given. */
  readonly confidence?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

export interface BootstrapBand {
  /** c: the quantile of the bottleneck distances between the diagram of the sample and those of the resamples. */
  readonly width: number;
  /** 2c: with the given confidence a bar longer than this does not stem from the diagonal. */
  readonly barLength: number;
  readonly confidence: number;
  readonly replicates: number;
  /** Resamples whose diagram had another number of essential points, so that no distance is finite: they count as infinitely far. */
  readonly incomparable: number;
}

/**
 * The bottleneck bootstrap (Chazal, Fasy, Lecci, Michel, Rinaldo, Wasserman, "Robust topological inference: distance to a measure and kernel distance", JMLR 18(159), 2018):
 * draw n of the n points with replacement, take the bottleneck distance of the resample's diagram to the sample's, and let c be their quantile: the order statistic of rank
 * ⌈confidence · replicates⌉.
 *
 * The theory is for diagrams of a function estimated from the sample that is Hadamard differentiable in the measure: the distance to a measure, a kernel density or kernel distance at a fixed bandwidth
 * (`distanceToMeasure` on a grid, then cubical persistence). It is about the diagram of the smoothed function, not of the support. For Rips diagrams of the sample itself it
 * is not valid: the Hausdorff distance has no bootstrap limit, and a resample leaves out 37 % of the points. There take `confidenceBand`.
 *
 * `diagramOf` makes the diagram, of one dimension, of the points with these indices (with repetitions); it is called with all points once first.
 */
export function bootstrapBand(
  count: number,
  diagramOf: (indices: Uint32Array) => DiagramPoints,
  options: BootstrapBandOptions,
): BootstrapBand {
  const { replicates = 200, confidence = 0.95, cancellation = Cancellation.never, progress = noProgress } = options;
  if (count < 1) throw new Fault('empty', 'There are no points to resample.');
  if (!(Number.isInteger(replicates) && replicates >= 1))
    throw new Fault('usage', `The number of replicates must be a whole number of at least 1, not ${replicates}.`);
  if (!(confidence > 0 && confidence < 1))
    throw new Fault('usage', `The confidence must be between 0 and 1, not ${confidence}.`);
  const seen = diagramOf(Uint32Array.from({ length: count }, (_, i) => i));
  const random = new Random(options.seed, 'bootstrap band');
  let incomparable = 0;
  const moves = Float64Array.from({ length: replicates }, (_, k) => {
    cancellation.throwIfCancelled();
    progress(k / replicates, 'resampling');
    const indices = Uint32Array.from({ length: count }, () => random.integer(count)).sort();
    const { distance } = bottleneckDistance(seen, diagramOf(indices), 'linf', cancellation);
    if (distance === null) incomparable++;
    return distance ?? Infinity;
  });
  const width = orderStatistic(moves, confidence);
  return { width, barLength: 2 * width, confidence, replicates, incomparable };
}
