import type { Cancellation } from '../../base/cancellation';
import { formatCount } from '../../base/numbers';
import { subProgress, type Progress } from '../../base/progress';
import { Random } from '../../base/random';
import { centredKernelAlignment } from '../../topology/centredKernelAlignment';
import { totalPersistence, type PersistenceDiagram } from '../../topology/diagram';
import { bottleneckDistance, wassersteinDistance } from '../../topology/diagramDistance';
import type { DiagramDistance, DiagramPoints } from '../../topology/diagramPoints';
import { distanceMatrix, medianDistance, type DistanceMatrix } from '../../topology/distances';
import { neighbourOverlap } from '../../topology/neighbourOverlap';
import { diagramDistances } from '../../topology/permutationTest';
import type { PointCloud } from '../../topology/pointCloud';
import { representationTopologyDivergence } from '../../topology/representationTopologyDivergence';
import { rips } from '../../topology/rips';
import { swapTest } from '../../topology/swapTest';
import type { Caveat } from '../layerTopology';
import type { DifferenceTest, MatchedDistance, Neighbourhoods, PairMeasures, Ratio } from './comparedPair';
import { overUnit, pointsOf } from './scaledDiagram';

/** Of H0 and H1. */
export const COMPARED_DIMENSIONS = 2;
/** As many parts have 2,047 swaps beside what is seen: the smallest p-value is 1 in 2,048. */
const PARTS = 12;
const MOST_PARTS = 16;
/** Fewer points have hardly a shape. */
const LEAST_POINTS_OF_PART = 10;
/** RTD takes the complex of twice the points: more would take longer than all the rest. */
export const RTD_POINTS = 500;
const NEIGHBOURS = 10;
const CHANGED_ROWS = 24;
/** Half samples of the ratio of total persistence. */
export const HALF_SAMPLES = 20;

export interface PairSide {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  /** count × width; in shared memory. */
  readonly values: Float32Array;
  readonly diagram: PersistenceDiagram;
  readonly medianDistance: number;
}

export interface PairTaskInput {
  readonly a: PairSide;
  readonly b: PairSide;
  /** Whether point i of A and of B are of the same row and place. */
  readonly samePoints: boolean;
  /** Whether the ratio of total persistence gets an interval. */
  readonly ratioInterval: boolean;
  /** Disjoint parts of the sample for the test: fewer where there are few points. */
  readonly parts: number;
  readonly seed: number;
}

/** As many parts as let a single difference pass at the level of 5 % after Holm's adjustment for so many pairs, two dimensions and two distances. */
export function partsFor(pairs: number): number {
  const needed = 1 + Math.ceil(Math.log2((4 * Math.max(1, pairs)) / 0.05));
  return Math.min(MOST_PARTS, Math.max(PARTS, needed));
}

/** Everything of PairMeasures. Which rows are drawn depends on the seed and the number of points alone, so that all layers are compared on the same. Throws `cancelled`. */
export function comparePair(input: PairTaskInput, cancellation: Cancellation, progress: Progress): PairMeasures {
  const { a, b, samePoints, seed } = input;
  const phrase = (what: string) => `${a.name}${a.name === b.name ? '' : ` and ${b.name}`}: ${what}`;
  const tell = (fraction: number, what: string) => progress(fraction, phrase(what));
  tell(0, 'matching diagrams');
  const scaled = [a, b].map(side => overUnit(side.diagram, side.medianDistance));
  const points = scaled.map(diagram => dimensions(dimension => pointsOf(diagram, dimension)));
  const between = (distance: (a: DiagramPoints, b: DiagramPoints) => DiagramDistance) =>
    dimensions(dimension => matched(distance(points[0]![dimension]!, points[1]![dimension]!)));
  const bottleneck = between((x, y) => bottleneckDistance(x, y, 'linf', cancellation));
  const wasserstein = between((x, y) => wassersteinDistance(x, y, 1, 'linf', cancellation));

  tell(0.15, 'distances');
  const parts = samePoints ? differenceTest(input, cancellation, subProgress(tell, 0.2, 0.6)) : null;
  tell(0.6, 'comparing rows');
  const cka = samePoints ? centredKernelAlignment(a, b, cancellation) : NaN;
  const matrices = samePoints ? ([a, b].map(side => distanceMatrix(side, 'euclidean', cancellation)) as [DistanceMatrix, DistanceMatrix]) : undefined; // prettier-ignore
  const neighbourhoods = matrices === undefined ? null : neighbourhoodsOf(matrices, cancellation);
  tell(0.7, 'representation topology divergence');
  const rtd = samePoints ? divergence(a, b, seed, cancellation) : null;
  tell(0.85, 'total persistence');
  return {
    bottleneck,
    wasserstein,
    test: parts,
    cka: Number.isNaN(cka) ? null : cka,
    rtd,
    neighbourhoods,
    totalRatio: totalRatios(input, scaled, cancellation),
    caveats: caveatsOf(input, parts, cka),
  };
}

