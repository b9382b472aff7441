import { Cancellation } from '../base/cancellation';
import { floatOfRank } from './floatOfRank';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { finish, type Steps } from '../base/steps';
import { ripsCrew, type RipsCrew } from './kernels/ripsKernel';
import type { CoordinateMetric } from './metric';
import type { PointCloud } from './pointCloud';
import { aligned, MATRIX_ADDRESS, RipsSpace } from './ripsSpace';
import { unitRows } from './unitRows';

/**
 * A dense symmetric n × n matrix of distances, diagonal 0, in C order. Distances are computed in double precision and
 * stored as float32 (relative rounding 6e-8), so that 5,000 points take 100 MB. Infinity: never joined.
 */
export class DistanceMatrix {
  private taken = false;

  /** `space` is where the values are, if they are in the memory of a kernel. */
  constructor(
    readonly count: number,
    private readonly entries: Float32Array,
    private readonly space?: RipsSpace,
  ) {}

  get values(): Float32Array {
    if (this.taken) throw new Error('the distances have been used up');
    return this.entries;
  }

  at(i: number, j: number): number {
    return this.values[i * this.count + j]!;
  }

  /**
   * Hands over the memory of the kernel, with the values in their place; `undefined` where they are somewhere else. After that there is no matrix
   * any more.
   */
  takeSpace(): RipsSpace | undefined {
    this.taken = this.space !== undefined;
    return this.space;
  }
}

/** Points in a panel of the kernel. */
const PANEL = 4;
/** Panels that stay in the cache while others pass by: as many as fit there, and no more than pay. */
const BLOCK_BYTES = 1 << 17;
const MOST_BLOCK_PANELS = 16;
/** Multiplications in a part of a job: some tenths of a millisecond. */
const GRAIN_PRODUCTS = 1 << 21;
/** Beyond this, distances would leave the range of float32. */
const MAX_SQUARED_LENGTH = 1e60;
/** Numbers of the kernel. */
const KINDS: Record<CoordinateMetric, number> = { euclidean: 0, cosine: 1, correlation: 1, manhattan: 2, chebyshev: 3 };

/**
 * All pairwise distances of a cloud. `cosine` is 1 − cos of the angle and `correlation` 1 − Pearson's r, both in [0, 2];
 * a row without direction (all zero; constant for correlation) has distance 1 to every other.
 * Throws `empty` for no points, `not-finite` for coordinates that are not finite or beyond 1e30 or so, `too-large` for what does not fit
 * into the kernel's memory, and `cancelled`.
 */
export function distanceMatrix(
  cloud: PointCloud,
  metric: CoordinateMetric,
  cancellation: Cancellation = Cancellation.never,
): DistanceMatrix {
  return finish(distanceSteps(cloud, metric, ripsCrew()), cancellation);
}

/** The same, step by step, by a crew that has nothing else to do as long as the matrix is needed. */
export function* distanceSteps(cloud: PointCloud, metric: CoordinateMetric, crew: RipsCrew): Steps<DistanceMatrix> {
  const { count, width } = cloud;
  if (count < 1) throw new Fault('empty', 'The point cloud has no points.');
  const space = new RipsSpace(crew, count);
  const { edgesAddress } = space;
  const panels = Math.ceil(count / PANEL);
  const panelBytes = width * PANEL * 8;
  const squaredLengths = aligned(edgesAddress + panels * panelBytes);
  const origin = squaredLengths + panels * PANEL * 8;
  space.reserve(
    origin + width * 8,
    `The distances of ${formatCount(count)} points in ${formatCount(width)} dimensions`,
  );
  const blockPanels = Math.max(1, Math.min(MOST_BLOCK_PANELS, Math.floor(BLOCK_BYTES / (panelBytes + 1))));
  space.tell({
    count,
    stride: space.stride,
    matrix: MATRIX_ADDRESS,
    edges: edgesAddress,
    width,
    metric: KINDS[metric],
    blockPanels,
    squaredLengths,
    origin,
  });
  const directional = metric === 'cosine' || metric === 'correlation';
  const directions = directional ? unitRows(cloud, metric === 'correlation') : undefined;
  yield* pack(directions?.values ?? cloud.values, space, width, origin);
  checkLengths(new Float64Array(crew.buffer, squaredLengths, count));

  const blocks = Math.ceil(panels / blockPanels);
  const productsOfPair = (blockPanels * PANEL) ** 2 * Math.max(1, width);
  const grain = Math.max(1, Math.floor(GRAIN_PRODUCTS / productsOfPair));
  yield* crew.run('measureBlocks', (blocks * (blocks + 1)) / 2, grain);
  const values = space.distances();
  for (const i of directions?.undirected ?? []) {
    for (let j = 0; j < count; j++) {
      values[i * count + j] = i === j ? 0 : 1;
      values[j * count + i] = i === j ? 0 : 1;
    }
  }
  return new DistanceMatrix(count, values, space);
}

