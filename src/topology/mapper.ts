import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { KNEE_SAMPLE, kneeRadius, neighbourDistances } from './kneeRadius';
import { intervalCover } from './mapperCover';
import { neighbourClusters } from './neighbourClusters';
import { inDoublePrecision, type PointCloud } from './pointCloud';
import { UnionFind } from './unionFind';

export const CLUSTERINGS = ['dbscan', 'single-linkage'] as const;
export type ClusteringMethod = (typeof CLUSTERINGS)[number];

export interface MapperOptions {
  readonly intervals: number;
  /** Share of an interval that it has in common with the next, in [0, 1). */
  readonly overlap: number;
  readonly clustering: ClusteringMethod;
  /** Clustering radius; `undefined` takes the knee of the neighbour distances of the whole cloud. */
  readonly radius: number | undefined;
  /** For DBSCAN: points within the radius that make a point core, itself among them. */
  readonly minimumPoints: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** A cluster of the points above one interval. */
export interface MapperNode {
  readonly interval: number;
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
}

/**
 * The Mapper graph of a cloud and a lens (Singh, Mémoli, Carlsson 2007): the points above each interval of a cover of the
 * lens's range are clustered (Euclidean distances), a node for each interval and cluster; an edge joins any two nodes that share
 * points, those of intervals two apart among them. Noise of DBSCAN is in no node.
 *
 * Without a radius: the knee of the distances to the (minimumPoints − 1)-th nearest neighbour for DBSCAN, to the nearest
 * for single linkage (above 5,000 points, of 5,000 evenly spaced ones). Throws `empty`, `not-finite` and `usage`.
 */
export function mapper(given: PointCloud, lens: Float64Array, options: MapperOptions): MapperGraph {
  const { clustering, intervals, overlap } = options;
  const cloud = inDoublePrecision(given);
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  if (cloud.count === 0) throw new Fault('empty', 'The point cloud has no points.');
  if (lens.length !== cloud.count)
    throw new Fault('shape-mismatch', `The lens has ${lens.length} values, but the cloud has ${cloud.count} points.`);
  const unbounded = lens.findIndex(value => !Number.isFinite(value));
  if (unbounded >= 0) throw new Fault('not-finite', `The lens of point ${unbounded} is ${lens[unbounded]}.`);

  const cover = intervalCover(lens, intervals, overlap);
  // Single linkage at a radius is DBSCAN in which every point is core.
  const minimumPoints = clustering === 'dbscan' ? options.minimumPoints : 1;
  if (options.radius === undefined) progress(0, 'neighbour distances');
  const rank = Math.max(1, minimumPoints - 1);
  const radius = options.radius ?? kneeRadius(neighbourDistances(cloud, rank, cancellation, KNEE_SAMPLE));

  const nodes: MapperNode[] = [];
  for (let k = 0; k < cover.from.length; k++) {
    progress(0.3 + (0.7 * k) / cover.from.length, `clustering interval ${k + 1} of ${cover.from.length}`);
    const above = pointsWithin(lens, cover.from[k]!, cover.to[k]!);
    const { count, labels } = neighbourClusters(cloud, above, radius, minimumPoints, cancellation);
    for (let cluster = 0; cluster < count; cluster++)
      nodes.push({ interval: k, members: above.filter((_, i) => labels[i] === cluster) });
  }
  const edges = sharedPoints(nodes, cloud.count);

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
  };
}

function pointsWithin(lens: Float64Array, from: number, to: number): Uint32Array {
  const points: number[] = [];
  for (let i = 0; i < lens.length; i++) if (lens[i]! >= from && lens[i]! <= to) points.push(i);
  return Uint32Array.from(points);
}

function sharedPoints(nodes: readonly MapperNode[], points: number): MapperEdge[] {
  const nodesOfPoint: number[][] = Array.from({ length: points }, () => []);
  nodes.forEach((node, index) => {
    for (const member of node.members) nodesOfPoint[member]!.push(index);
  });
  const shared = new Map<number, number>();
  for (const list of nodesOfPoint)
    for (let b = 1; b < list.length; b++)
      for (let a = 0; a < b; a++) {
        const key = list[a]! * nodes.length + list[b]!;
        shared.set(key, (shared.get(key) ?? 0) + 1);
      }
  return [...shared.keys()]
    .sort((a, b) => a - b)
    .map(key => ({
      source: Math.floor(key / nodes.length),
      target: key % nodes.length,
      shared: shared.get(key)!,
    }));
}