function dimensions<T>(make: (dimension: number) => T): T[] {
  return Array.from({ length: COMPARED_DIMENSIONS }, (_, dimension) => make(dimension));
}

/** Two Rips diagrams of finite distances: one endless bar in H0, none in H1, so that there is a matching. */
function matched({ distance, matching }: DiagramDistance): MatchedDistance {
  return { distance: distance ?? Infinity, matching: matching ?? [] };
}

/** Some rows of a cloud. */
function rowsOf({ width, values }: PointCloud, rows: Uint32Array): PointCloud {
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, i) => chosen.set(values.subarray(row * width, (row + 1) * width), i * width));
  return { count: rows.length, width, values: chosen };
}

/** Of parts of the sample that have no point in common, so that pairs of diagrams are independent. In units of the whole cloud's median distance. */
function differenceTest(
  { a, b, parts: asked, seed }: PairTaskInput,
  cancellation: Cancellation,
  progress: Progress,
): DifferenceTest | null {
  const parts = Math.min(asked, Math.floor(a.count / LEAST_POINTS_OF_PART));
  if (parts < 2) return null;
  const pointsOfPart = Math.floor(a.count / parts);
  const order = new Random(seed, 'parts').permutation(a.count);
  const diagrams: PersistenceDiagram[] = [];
  for (let part = 0; part < parts; part++) {
    progress((0.3 * part) / parts, 'persistence of parts');
    const rows = order.slice(part * pointsOfPart, (part + 1) * pointsOfPart).sort();
    for (const side of [a, b])
      diagrams.push(overUnit(persistenceOf(rowsOf(side, rows), cancellation), side.medianDistance));
  }
  let permutations = 0;
  const valueOf = (kind: 'bottleneck' | 'wasserstein') =>
    dimensions(dimension => {
      progress(0.3 + 0.35 * dimension + (kind === 'bottleneck' ? 0 : 0.175), 'permutation test');
      const points = diagrams.map(diagram => pointsOf(diagram, dimension));
      const test = swapTest(diagramDistances(points, kind, cancellation), cancellation);
      permutations = test.permutations;
      return test.pValue;
    });
  const [bottleneck, wasserstein] = [valueOf('bottleneck'), valueOf('wasserstein')];
  return { bottleneck, wasserstein, parts, pointsOfPart, permutations };
}

function persistenceOf(cloud: PointCloud, cancellation: Cancellation): PersistenceDiagram {
  return rips(distanceMatrix(cloud, 'euclidean', cancellation), {
    maxDimension: COMPARED_DIMENSIONS - 1,
    consume: true,
    cancellation,
  }).diagram;
}

function neighbourhoodsOf(
  [a, b]: readonly [DistanceMatrix, DistanceMatrix],
  cancellation: Cancellation,
): Neighbourhoods | null {
  if (a.count < 3) return null;
  const { neighbours, overlap, first, second } = neighbourOverlap(
    a,
    b,
    Math.min(NEIGHBOURS, Math.floor((a.count - 1) / 2)),
    cancellation,
  );
  const of = (found: Uint32Array, point: number) => [...found.subarray(point * neighbours, (point + 1) * neighbours)];
  // Of rows that kept as few, those first whose old neighbours are farthest now, in either direction.
  const strain = (point: number) => farthest(b, point, of(first, point)) + farthest(a, point, of(second, point));
  const order = Array.from(overlap, (kept, point) => ({ point, kept, strain: kept < 1 ? strain(point) : 0 }))
    .filter(({ kept }) => kept < 1)
    .sort((x, y) => x.kept - y.kept || y.strain - x.strain || x.point - y.point);
  return {
    neighbours,
    meanOverlap: overlap.reduce((sum, share) => sum + share, 0) / overlap.length,
    chance: neighbours / (a.count - 1),
    overlap: Float32Array.from(overlap),
    changed: order.slice(0, CHANGED_ROWS).map(({ point, kept }) => ({
      point,
      overlap: kept,
      neighboursA: of(first, point),
      neighboursB: of(second, point),
    })),
  };
}

