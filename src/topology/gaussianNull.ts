import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { Random } from '../base/random';
import { rangeOfDimension, type PersistenceDiagram } from './diagram';
import { distanceMatrix } from './distances';
import type { PointCloud } from './pointCloud';
import { rips } from './rips';

/**
 * One cloud of the covariance-matched Gaussian null: `points` independent points with these variances along the axes. Given the `varianceSpectrum` of a sample,
 * its distances have exactly the law of those of Gaussian points with the sample's covariance, such as z·Xc / √(n − 1) for the centred sample Xc: the two
 * differ by a rotation and the mean, which distances do not see. Depends on its arguments alone, so that draws may be made anywhere in any order.
 */
export function gaussianDraw(spectrum: Float64Array, points: number, seed: number, draw: number): PointCloud {
  const width = spectrum.length;
  const random = new Random(seed, `gaussian null ${draw}`);
  const deviations = spectrum.map(Math.sqrt);
  const values = Float64Array.from({ length: points * width }, (_, k) => deviations[k % width]! * random.normal());
  return { count: points, width, values };
}

/** The length of the longest finite bar of a dimension; 0 where there is none. */
export function longestBar(diagram: PersistenceDiagram, dimension: number): number {
  const [from, to] = rangeOfDimension(diagram, dimension);
  let longest = 0;
  for (let i = from; i < to; i++) {
    const length = diagram.death[i]! - diagram.birth[i]!;
    if (length > longest && length < Infinity) longest = length;
  }
  return longest;
}

/** The longest loop of one draw: Rips H1 over Z/2 of its Euclidean distances, in edge lengths. */
export function longestLoopOfDraw(
  spectrum: Float64Array,
  points: number,
  seed: number,
  draw: number,
  cancellation = Cancellation.never,
): number {
  const distances = distanceMatrix(gaussianDraw(spectrum, points, seed, draw), 'euclidean', cancellation);
  return longestBar(rips(distances, { maxDimension: 1, cancellation }).diagram, 1);
}

/** What a loop must exceed to be significant. */
export interface NullThreshold {
  /** The rank-th smallest of the longest bars of the draws. */
  readonly threshold: number;
  readonly rank: number;
  readonly draws: number;
  /**
   * (draws + 1 − rank) / (draws + 1): the probability that the longest bar of one more draw of the null exceeds the
   * threshold. Exact at any number of draws, for exchangeable draws without ties; the moments are estimated.
   */
  readonly level: number;
}

/**
 * The threshold from the longest bar of each draw: the order statistic of rank ⌈confidence · (draws + 1)⌉. Fewer draws than
 * confidence / (1 − confidence), 19 for 95 %, cannot reach the level: then the largest is taken and `level` says what it is.
 * Since the *longest* loop is compared, the level holds for all loops of a cloud together.
 */
export function nullThreshold(longest: ArrayLike<number>, confidence = 0.95): NullThreshold {
  const draws = longest.length;
  if (draws === 0) throw new Fault('empty', 'A null threshold needs at least one draw.');
  const sorted = Float64Array.from(longest).sort();
  // 0.95 · 20 is 19 with a rounding error above it.
  const rank = Math.min(draws, Math.max(1, Math.ceil(confidence * (draws + 1) - 1e-9)));
  return { threshold: sorted[rank - 1]!, rank, draws, level: (draws + 1 - rank) / (draws + 1) };
}
