import { Cancellation } from '../base/cancellation';
import { poll } from './filteredComplex';
import { identity, radixOrder } from './radixOrder';

/** The points of one dimension of a persistence diagram. In superlevel diagrams births are above deaths. */
export interface DiagramPoints {
  readonly birth: Float64Array;
  /** ±∞ for an essential class. */
  readonly death: Float64Array;
}

/** How far two points of the plane are apart. */
export type GroundMetric = 'linf' | 'l2';
export const GROUND_METRICS: readonly GroundMetric[] = ['linf', 'l2'];

/** Which point goes to which: indices into the two lists, `null` for the diagonal. */
export type DiagramMatching = readonly (readonly [a: number | null, b: number | null])[];

export interface DiagramDistance {
  /** `null` where the essential classes differ in number: no matching has finite cost. */
  readonly distance: number | null;
  readonly matching: DiagramMatching | null;
}

export function groundDistance(metric: GroundMetric, dBirth: number, dDeath: number): number {
  const x = Math.abs(dBirth);
  const y = Math.abs(dDeath);
  return metric === 'linf' ? Math.max(x, y) : Math.sqrt(x * x + y * y);
}

/** To the nearest point of the diagonal. */
export function diagonalDistance(metric: GroundMetric, birth: number, death: number): number {
  const length = Math.abs(death - birth);
  return metric === 'linf' ? length / 2 : length * Math.SQRT1_2;
}

/** Indices of finite and essential points, each in order of birth, then death, then place. */
export function splitPoints(
  { birth, death }: DiagramPoints,
  cancellation = Cancellation.never,
): { finite: Uint32Array; essential: Uint32Array } {
  const size = birth.length;
  if (isInOrder(birth, death, cancellation)) return splitInOrder(death, identity(size), cancellation);
  // Adding 0 turns −0, which would come before it, into 0.
  const keys = new Float64Array(size);
  for (let i = 0; i < size; i++) keys[i] = death[i]! + 0;
  const byDeath = radixOrder(keys, size, cancellation);
  for (let i = 0; i < size; i++) keys[i] = birth[i]! + 0;
  return splitInOrder(death, radixOrder(keys, size, cancellation, byDeath), cancellation);
}

/** Whether each point comes after the one before it, as points of a diagram of ours do. */
function isInOrder(birth: Float64Array, death: Float64Array, cancellation: Cancellation): boolean {
  for (let k = 1; k < birth.length; k++) {
    poll(k, cancellation);
    if (!(birth[k - 1]! < birth[k]! || (birth[k - 1] === birth[k] && death[k - 1]! <= death[k]!))) return false;
  }
  return true;
}

function splitInOrder(
  death: Float64Array,
  order: Uint32Array,
  cancellation: Cancellation,
): { finite: Uint32Array; essential: Uint32Array } {
  const size = order.length;
  let finites = 0;
  for (let i = 0; i < size; i++) if (Number.isFinite(death[i])) finites++;
  const [finite, essential] = [new Uint32Array(finites), new Uint32Array(size - finites)];
  for (let k = 0, placeFinite = 0, placeEssential = 0; k < size; k++) {
    poll(k, cancellation);
    const i = order[k]!;
    if (Number.isFinite(death[i])) finite[placeFinite++] = i;
    else essential[placeEssential++] = i;
  }
  return { finite, essential };
}

/**
 * Two diagrams in an order that does not depend on which is first, so that distances are symmetric to the last bit whatever
 * rounding and ties do: the smaller first, then by points.
 */
export function inCanonicalOrder(
  a: Uint32Array,
  b: Uint32Array,
  pointsA: DiagramPoints,
  pointsB: DiagramPoints,
): boolean {
  if (a.length !== b.length) return a.length < b.length;
  for (let k = 0; k < a.length; k++) {
    const difference = pointsA.birth[a[k]!]! - pointsB.birth[b[k]!]! || pointsA.death[a[k]!]! - pointsB.death[b[k]!]!;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** Finite points alone, in order of birth and death: what the matching algorithms work on. */
export interface MatchingProblem {
  readonly metric: GroundMetric;
  readonly a: DiagramPoints;
  readonly b: DiagramPoints;
  readonly cancellation: Cancellation;
}

/** For each point of `a` the point of `b` it goes to, −1 for the diagonal. Points of `b` that none goes to go to the diagonal. */
export type PartnerOfA = Int32Array;
