import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { subProgress, type Progress } from '../base/progress';
import { formatCount, formatRoundPercent } from '../base/numbers';
import { bettiCurve, bettiScales } from '../topology/bettiCurve';
import { confidenceBand } from '../topology/confidenceBand';
import { DENSE_SHARE, dense0 } from '../topology/dense0';
import { rangeOfDimension, totalPersistence, type PersistenceDiagram } from '../topology/diagram';
import { distanceMatrix, medianDistance } from '../topology/distances';
import { longestLoopOfDraw, nullThreshold } from '../topology/gaussianNull';
import { minimumSpanningTree } from '../topology/minimumSpanningTree';
import type { PointCloud } from '../topology/pointCloud';
import { principalComponents } from '../topology/principalComponents';
import type { Representative } from '../topology/representative';
import { rips } from '../topology/rips';
import { varianceSpectrum } from '../topology/varianceSpectrum';
import type { Caveat, LayerTopology, Reduction } from './layerTopology';
import { FEW_POINTS } from './limits';

/** Even in one Gaussian cloud, groups of fewer points than this part from the rest at some scale. */
const CHANCE_SIZE = 10;
/** 19 draws are the fewest of which the largest is a 95 % threshold. */
export const NULL_DRAWS = 19;
/** Points of each draw of the null: more would take longer than all the rest. */
export const NULL_POINTS = 250;
const MOST_CYCLES = 200;
const BETTI_SCALES = 256;

/** One layer's points and what is needed to say what they are. */
export interface LayerTaskInput {
  readonly name: string;
  readonly op: string;
  readonly shape: readonly number[];
  readonly reduction: Reduction | 'none';
  readonly count: number;
  readonly width: number;
  /** count × width; in shared memory, so that it crosses threads without a copy. */
  readonly values: Float32Array;
  /** Row of the data set that each point comes from. */
  readonly rowOfPoint: Uint32Array;
  /** Index of that row in the sample, ascending rows: absent where point i is sampled row i. */
  readonly sampleOfPoint?: Uint32Array;
  /** Rows of the data set that the points were drawn from. */
  readonly rows: number;
  readonly randomInput: boolean;
  /** What was assumed of the network, where its file does not say it. */
  readonly assumption?: string;
  readonly maxDimension: number;
  readonly seed: number;
  /** What its persistence may take; nothing bounds it unless given. */
  readonly memoryLimitBytes?: number;
}

/**
 * Everything of LayerTopology, from one layer's points: Rips persistence of Euclidean distances, what of it is signal, Betti curves
 * and a projection. Throws `not-finite` naming layer and row, `too-large`, `cancelled`.
 */
export function computeLayer(input: LayerTaskInput, cancellation: Cancellation, progress: Progress): LayerTopology {
  const began = performance.now();
  const { name, op, shape, reduction, width, maxDimension, seed } = input;
  refuseNotFinite(input);
  const cloud: PointCloud = { count: input.count, width, values: input.values };

  progress(0, `${name}: distances`);
  const distances = distanceMatrix(cloud, 'euclidean', cancellation);
  const result = rips(distances, {
    maxDimension,
    cycles: [1],
    maxRepresentatives: MOST_CYCLES,
    ...(input.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: input.memoryLimitBytes }),
    cancellation,
    progress: layerProgress(subProgress(progress, 0.1, 0.6), name),
  });
  const { diagram } = result;
  const tree = minimumSpanningTree(distances, cancellation);
  const dense = dense0(tree);
  progress(0.6, `${name}: confidence band`);
  const band = confidenceBand(distances, { seed, cancellation });
  const loopNull =
    maxDimension > 0 && input.count > 2
      ? gaussianLoopNull(cloud, seed, cancellation, layerProgress(subProgress(progress, 0.7, 0.95), name))
      : undefined;
  const components = longerThan(diagram, 0, band.componentLength);
  const loops = loopNull && longerThan(diagram, 1, loopNull.threshold);
  const dimensions = Array.from({ length: maxDimension + 1 }, (_, dimension) => dimension);
  progress(0.95, `${name}: projection`);
  const { scores, explained } = principalComponents(cloud, 2, cancellation);

  return {
    name,
    op,
    shape,
    reduction,
    points: input.count,
    width,
    ...(input.sampleOfPoint === undefined ? {} : { sampleOfPoint: input.sampleOfPoint }),
    diagram,
    cycles: longestFirst(result.cycles, diagram),
    enclosingRadius: result.enclosingRadius,
    medianDistance: medianDistance(distances),
    totalPersistence: dimensions.map(dimension => totalPersistence(diagram, dimension)),
    dense0: {
      count: dense.count,
      share: dense.share,
      scaleFrom: dense.scaleFrom,
      scaleTo: dense.scaleTo,
      members: dense.components,
    },
    band: { width: band.componentLength, subsamples: band.subsamples, subsampleSize: band.subsampleSize },
    loopNull,
    significant: { components, loops },
    betti: bettiCurve(diagram, maxDimension, bettiScales(diagram, BETTI_SCALES)),
    projection: {
      x: Float32Array.from({ length: input.count }, (_, i) => scores[2 * i]!),
      y: Float32Array.from({ length: input.count }, (_, i) => scores[2 * i + 1]!),
      explained: [explained[0]!, explained[1]!],
    },
    caveats: caveatsOf(input, diagram, loopNull),
    milliseconds: performance.now() - began,
  };
}

