import { Cancellation } from '../base/cancellation';
import { minimumSpanningTreeOfCloud } from './minimumSpanningTree';
import { inDoublePrecision, type PointCloud } from './pointCloud';
import { squaredDistance } from './pointDistances';
import { UnionFind } from './unionFind';

/** Points of one class that join before any of them meets a point of another. */
export interface StableRegion {
  readonly label: number;
  /** Ascending. */
  readonly members: Uint32Array;
  /** The scale at which its last member joins; 0 for a single point. */
  readonly joinsAt: number;
  /** The scale at which it would merge with another class; ∞ where there is none. */
  readonly mergesAt: number;
  /** Share of the pairs of members that are closer than `mergesAt`; 1 for a single point. */
  readonly density: number;
}

/**
 * The components of single linkage that are of one class, each as large as it gets: growing balls join points into components, and a region ends at the scale at which it would merge with a component
 * that holds another class. Every point is in exactly one. Balls of half of `mergesAt` around its members meet no ball of that radius around a point outside. By label, then by falling size.
 */
export function stableRegions(
  cloud: PointCloud,
  labels: ArrayLike<number>,
  cancellation = Cancellation.never,
): StableRegion[] {
  const { count } = cloud;
  const sets = new UnionFind(count);
  const members = Array.from({ length: count }, (_, point) => [point]);
  // Of each root: the scale at which its last member joined, or −1 where it holds several classes.
  const joined = new Float64Array(count);
  const regions: StableRegion[] = [];
  const end = (root: number, scale: number) => {
    if (joined[root]! >= 0)
      regions.push(regionOf(cloud, labels[root]!, members[root]!, joined[root]!, scale, cancellation));
  };
  if (count > 0) {
    const tree = minimumSpanningTreeOfCloud(inDoublePrecision(cloud), cancellation);
    // Shortest first.
    for (let edge = 0; edge < tree.length.length; edge++) {
      const [a, b] = [sets.find(tree.from[edge]!), sets.find(tree.to[edge]!)];
      const isOne = joined[a]! >= 0 && joined[b]! >= 0 && labels[a] === labels[b];
      if (!isOne) {
        end(a, tree.length[edge]!);
        end(b, tree.length[edge]!);
      }
      const root = sets.union(a, b);
      const other = root === a ? b : a;
      members[root]!.push(...members[other]!);
      members[other] = [];
      joined[root] = isOne ? tree.length[edge]! : -1;
    }
    end(sets.find(0), Infinity);
  }
  return regions.sort(
    (a, b) => a.label - b.label || b.members.length - a.members.length || a.members[0]! - b.members[0]!,
  );
}

function regionOf(
  { width, values }: PointCloud,
  label: number,
  points: readonly number[],
  joinsAt: number,
  mergesAt: number,
  cancellation: Cancellation,
): StableRegion {
  const members = Uint32Array.from(points).sort();
  const bound = mergesAt * mergesAt;
  let near = 0;
  for (let i = 0; i < members.length; i++) {
    if (i % 64 === 0) cancellation.throwIfCancelled();
    for (let j = 0; j < i; j++)
      if (squaredDistance(values, members[i]! * width, members[j]! * width, width) < bound) near++;
  }
  const pairs = (members.length * (members.length - 1)) / 2;
  return { label, members, joinsAt, mergesAt, density: pairs === 0 ? 1 : near / pairs };
}
