import { Cancellation } from '../base/cancellation';
import { KNEE_SAMPLE, kneeRadius, neighbourDistances } from './kneeRadius';
import { mapperInOrder, type MapperGraph } from './mapper';
import { nearestNeighbours } from './nearestNeighbours';
import { inDoublePrecision, type PointCloud } from './pointCloud';
import { pointDistances } from './pointDistances';
import { spatialOrder, type SpatialOrder } from './spatialOrder';
import { UnionFind } from './unionFind';

export interface ErrorSliceOptions {
  /** Points, beside itself, over which the error of a point is averaged. */
  readonly neighbours: number;
  readonly intervals: number;
  readonly overlap: number;
  /** Of DBSCAN, and of a region. */
  readonly minimumPoints: number;
  readonly cancellation?: Cancellation;
}

/** What is known of a cloud, whatever its errors are. */
export interface SliceGround {
  /** count × k, nearest first. */
  readonly neighbours: Uint32Array;
  /** The clustering radius: the knee of the neighbour distances, as of `mapper`. */
  readonly radius: number;
}

/**
 * Mapper with the error of a network as lens, cut into slices. The lens of a point is the share of errors among itself and its nearest neighbours, for an error alone is 0 or 1, which no
 * cover cuts. Above each interval of the cover the graph falls into components: sets of points that lie together and err alike.
 *
 * What does not depend on the errors is computed once, so that they can be shuffled: in O(n²) distances, unless it is known.
 */
export class ErrorSlices {
  private readonly cloud: PointCloud;
  private readonly order: SpatialOrder;
  private readonly cancellation: Cancellation;
  private readonly neighbourCount: number;
  readonly ground: SliceGround;

  constructor(
    cloud: PointCloud,
    private readonly options: ErrorSliceOptions,
    known?: SliceGround,
  ) {
    this.cloud = inDoublePrecision(cloud);
    this.cancellation = options.cancellation ?? Cancellation.never;
    this.neighbourCount = Math.min(options.neighbours, Math.max(0, cloud.count - 1));
    this.order = spatialOrder(this.cloud, this.cancellation);
    this.ground = known ?? this.groundOf();
  }

  private groundOf(): SliceGround {
    const { cloud, cancellation, order } = this;
    const rank = Math.max(1, this.options.minimumPoints - 1);
    return {
      neighbours: nearestNeighbours(pointDistances(cloud, 'euclidean'), this.neighbourCount, cancellation),
      radius: kneeRadius(neighbourDistances(cloud, rank, cancellation, KNEE_SAMPLE, order)),
    };
  }

  /** The lens: the share of errors among a point and its neighbours. `errors` is 1 for each point that is handled wrongly. */
  localError(errors: Uint8Array): Float64Array {
    const { neighbourCount } = this;
    const { neighbours } = this.ground;
    return Float64Array.from(errors, (own, i) => {
      let sum = own;
      for (let k = i * neighbourCount; k < (i + 1) * neighbourCount; k++) sum += errors[neighbours[k]!]!;
      return sum / (neighbourCount + 1);
    });
  }

  graph(lens: Float64Array): MapperGraph {
    const { intervals, overlap, minimumPoints } = this.options;
    return mapperInOrder(
      this.cloud,
      lens,
      {
        intervals,
        overlap,
        clustering: 'dbscan',
        radius: this.ground.radius,
        minimumPoints,
        cancellation: this.cancellation,
      },
      this.order,
    );
  }

  /** The slices, each as ascending points; those of fewer than the minimum of points are left out. */
  slices(errors: Uint8Array): Uint32Array[] {
    return slicesOf(this.graph(this.localError(errors)), this.cloud.count).filter(
      members => members.length >= this.options.minimumPoints,
    );
  }
}

/** The components of the graph above each interval, as points; those that a lower interval leaves as they were come once. */
export function slicesOf(graph: MapperGraph, count: number): Uint32Array[] {
  const { nodes, edges } = graph;
  const byInterval = new Map<number, number[]>();
  nodes.forEach(({ interval }, node) => byInterval.set(interval, [...(byInterval.get(interval) ?? []), node]));
  const isThere = new Uint8Array(nodes.length);
  const sets = new UnionFind(nodes.length);
  const joins = edges.map(({ source, target }) => [source, target] as const);
  const members = nodes.map((_, node) => [node]);
  const changed = new Set<number>();
  const slices: Uint32Array[] = [];
  const seen = new Uint8Array(count);
  for (const interval of [...byInterval.keys()].sort((a, b) => b - a)) {
    changed.clear();
    for (const node of byInterval.get(interval)!) {
      isThere[node] = 1;
      changed.add(node);
    }
    for (const [a, b] of joins) {
      if (isThere[a] === 0 || isThere[b] === 0) continue;
      const [from, to] = [sets.find(a), sets.find(b)];
      if (from === to) continue;
      sets.union(from, to);
      const root = sets.find(from);
      const other = root === from ? to : from;
      members[root]!.push(...members[other]!);
      changed.add(root);
    }
    for (const root of new Set([...changed].map(node => sets.find(node)))) {
      seen.fill(0);
      for (const node of members[root]!) for (const point of nodes[node]!.members) seen[point] = 1;
      slices.push(Uint32Array.from(seen.keys()).filter(point => seen[point] === 1));
    }
  }
  return slices;
}
