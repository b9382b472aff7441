import type { Cancellation } from '../base/cancellation';
import { IntList } from './intList';
import { SpanningTreeWorkspace } from './kernels/spanningTreeKernel';
import { BLOCK, PointBlocks } from './pointBlocks';
import type { PointCloud } from './pointCloud';
import type { SpatialOrder } from './spatialOrder';
import { UnionFind } from './unionFind';

/** Cluster of each of the members, 0 … count − 1 in the order of their first core points; −1 is noise. */
export interface Clustering {
  readonly count: number;
  readonly labels: Int32Array;
}

/** Pairs that are kept for when it is known which points are core. Where there are more, they are found once more. */
const MOST_KEPT = 1 << 24;
const MIXED = -1;

/**
 * DBSCAN (Ester, Kriegel, Sander, Xu 1996) of some points of a cloud: a point with at least `minimumPoints` members within
 * `radius`, itself among them, is core; core points within `radius` of each other are one cluster; other points within `radius`
 * of a core point belong to the first cluster that reaches it, the rest is noise.
 *
 * With `minimumPoints` 1 every point is core: these are the single-linkage clusters at `radius`, and nothing is noise.
 *
 * All pairs of near blocks are looked at (`PointBlocks`), but for those whose points are known to be core and of one cluster: so that neighbourhoods are never listed, however dense. A pair that
 * is found before both of its points are core is kept; a point that is not has fewer than `minimumPoints` of them. O(m²·width) time at worst, O(m·(width + minimumPoints)) memory.
 */
export class NeighbourClusters {
  /** Of a point of the cloud, while its members are clustered. */
  private readonly memberOf: Int32Array;
  private readonly workspace = new SpanningTreeWorkspace();

  constructor(
    private readonly cloud: PointCloud,
    private readonly spatial: SpatialOrder,
    private readonly radius: number,
    private readonly minimumPoints: number,
    private readonly cancellation: Cancellation,
    private readonly mostKept = MOST_KEPT,
  ) {
    this.memberOf = new Int32Array(cloud.count);
  }

  of(members: Uint32Array): Clustering {
    const { cloud, spatial, cancellation, memberOf } = this;
    const places = members.map(point => spatial.placeOf[point]!).sort();
    const blocks = new PointBlocks(cloud, places.map(place => spatial.points[place]!), cancellation, this.workspace); // prettier-ignore
    members.forEach((point, member) => (memberOf[point] = member));
    const memberAt = Int32Array.from(blocks.points, point => memberOf[point]!);
    return new Run(blocks, memberAt, this.radius, this.minimumPoints, this.mostKept).clustering();
  }
}

/** The clustering of some points, by their places in blocks. */
class Run {
  private readonly sets: UnionFind;
  /** Points within the radius, as far as they are counted: at least up to the minimum. */
  private readonly neighbours: Uint32Array;
  private readonly kept = new IntList();
  private keepsAll = true;

  constructor(
    private readonly blocks: PointBlocks,
    private readonly memberAt: Int32Array,
    private readonly radius: number,
    private readonly minimumPoints: number,
    private readonly mostKept: number,
  ) {
    this.sets = new UnionFind(memberAt.length);
    this.neighbours = new Uint32Array(memberAt.length).fill(1);
  }

  clustering(): Clustering {
    const { blocks, radius } = this;
    blocks.nearPairs(radius, this.isMixed, (a, b) => {
      if (this.isJoined(a, b) || !this.isNear(a, b)) return;
      this.neighbours[a] = this.neighbours[a]! + 1;
      this.neighbours[b] = this.neighbours[b]! + 1;
      if (this.isCore(a) && this.isCore(b)) this.sets.union(a, b);
      else this.keep(a, b);
    });
    this.forEachLeft((a, b) => this.isCore(a) && this.isCore(b), (a, b) => this.sets.union(a, b)); // prettier-ignore
    const { count, clusterOf, labels } = this.numbered();
    const reach = (core: number, other: number) => {
      const member = this.memberAt[other]!;
      const cluster = clusterOf[this.sets.find(core)]!;
      if (labels[member]! < 0 || cluster < labels[member]!) labels[member] = cluster;
    };
    this.forEachLeft((a, b) => this.isCore(a) !== this.isCore(b), (a, b) => (this.isCore(a) ? reach(a, b) : reach(b, a))); // prettier-ignore
    return { count, labels };
  }

  private isCore(place: number): boolean {
    return this.neighbours[place]! >= this.minimumPoints;
  }

  private isNear(a: number, b: number): boolean {
    return this.blocks.distance(a, b) <= this.radius;
  }

  private isJoined(a: number, b: number): boolean {
    return this.isCore(a) && this.isCore(b) && this.sets.find(a) === this.sets.find(b);
  }

  /** Whether two blocks, or one, hold points that are not core, or not of one cluster. */
  private readonly isMixed = (block: number, other: number): boolean => {
    const one = this.clusterOfBlock(block);
    return one === MIXED || (other !== block && this.clusterOfBlock(other) !== one);
  };

  private clusterOfBlock(block: number): number {
    const from = block * BLOCK;
    const to = Math.min(from + BLOCK, this.memberAt.length);
    if (!this.isCore(from)) return MIXED;
    const root = this.sets.find(from);
    for (let place = from + 1; place < to; place++)
      if (!this.isCore(place) || this.sets.find(place) !== root) return MIXED;
    return root;
  }

  private keep(a: number, b: number): void {
    if (!this.keepsAll) return;
    if (this.kept.length >= 2 * this.mostKept) {
      this.keepsAll = false;
      this.kept.truncate(0);
      return;
    }
    this.kept.push(a);
    this.kept.push(b);
  }

  /** All near pairs of a kind that were not joined when they were found. */
  private forEachLeft(isOfKind: (a: number, b: number) => boolean, take: (a: number, b: number) => void): void {
    if (this.keepsAll) {
      for (let k = 0; k < this.kept.length; k += 2)
        if (isOfKind(this.kept.at(k), this.kept.at(k + 1))) take(this.kept.at(k), this.kept.at(k + 1));
      return;
    }
    this.blocks.nearPairs(this.radius, this.isMixed, (a, b) => {
      if (isOfKind(a, b) && !this.isJoined(a, b) && this.isNear(a, b)) take(a, b);
    });
  }

  /** Clusters by their first core points, and the labels of those. */
  private numbered() {
    const { memberAt, sets } = this;
    const placeOf = new Int32Array(memberAt.length);
    memberAt.forEach((member, place) => (placeOf[member] = place));
    const clusterOf = new Int32Array(memberAt.length).fill(-1);
    const labels = new Int32Array(memberAt.length).fill(-1);
    let count = 0;
    placeOf.forEach((place, member) => {
      if (!this.isCore(place)) return;
      const root = sets.find(place);
      if (clusterOf[root]! < 0) clusterOf[root] = count++;
      labels[member] = clusterOf[root]!;
    });
    return { count, clusterOf, labels };
  }
}
