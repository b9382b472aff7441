import { diagonalDistance, groundDistance, type DiagramPoints, type GroundMetric } from './diagramPoints';

/** Sums of a few costs are whole numbers below 2⁵³, so that no sum or difference of them is rounded. */
const UNITS = 2 ** 50;

/**
 * What moving points of diagrams costs: the power `order` of a length, as a whole number of units. No move longer than `reach` is worth its cost, which is at
 * most 2⁵⁰ units; so the way to the diagonal never costs more than a little above that.
 */
export class MoveCost {
  private readonly scale: number;
  /** One over `reach`, in coordinates. */
  private readonly overReach: number;
  private readonly most: number;

  constructor(
    readonly metric: GroundMetric,
    readonly order: number,
    reach: number,
  ) {
    // Powers of two leave coordinates as they are.
    this.scale = 2 ** -Math.min(1000, Math.max(-1000, Math.ceil(Math.log2(reach))));
    this.overReach = 1 / (reach * this.scale);
    this.most = Math.ceil(this.power(this.onGrid(reach)) * (1 + 2 ** -20)) + 1;
  }

  /** Points in coordinates whose moves `of` and `toDiagonal` measure. */
  points({ birth, death }: DiagramPoints): PlanePoints {
    return { x: birth.map(this.onGrid), y: death.map(this.onGrid) };
  }

  of(dx: number, dy: number): number {
    return this.power(groundDistance(this.metric, dx, dy));
  }

  toDiagonal(x: number, y: number): number {
    return Math.min(this.most, this.power(diagonalDistance(this.metric, x, y)));
  }

  /** Lengths that are costs themselves are whole numbers already: ties between them stay ties. */
  private readonly onGrid = (value: number): number =>
    this.order === 1 ? Math.round(value * this.scale * UNITS) : value * this.scale;

  private power(distance: number): number {
    const { order } = this;
    if (order === 1) return Math.round(distance);
    const share = distance * this.overReach;
    return Math.round(UNITS * (order === 2 ? share * share : share ** order));
  }
}

export interface PlanePoints {
  readonly x: Float64Array;
  readonly y: Float64Array;
}
