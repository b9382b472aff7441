import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { bottleneckMatching } from './bottleneckMatching';
import {
  diagonalDistance,
  groundDistance,
  inCanonicalOrder,
  splitPoints,
  type DiagramDistance,
  type DiagramPoints,
  type GroundMetric,
  type MatchingProblem,
  type PartnerOfA,
} from './diagramPoints';
import { poll } from './filteredComplex';
import { levelMatching } from './levelMatching';
import { sortedNumbers } from './sortedNumbers';
import { forecastWassersteinBytes, wassersteinMatching } from './wassersteinMatching';

export type DistanceKind = 'bottleneck' | 'wasserstein' | 'sliced';

/** Bytes a point of a bottleneck problem takes in trees, layers and candidates, and of any in lists, matchings and sums. */
const BOTTLENECK_BYTES = 600;
const EVERY_BYTES = 200;

/** An upper estimate of the bytes that a distance takes beside the diagrams. */
export function forecastDistanceBytes(kind: DistanceKind, pointsA: number, pointsB: number): number {
  const every = EVERY_BYTES * (pointsA + pointsB);
  if (kind === 'sliced') return every;
  if (kind === 'bottleneck') return every + BOTTLENECK_BYTES * (pointsA + pointsB);
  return every + forecastWassersteinBytes(pointsA, pointsB);
}

/**
 * The bottleneck distance: the smallest, over all matchings of the points with each other or with the diagonal, of the largest
 * distance that a point is moved. Exact: it is one of the distances. Essential points match each other in order of birth.
 */
export function bottleneckDistance(
  a: DiagramPoints,
  b: DiagramPoints,
  metric: GroundMetric = 'linf',
  cancellation = Cancellation.never,
): DiagramDistance {
  return matched(a, b, metric, cancellation, bottleneckMatching, costs => costs.reduce((x, y) => Math.max(x, y), 0));
}

/**
 * The Wasserstein distance of an order q ≥ 1: (the smallest, over all such matchings, of the sum of the q-th powers of the distances)^(1/q).
 * Exact up to rounding. Throws `usage` for another order.
 */
export function wassersteinDistance(
  a: DiagramPoints,
  b: DiagramPoints,
  order = 1,
  metric: GroundMetric = 'linf',
  cancellation = Cancellation.never,
): DiagramDistance {
  if (!(order >= 1 && order < Infinity))
    throw new Fault('usage', `The order of a Wasserstein distance must be a number of at least 1, not ${order}.`);
  return matched(
    a,
    b,
    metric,
    cancellation,
    problem => levelMatching(problem, order) ?? wassersteinMatching(problem, order),
    costs => {
      const largest = costs.reduce((x, y) => Math.max(x, y), 0);
      if (largest === 0) return 0;
      // Ascending, and scaled, so that neither the order nor the power loses what is small.
      const sum = sortedNumbers(costs, cancellation).reduce((total, cost) => total + (cost / largest) ** order, 0);
      return largest * sum ** (1 / order);
    },
  );
}

function matched(
  a: DiagramPoints,
  b: DiagramPoints,
  metric: GroundMetric,
  cancellation: Cancellation,
  solve: (problem: MatchingProblem) => PartnerOfA,
  combine: (costs: Float64Array) => number,
): DiagramDistance {
  const indexA = splitPoints(a, cancellation);
  const indexB = splitPoints(b, cancellation);
  if (indexA.essential.length !== indexB.essential.length) return { distance: null, matching: null };
  if (!inCanonicalOrder(indexA.finite, indexB.finite, a, b)) {
    const { distance, matching } = matched(b, a, metric, cancellation, solve, combine);
    const flipped = matching?.map(([i, j], place): readonly [number | null, number | null] => {
      poll(place, cancellation);
      return [j, i];
    });
    return { distance, matching: flipped ?? null };
  }
  const partner = solve({ metric, a: pick(a, indexA.finite), b: pick(b, indexB.finite), cancellation });

  const matching: [number | null, number | null][] = [];
  // As many as matches.
  const costs = new Float64Array(indexA.finite.length + indexB.finite.length + indexA.essential.length);
  const match = (i: number | null, j: number | null, cost: number) => {
    costs[matching.length] = cost;
    matching.push([i, j]);
  };
  const alone = new Uint8Array(indexB.finite.length).fill(1);
  const difference = (i: number, j: number) =>
    groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!);
  indexA.finite.forEach((i, place) => {
    poll(place, cancellation);
    const other = partner[place]!;
    if (other === -1) {
      match(i, null, diagonalDistance(metric, a.birth[i]!, a.death[i]!));
    } else {
      const j = indexB.finite[other]!;
      alone[other] = 0;
      match(i, j, difference(i, j));
    }
  });
  indexB.finite.forEach((j, place) => {
    poll(place, cancellation);
    if (alone[place]) match(null, j, diagonalDistance(metric, b.birth[j]!, b.death[j]!));
  });
  indexA.essential.forEach((i, place) => {
    const j = indexB.essential[place]!;
    match(i, j, Math.abs(a.birth[i]! - b.birth[j]!));
  });
  return { distance: combine(costs.subarray(0, matching.length)), matching };
}

function pick(points: DiagramPoints, indices: Uint32Array): DiagramPoints {
  const [birth, death] = [new Float64Array(indices.length), new Float64Array(indices.length)];
  indices.forEach((i, place) => {
    birth[place] = points.birth[i]!;
    death[place] = points.death[i]!;
  });
  return { birth, death };
}
