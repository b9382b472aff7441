import type { Cancellation } from '../base/cancellation';
import { AugmentingPaths, DIAGONAL, FREE, type MatchingSide } from './augmentingPaths';
import { diagonalDistance, groundDistance, type MatchingProblem, type PartnerOfA } from './diagramPoints';
import { MoveCost, type PlanePoints } from './moveCost';
import { PlaneTree } from './planeTree';
import { PricedTree } from './pricedTree';

/** One point of so many is in the sample that potentials are first found for; so few points need none. */
const STRIDE = 4;
const FEW = 32;
/** The share of the cost that rounding all costs to whole units may add. */
const TOLERANCE = 1e-9;
const UNITS = 2 ** 50;

/**
 * A matching whose sum of distances to the power `order` is smallest. Every cost is rounded to a whole number of units, and the sum of the rounded costs is exactly as small as can be, which
 * potentials prove in the course of it. Units are as small as it takes for what rounding adds to be below 10⁻⁹ of the sum.
 */
export function wassersteinMatching(problem: MatchingProblem, order: number): PartnerOfA {
  const { metric, a, b } = problem;
  const points = a.birth.length + b.birth.length;
  // No point moves farther than all of them to the diagonal: at first, none of their ways; then, the distance found.
  let reach = 0;
  for (const { birth, death } of [a, b])
    birth.forEach((value, i) => (reach = Math.max(reach, diagonalDistance(metric, value, death[i]!))));
  if (reach === 0) return new Int32Array(a.birth.length).fill(-1);
  for (;;) {
    const partner = matchWithin(problem, new MoveCost(metric, order, reach));
    const share = costOver(reach, problem, order, partner);
    const rounding = points / UNITS;
    if (share === 0 || share > 0.5 || rounding <= TOLERANCE * share) return partner;
    reach *= share ** (1 / order);
  }
}

/** An upper estimate of its bytes: both sides, with those of all samples, and the search from the larger of them. */
export function forecastWassersteinBytes(pointsA: number, pointsB: number): number {
  const side = (points: number) => PlaneTree.forecastBytes(points) + 20 * points;
  const search = Math.max(AugmentingPaths.forecastBytes(pointsA, pointsB), AugmentingPaths.forecastBytes(pointsB, pointsA)); // prettier-ignore
  return (STRIDE / (STRIDE - 1)) * (side(pointsA) + side(pointsB)) + search;
}

/** What a matching costs, where a move of length `reach` costs 1. */
function costOver(reach: number, { metric, a, b }: MatchingProblem, order: number, partner: PartnerOfA): number {
  const alone = new Uint8Array(b.birth.length).fill(1);
  let sum = 0;
  partner.forEach((j, i) => {
    const [birth, death] = [a.birth[i]!, a.death[i]!];
    if (j >= 0) alone[j] = 0;
    const moved = j < 0 ? diagonalDistance(metric, birth, death) : groundDistance(metric, birth - b.birth[j]!, death - b.death[j]!); // prettier-ignore
    sum += (moved / reach) ** order;
  });
  alone.forEach((isAlone, j) => {
    if (isAlone === 1) sum += (diagonalDistance(metric, b.birth[j]!, b.death[j]!) / reach) ** order;
  });
  return sum;
}

function matchWithin({ a, b, cancellation }: MatchingProblem, cost: MoveCost): PartnerOfA {
  const [sideA] = solve(cost.points(a), cost.points(b), cost, cancellation);
  return sideA.partner.map(j => (j === DIAGONAL ? -1 : j));
}

/**
 * Potentials and a matching that attains them. Those of a sample of the points, found in the same way, tell what potentials all others have nearly: so that no path is long, whichever
 * way the points move as a whole.
 */
function solve(
  a: PlanePoints,
  b: PlanePoints,
  cost: MoveCost,
  cancellation: Cancellation,
): readonly [MatchingSide, MatchingSide] {
  const sideA = freeSide(a, cost, cancellation);
  const sideB = freeSide(b, cost, cancellation);
  if (a.x.length + b.x.length > FEW) {
    const [sampleA] = solve(sample(sideA.layout), sample(sideB.layout), cost, cancellation);
    const tree = new PricedTree(sampleA.layout, sampleA.potential, cost);
    for (let j = 0; j < b.x.length; j++) {
      cancellation.throwIfCancelled();
      if (tree.cheapest(b.x[j]!, b.y[j]!, 1, sideB.toDiagonal[j]!) > 0) sideB.potential[j] = tree.keys[0]!;
    }
  }
  // Points of b whose potential is below their way to the diagonal must be matched as well.
  new AugmentingPaths(sideA, sideB, cost, cancellation).coverFree();
  new AugmentingPaths(sideB, sideA, cost, cancellation).coverFree();
  return [sideA, sideB];
}

function freeSide({ x, y }: PlanePoints, cost: MoveCost, cancellation: Cancellation): MatchingSide {
  const toDiagonal = x.map((value, i) => cost.toDiagonal(value, y[i]!));
  return {
    layout: new PlaneTree(x, y, cancellation),
    toDiagonal,
    potential: toDiagonal.slice(),
    partner: new Int32Array(x.length).fill(FREE),
  };
}

/** Every so many points in the order of the tree: as dense as all of them, everywhere. */
function sample({ x, y, order }: PlaneTree): PlanePoints {
  const chosen = order.filter((_, place) => place % STRIDE === STRIDE >> 1);
  return { x: Float64Array.from(chosen, i => x[i]!), y: Float64Array.from(chosen, i => y[i]!) };
}