function refuseNotFinite({ name, width, values, rowOfPoint }: LayerTaskInput): void {
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!;
    if (value - value === 0) continue;
    const row = rowOfPoint[Math.floor(k / width)]!;
    throw new Fault(
      'not-finite',
      `Layer ${name} gives ${Number.isNaN(value) ? 'NaN' : 'infinity'} for row ${row} of the data, so it has no topology.`,
      { hint: 'Look for weights that are not finite, or for values in the data that are far larger than in training.' },
    );
  }
}

/** The longest loops of clouds that are like this one but for its covariance. Drawn with `NULL_POINTS` points where it has more. */
function gaussianLoopNull(
  cloud: PointCloud,
  seed: number,
  cancellation: Cancellation,
  progress: Progress,
): NonNullable<LayerTopology['loopNull']> {
  const spectrum = varianceSpectrum(cloud, cancellation);
  const points = Math.min(cloud.count, NULL_POINTS);
  const longest = Array.from({ length: NULL_DRAWS }, (_, draw) => {
    progress(draw / NULL_DRAWS, 'loops of the Gaussian null');
    return longestLoopOfDraw(spectrum, points, seed, draw, cancellation);
  });
  return { threshold: nullThreshold(longest).threshold, draws: NULL_DRAWS, points };
}

function longerThan(diagram: PersistenceDiagram, dimension: number, threshold: number): number {
  const [from, to] = rangeOfDimension(diagram, dimension);
  let count = 0;
  for (let i = from; i < to; i++) if (diagram.death[i]! - diagram.birth[i]! > threshold) count++;
  return count;
}

/** Loops over Z/2, so that their simplices are edges and all coefficients are 1. */
function longestFirst(loops: readonly Representative[], diagram: PersistenceDiagram): LayerTopology['cycles'] {
  const [from] = rangeOfDimension(diagram, 1);
  const length = (pair: number) => diagram.death[from + pair]! - diagram.birth[from + pair]!;
  return loops
    .map(({ pair, vertices, simplices }) => ({ pair, vertices, edges: simplices }))
    .sort((a, b) => length(b.pair) - length(a.pair) || a.pair - b.pair);
}

function caveatsOf(
  input: LayerTaskInput,
  diagram: PersistenceDiagram,
  loopNull: LayerTopology['loopNull'],
): readonly Caveat[] {
  const { count, width, reduction, rows, shape } = input;
  const caveats: Caveat[] = [];
  const add = (code: string, message: string) => caveats.push({ code, message });
  if (input.randomInput)
    add('random-input', 'The input is random numbers, not data: the shapes say what the network makes of noise.');
  if (input.assumption !== undefined) add('assumed-architecture', input.assumption);
  if (count < FEW_POINTS) add('few-points', `${formatCount(count)} points are too few to tell a shape from chance.`);
  const smallest = Math.ceil(DENSE_SHARE * count);
  if (count >= FEW_POINTS && smallest < CHANCE_SIZE)
    add(
      'small-components',
      `${formatRoundPercent(DENSE_SHARE)} of ${formatCount(count)} points are only ${formatCount(smallest)}: so few lie together by chance, which makes β0* too large.`,
    );
  if (reduction !== 'positions' && count < rows)
    add(
      'sample',
      `${formatCount(count)} of ${formatCount(rows)} rows, drawn at random with the seed; another sample moves every number.`,
    );
  if (reduction === 'positions')
    add(
      'reduction',
      `A point is one position of one row; ${formatCount(count)} were drawn, so that points of one row are not independent.`,
    );
  if (reduction === 'mean')
    add(
      'reduction',
      `Each point is the mean over the ${describePositions(shape, width)}; what differs by place is averaged away.`,
    );
  if (reduction === 'flatten' && shape.length > 1)
    add(
      'reduction',
      `Each point is all ${formatCount(width)} values of the layer in a row; shifting the input moves it far.`,
    );
  if (count < width)
    add(
      'wide',
      `${formatCount(count)} points in ${formatCount(width)} dimensions: distances are much alike there, and loops are mostly noise.`,
    );
  // Zero-length bars of H0 are left out, so that what is missing are points that coincide.
  const [from, to] = rangeOfDimension(diagram, 0);
  const duplicates = count - (to - from);
  if (duplicates > 0)
    add(
      'duplicates',
      `${formatCount(duplicates)} of ${formatCount(count)} points coincide with another one, so that they count once in H0.`,
    );
  if (loopNull !== undefined && loopNull.points < count)
    add(
      'null-sample',
      `The null was drawn with ${formatCount(loopNull.points)} points, the layer has ${formatCount(count)}: fewer points leave longer noise, so that fewer loops pass.`,
    );
  return caveats;
}

function describePositions(shape: readonly number[], width: number): string {
  const positions = shape.reduce((product, size) => product * size, 1) / Math.max(1, width);
  return `${positions} positions`;
}

function layerProgress(progress: Progress, name: string): Progress {
  return (fraction, phrase) => progress(fraction, `${name}: ${phrase}`);
}