/** The mean share of points that are nearer than these: 0 where they are the nearest. */
function farthest(distances: DistanceMatrix, point: number, others: readonly number[]): number {
  const { count, values } = distances;
  const row = values.subarray(point * count, (point + 1) * count);
  let nearer = 0;
  for (const other of others) for (let k = 0; k < count; k++) if (row[k]! < row[other]!) nearer++;
  return nearer / (others.length * count);
}

function divergence(a: PointCloud, b: PointCloud, seed: number, cancellation: Cancellation): PairMeasures['rtd'] {
  if (a.count < 2) return null;
  const rows = new Random(seed, 'rtd').sample(a.count, RTD_POINTS);
  const [x, y] = [a, b].map(side => distanceMatrix(rowsOf(side, rows), 'euclidean', cancellation));
  return { ...representationTopologyDivergence(x!, y!, cancellation), points: rows.length };
}

/** Total persistence of B over A's. The interval is exp(log ratio ± 1.96 s), s being the deviation of log ratios of half samples: a half sample varies about the whole as the whole about the truth. */
function totalRatios(
  { a, b, samePoints, ratioInterval, seed }: PairTaskInput,
  scaled: readonly PersistenceDiagram[],
  cancellation: Cancellation,
): readonly (Ratio | null)[] {
  const seen = dimensions(dimension => ratioOf(scaled.map(diagram => totalPersistence(diagram, dimension))));
  if (!ratioInterval || !samePoints || a.count < 2 * LEAST_POINTS_OF_PART)
    return seen.map(value => (value === null ? null : { value, low: null, high: null }));
  const logarithms = dimensions((): number[] => []);
  for (let draw = 0; draw < HALF_SAMPLES; draw++) {
    const rows = new Random(seed, `half ${draw}`).sample(a.count, Math.floor(a.count / 2));
    const diagrams = [a, b].map(side => {
      const distances = distanceMatrix(rowsOf(side, rows), 'euclidean', cancellation);
      const unit = medianDistance(distances, cancellation);
      return overUnit(rips(distances, { maxDimension: COMPARED_DIMENSIONS - 1, cancellation }).diagram, unit);
    });
    logarithms.forEach((list, dimension) => {
      const ratio = ratioOf(diagrams.map(diagram => totalPersistence(diagram, dimension)));
      if (ratio !== null && ratio > 0) list.push(Math.log(ratio));
    });
  }
  return seen.map((value, dimension) => {
    const list = logarithms[dimension]!;
    if (value === null) return null;
    if (list.length < HALF_SAMPLES || value === 0) return { value, low: null, high: null };
    const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
    const deviation = Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (list.length - 1));
    const spread = Math.exp(1.96 * deviation);
    return { value, low: value / spread, high: value * spread };
  });
}

function ratioOf([a, b]: readonly number[]): number | null {
  return a! > 0 ? b! / a! : null;
}

function caveatsOf({ a, b, samePoints }: PairTaskInput, test: DifferenceTest | null, cka: number): readonly Caveat[] {
  const caveats: Caveat[] = [];
  if (!samePoints)
    caveats.push({
      code: 'other-points',
      message: `The points of ${a.name} and ${b.name} are not of the same places, so that rows cannot be compared: no CKA, RTD, neighbourhoods and no test.`,
    });
  else if (test === null)
    caveats.push({ code: 'no-test', message: `${formatCount(a.count)} points are too few for a permutation test.` });
  else if (1 / (1 + test.permutations) > 0.025)
    caveats.push({
      code: 'few-parts',
      message: `${formatCount(a.count)} points give ${test.parts} disjoint parts: the smallest p-value possible is 1 in ${formatCount(1 + test.permutations)}.`,
    });
  if (samePoints && Number.isNaN(cka))
    caveats.push({ code: 'no-variance', message: 'All points of one of the layers are equal: CKA is not defined.' });
  for (const { name, medianDistance: unit } of [a, b])
    if (!(unit > 0))
      caveats.push({
        code: 'no-scale',
        message: `More than half of the distances in ${name} are 0: its lengths are not divided by their median.`,
      });
  return caveats;
}
