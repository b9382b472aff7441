import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { formatBytes, formatCount, formatQuantity } from '../base/numbers';
import { KNEE_SAMPLE, kneeRadius, neighbourDistances } from './kneeRadius';
import { boxCover, BYTES_PER_PLACE, intervalCover, refuseTooManyBoxes } from './mapperCover';
import { nerve, nerveBetti, type NerveSimplices } from './mapperNerve';
import { NeighbourClusters, type Clustering } from './neighbourClusters';
import { inDoublePrecision, type PointCloud } from './pointCloud';
import { spatialOrder, type SpatialOrder } from './spatialOrder';
import { UnionFind } from './unionFind';

export const CLUSTERINGS = ['dbscan', 'single-linkage'] as const;
export type ClusteringMethod = (typeof CLUSTERINGS)[number];

export interface MapperOptions {
  /** Of the cover of every lens, or of each. */
  readonly intervals: number | readonly number[];
  /** Share of an interval that it has in common with the next, in [0, 1); of every lens, or of each. */
  readonly overlap: number | readonly number[];
  readonly clustering: ClusteringMethod;
  /** Clustering radius; `undefined` takes the knee of the neighbour distances of the whole cloud. */
  readonly radius: number | undefined;
  /** For DBSCAN: points within the radius that make a point core, itself among them. */
  readonly minimumPoints: number;
  /** Of the nerve: 1, the graph alone, where nothing is said. */
  readonly nerveDimension?: number;
  /** What would take more is refused; 4 GB unless given. */
  readonly memoryLimitBytes?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** A cluster of the points above one interval, or above one box of intervals of several lenses. */
export interface MapperNode {
  /** Number of the box, the last lens running fastest; with one lens, of its interval. */
  readonly interval: number;
  /** One a lens. */
  readonly intervals: readonly number[];
  /** Points, ascending. */
  readonly members: Uint32Array;
}

/** Two nodes that share points; source < target. */
export interface MapperEdge {
  readonly source: number;
  readonly target: number;
  readonly shared: number;
}

export interface MapperGraph {
  /** By interval, then by the cluster's first core point. */
  readonly nodes: readonly MapperNode[];
  /** By source, then target. */
  readonly edges: readonly MapperEdge[];
  /** Share of the points that are in any node. */
  readonly coverage: number;
  /** Connected components of the graph. */
  readonly components: number;
  /** Independent cycles of the graph: edges − nodes + components. */
  readonly loops: number;
  /** The clustering radius that was used. */
  readonly radius: number;
  /** With a nerve dimension above 1: simplices of dimensions 2 and up, and the Betti numbers below that dimension. */
  readonly nerve: { readonly simplices: readonly NerveSimplices[]; readonly betti: readonly number[] } | undefined;
}

/**
 * The Mapper graph of a cloud and a lens (Singh, Mémoli, Carlsson 2007): the points above each interval of a cover of the
 * lens's range are clustered (Euclidean distances), a node for each interval and cluster; an edge joins any two nodes that share
 * points, those of intervals two apart among them. Noise of DBSCAN is in no node. Several lenses, one value a point each, have
 * the product of their covers: a box is an interval of each. Above the graph, on demand, the nerve to any dimension.
 *
 * Without a radius: the knee of the distances to the (minimumPoints − 1)-th nearest neighbour for DBSCAN, to the nearest
 * for single linkage (above 5,000 points, of 5,000 evenly spaced ones). Throws `empty`, `not-finite`, `shape-mismatch`, `usage` and `too-large`.
 */
export function mapper(
  given: PointCloud,
  lens: Float64Array | readonly Float64Array[],
  options: MapperOptions,
): MapperGraph {
  refuseWhatDoesNotFit(given, options.memoryLimitBytes ?? DEFAULT_LIMIT_BYTES);
  return mapperInOrder(inDoublePrecision(given), lens, options);
}

const DEFAULT_LIMIT_BYTES = 4 * 2 ** 30;

/** An upper estimate of what `mapper` takes for the points, in bytes: in double precision, on a grid, and their order. The cover comes on top. */
export function forecastMapperBytes(points: number, width: number): number {
  return points * (10.5 * width + 80);
}

function refuseWhatDoesNotFit({ count, width }: PointCloud, limit: number): void {
  const bytes = forecastMapperBytes(count, width);
  if (bytes <= limit) return;
  throw new Fault(
    'too-large',
    `Mapper of ${formatQuantity(count, 'point')} with ${formatQuantity(width, 'coordinate')} would take about ${formatBytes(bytes)}, more than the ${formatBytes(limit)} allowed.`,
    { hint: `About ${formatCount(Math.floor(limit / forecastMapperBytes(1, width)))} points would fit.` },
  );
}

/** The same of a cloud in double precision, whose order may be known already. */
export function mapperInOrder(
  cloud: PointCloud,
  lens: Float64Array | readonly Float64Array[],
  options: MapperOptions,
  known?: SpatialOrder,
): MapperGraph {
  const { clustering, nerveDimension = 1 } = options;
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  if (!(Number.isInteger(nerveDimension) && nerveDimension >= 1))
    throw new Fault('usage', `The nerve's dimension must be a whole number of at least 1, not ${nerveDimension}.`);
  const lenses = lens instanceof Float64Array ? [lens] : lens;
  checkLenses(cloud, lenses);
  const intervals = ofEachLens(options.intervals, lenses.length, 'interval counts');
  const overlaps = ofEachLens(options.overlap, lenses.length, 'overlaps');
  refuseTooManyBoxes(intervals);
  const covers = lenses.map((values, axis) => intervalCover(values, intervals[axis]!, overlaps[axis]!));
  const places = Math.floor((options.memoryLimitBytes ?? DEFAULT_LIMIT_BYTES) / BYTES_PER_PLACE);
  const { boxes, start, points, intervals: intervalsOfBoxes } = boxCover(lenses, covers, cancellation, places);
  // Single linkage at a radius is DBSCAN in which every point is core.
  const minimumPoints = clustering === 'dbscan' ? options.minimumPoints : 1;
  progress(0, 'ordering the points');
  const order = known ?? spatialOrder(cloud, cancellation);
  if (options.radius === undefined) progress(0.05, 'neighbour distances');
  const radius = options.radius ?? clusteringRadius(cloud, clustering, options.minimumPoints, cancellation, order);

  const clusters = new NeighbourClusters(cloud, order, radius, minimumPoints, cancellation);
  const nodes: MapperNode[] = [];
  const what = lenses.length === 1 ? 'interval' : 'box';
  for (let b = 0; b < boxes.length; b++) {
    progress(0.3 + (0.7 * b) / boxes.length, `clustering ${what} ${b + 1} of ${boxes.length}`);
    const above = points.subarray(start[b], start[b + 1]);
    const boxIntervals = [...intervalsOfBoxes.subarray(b * lenses.length, (b + 1) * lenses.length)];
    for (const members of clustersOf(above, clusters.of(above)))
      nodes.push({ interval: boxes[b]!, intervals: boxIntervals, members });
  }
  const joined = nerve(nodes, cloud.count, nerveDimension, cancellation);
  const { vertices, shared } = joined.simplices[0]!;
  const edges = Array.from(shared, (points, e): MapperEdge => ({
    source: vertices[2 * e]!,
    target: vertices[2 * e + 1]!,
    shared: points,
  }));

  const sets = new UnionFind(nodes.length);
  for (const edge of edges) sets.union(edge.source, edge.target);
  const covered = new Uint8Array(cloud.count);
  for (const node of nodes) for (const member of node.members) covered[member] = 1;
  return {
    nodes,
    edges,
    coverage: covered.reduce((sum, value) => sum + value, 0) / cloud.count,
    components: sets.count,
    loops: edges.length - nodes.length + sets.count,
    radius,
    nerve:
      nerveDimension > 1
        ? { simplices: joined.simplices.slice(1), betti: nerveBetti(joined, cancellation) }
        : undefined,
  };
}

/** The clustering radius that Mapper takes without one: the knee rule of `mapper`. */
export function clusteringRadius(
  given: PointCloud,
  clustering: ClusteringMethod,
  minimumPoints: number,
  cancellation = Cancellation.never,
  order?: SpatialOrder,
): number {
  const rank = clustering === 'dbscan' ? Math.max(1, minimumPoints - 1) : 1;
  return kneeRadius(neighbourDistances(inDoublePrecision(given), rank, cancellation, KNEE_SAMPLE, order));
}

function checkLenses(cloud: PointCloud, lenses: readonly Float64Array[]): void {
  if (cloud.count === 0) throw new Fault('empty', 'The point cloud has no points.');
  if (lenses.length === 0) throw new Fault('usage', 'Mapper needs a lens.');
  for (const lens of lenses) {
    if (lens.length !== cloud.count)
      throw new Fault(
        'shape-mismatch',
        `The lens has ${formatQuantity(lens.length, 'value')}, but the cloud has ${formatQuantity(cloud.count, 'point')}.`,
      );
    const unbounded = lens.findIndex(value => !Number.isFinite(value));
    if (unbounded >= 0) throw new Fault('not-finite', `The lens of point ${unbounded} is ${lens[unbounded]}.`);
  }
}

function ofEachLens(given: number | readonly number[], lenses: number, what: string): readonly number[] {
  if (typeof given === 'number') return new Array<number>(lenses).fill(given);
  if (given.length === 1) return new Array<number>(lenses).fill(given[0]!);
  if (given.length !== lenses)
    throw new Fault('usage', `There are ${given.length} ${what}, but ${lenses} ${lenses === 1 ? 'lens' : 'lenses'}.`, {
      hint: 'Give one for all lenses, or one for each.',
    });
  return given;
}

function clustersOf(points: Uint32Array, { count, labels }: Clustering): Uint32Array[] {
  const sizes = new Uint32Array(count);
  for (const label of labels) if (label >= 0) sizes[label] = sizes[label]! + 1;
  const clusters = Array.from(sizes, size => new Uint32Array(size));
  sizes.fill(0);
  labels.forEach((label, i) => {
    if (label < 0) return;
    clusters[label]![sizes[label]!] = points[i]!;
    sizes[label] = sizes[label]! + 1;
  });
  return clusters;
}