/**
 * Packs the rows into panels: through the place of the matrix, part by part. The first point becomes the origin, which keeps the squared
 * lengths small, and rounds differences of a cloud far away less than a mean would.
 */
function* pack(values: Float32Array | Float64Array, space: RipsSpace, width: number, origin: number): Steps<void> {
  const { count } = space;
  new Float64Array(space.crew.buffer, origin, width).set(values.subarray(0, width));
  const panels = Math.ceil(count / PANEL);
  const panelBytes = Math.max(1, PANEL * width * values.BYTES_PER_ELEMENT);
  const fitting = Math.floor((count * space.stride) / panelBytes);
  // Few points in many dimensions: the matrix is too small for a single panel.
  const given = fitting > 0 ? MATRIX_ADDRESS : aligned(origin + width * 8);
  const atOnce = fitting > 0 ? Math.min(fitting, panels) : panels;
  space.reserve(given + atOnce * panelBytes, `${formatCount(count)} points in ${formatCount(width)} dimensions`);
  const Values = values instanceof Float64Array ? Float64Array : Float32Array;
  space.tell({ given, givenDoubles: values instanceof Float64Array ? 1 : 0 });
  const grain = Math.ceil(GRAIN_PRODUCTS / 16 / (PANEL * Math.max(1, width)));
  for (let first = 0; first < panels; first += atOnce) {
    const part = values.subarray(first * PANEL * width, (first + atOnce) * PANEL * width);
    new Values(space.crew.buffer, given, part.length).set(part);
    space.tell({ firstGiven: first });
    yield* space.crew.run('packPanels', Math.min(atOnce, panels - first), grain);
  }
}

/** One coordinate that is not finite makes its row's length so, or all lengths, where it is the first row's. */
function checkLengths(squaredLengths: Float64Array): void {
  if (squaredLengths.every(length => length <= MAX_SQUARED_LENGTH)) return;
  throw new Fault(
    'not-finite',
    'The point cloud has coordinates that are not finite, or so large that distances are not.',
    {
      hint: 'Leave out the rows in question, or scale the coordinates.',
    },
  );
}

/**
 * A matrix of distances that is given. Throws `shape-mismatch` unless it is square, symmetric (to 1e-6 of the smaller of the two
 * entries), zero on the diagonal and nowhere negative or NaN. Infinite entries are allowed; the triangle inequality is not needed.
 * `crew` is to be one that has nothing else to do as long as the matrix is needed.
 */
export function precomputedDistances(cloud: PointCloud, crew = ripsCrew()): DistanceMatrix {
  const { count, width, values: given } = cloud;
  if (count < 1) throw new Fault('empty', 'The distance matrix has no rows.');
  const refuse = (message: string) =>
    new Fault('shape-mismatch', message, {
      hint: 'A precomputed matrix holds the distance of points i and j at [i, j] and at [j, i]. For coordinates choose another metric.',
    });
  if (count !== width) throw refuse(`A distance matrix must be square, but this one is ${count} × ${width}.`);
  const space = new RipsSpace(crew, count);
  space.reserve(space.edgesAddress, `The distances of ${count} points`);
  const values = space.distances();
  for (let i = 0; i < count; i++) {
    if (given[i * count + i] !== 0)
      throw refuse(`Entry [${i}, ${i}] of the diagonal is ${given[i * count + i]}, not 0.`);
    for (let j = 0; j < i; j++) {
      const below = given[i * count + j]!;
      const above = given[j * count + i]!;
      if (!(below >= 0)) throw refuse(`Entry [${i}, ${j}] is ${below}, which is no distance.`);
      if (!(below === above || Math.abs(below - above) <= 1e-6 * Math.min(below, above))) {
        throw refuse(`The matrix is not symmetric: [${i}, ${j}] is ${below}, but [${j}, ${i}] is ${above}.`);
      }
      values[i * count + j] = below;
      values[j * count + i] = below;
    }
  }
  return new DistanceMatrix(count, values, space);
}

/** The median of the distances between two points i < j (the mean of the middle two of an even number); 0 for one point. */
export function medianDistance(distances: DistanceMatrix, cancellation = Cancellation.never): number {
  const pairs = (distances.count * (distances.count - 1)) / 2;
  if (pairs === 0) return 0;
  const middle = Math.floor(pairs / 2);
  // Every pair is there twice, after the zeros of the diagonal.
  const ofRank = (rank: number) => floatOfRank(distances.values, distances.count + 2 * rank, cancellation);
  const upper = ofRank(middle);
  return pairs % 2 === 1 ? upper : (ofRank(middle - 1) + upper) / 2;
}
