import type { Cancellation } from '../../base/cancellation';
import { cubicalPersistence } from '../../topology/cubicalPersistence';
import type { CubicalDiagram } from '../../topology/cubicalPairs';
import { gridRegions, type GridRegion } from '../../topology/gridRegions';

/** A connected part of the slice on one side of the boundary. */
export interface Island {
  readonly isPositive: boolean;
  /** Of the vertices of the grid. */
  readonly share: number;
  /** The largest margin in it: how far its surest point is from changing sides. */
  readonly margin: number;
  /** By how much every margin may change at most for it to stay an island of its own, neither gone nor joined with another. */
  readonly robustness: number;
  readonly touchesBorder: boolean;
  /** Vertex of the surest point. */
  readonly peak: number;
}

export interface IslandsOfMargin {
  /** The surest first. */
  readonly islands: readonly Island[];
  /** The island of every vertex. */
  readonly islandOf: Int32Array;
  /** Of superlevel sets of the margin: bars that span 0 are islands (dimension 0) and holes in them. */
  readonly diagram: CubicalDiagram;
}

/**
 * Islands on both sides of a margin on a grid, with their persistence. A bar from b down to d spans 0 for as long as the margin changes by less than min(b, −d) everywhere, by the stability of persistence
 * (Cohen-Steiner, Edelsbrunner, Harer 2007).
 */
export function islandsOf(shape: readonly number[], margin: Float32Array, cancellation: Cancellation): IslandsOfMargin {
  const { regions, regionOf } = gridRegions(shape, margin, cancellation);
  const diagram = cubicalPersistence(shape, margin, { construction: 'vertex', superlevel: true, cancellation });
  const isSplit = regions.filter(({ isPositive }) => !isPositive).length > 1;
  // Sublevel sets joined along diagonals: what lies between islands that meet at a corner is one part.
  const below = isSplit ? cubicalPersistence(shape, margin, { construction: 'cell', cancellation }) : undefined;
  const [positive, negative] = [deathsByBirth(diagram), below && deathsByBirth(below)];
  const robustness = ({ isPositive, peak }: GridRegion): number => {
    const death = (isPositive ? positive : negative)?.get(peak) ?? Infinity;
    return Math.min(Math.abs(margin[peak]!), Math.abs(death));
  };
  const order = regions
    .map((_, region) => region)
    .sort((a, b) => Math.abs(margin[regions[b]!.peak]!) - Math.abs(margin[regions[a]!.peak]!) || a - b);
  const place = new Int32Array(order.length);
  order.forEach((region, at) => (place[region] = at));
  return {
    islands: order.map(at => {
      const region = regions[at]!;
      const { isPositive, vertices, touchesBorder, peak } = region;
      const share = vertices / margin.length;
      return {
        isPositive,
        share,
        margin: Math.abs(margin[peak]!),
        robustness: robustness(region),
        touchesBorder,
        peak,
      };
    }),
    islandOf: regionOf.map(region => place[region]!),
    diagram,
  };
}

/** Where the component that is born at a vertex ends, by that vertex. */
function deathsByBirth({ dimension, birthCell, death }: CubicalDiagram): ReadonlyMap<number, number> {
  const deaths = new Map<number, number>();
  for (let k = 0; k < dimension.length && dimension[k] === 0; k++) deaths.set(birthCell[k]!, death[k]!);
  return deaths;
}
