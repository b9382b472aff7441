import type { Cancellation } from '../base/cancellation';
import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
  type MatchingProblem,
  type PartnerOfA,
} from './diagramPoints';
import { PointTree } from './pointTree';

/** At most so often the interval is halved before distances are listed. */
const MOST_HALVINGS = 60;
/** So many distances a point are listed at most, unless halving no longer helps. */
const CANDIDATES_A_POINT = 2;

/** One diagram's part in the problem. */
interface Side {
  readonly points: DiagramPoints;
  readonly tree: PointTree;
  readonly toDiagonal: Float64Array;
}

/** Whether and to whom points of x may go within `bound`. */
interface Reach {
  readonly metric: GroundMetric;
  readonly bound: number;
  readonly x: Side;
  readonly y: Side;
}

/**
 * A matching whose largest distance is as small as can be. Bisection, then a search among the distances that are left; whether one suffices is a
 * bipartite matching problem in which only points farther than it from the diagonal must be matched, and which asks for neighbours in a k-d tree from which those found
 * are taken, rather than along all edges (Efrat, Itai, Katz 2001; Kerber, Morozov, Nigmetov 2017).
 */
export function bottleneckMatching({ metric, a, b, cancellation }: MatchingProblem): PartnerOfA {
  const sideOf = (points: DiagramPoints): Side => ({
    points,
    tree: new PointTree(points.birth, points.death),
    toDiagonal: points.birth.map((birth, i) => diagonalDistance(metric, birth, points.death[i]!)),
  });
  const [sideA, sideB] = [sideOf(a), sideOf(b)];
  // All to the diagonal is a matching.
  let best: PartnerOfA = new Int32Array(a.birth.length).fill(-1);
  const within = (bound: number) => {
    const matching = coverWithin(metric, bound, sideA, sideB, cancellation);
    if (matching !== undefined) best = matching;
    return matching !== undefined;
  };
  let enough = 0;
  for (const { toDiagonal } of [sideA, sideB]) for (const length of toDiagonal) enough = Math.max(enough, length);
  if (within(0)) return best;

  let tooLittle = 0;
  const few = CANDIDATES_A_POINT * (a.birth.length + b.birth.length);
  let candidates: Float64Array | undefined;
  for (let halvings = 0; candidates === undefined; halvings++) {
    const middle = (tooLittle + enough) / 2;
    const exhausted = halvings >= MOST_HALVINGS || middle <= tooLittle || middle >= enough;
    candidates = distancesBetween(metric, tooLittle, enough, sideA, sideB, exhausted ? Infinity : few, cancellation);
    if (candidates !== undefined) break;
    if (within(middle)) enough = middle;
    else tooLittle = middle;
  }
  // The answer is one of these.
  let low = 0;
  let high = candidates.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (within(candidates[middle]!)) high = middle;
    else low = middle + 1;
  }
  if (candidates.length > 0) within(candidates[high]!);
  return best;
}

/** The distances in (tooLittle, enough] that can decide, ascending; undefined where there are more than `most`. */
function distancesBetween(
  metric: GroundMetric,
  tooLittle: number,
  enough: number,
  a: Side,
  b: Side,
  most: number,
  cancellation: Cancellation,
): Float64Array | undefined {
  const found: number[] = [];
  const add = (value: number) => {
    if (value > tooLittle && value <= enough) found.push(value);
  };
  a.toDiagonal.forEach(add);
  b.toDiagonal.forEach(add);
  const { birth, death } = a.points;
  for (let i = 0; i < birth.length; i++) {
    cancellation.throwIfCancelled();
    // Two points that may both go to the diagonal need not be joined.
    const near = a.toDiagonal[i]! <= tooLittle;
    b.tree.within(birth[i]!, death[i]!, enough, j => {
      if (near && b.toDiagonal[j]! <= tooLittle) return;
      add(groundDistance(metric, birth[i]! - b.points.birth[j]!, death[i]! - b.points.death[j]!));
    });
    if (found.length > most) return undefined;
  }
  return Float64Array.from(found)
    .sort()
    .filter((value, k, sorted) => k === 0 || value !== sorted[k - 1]);
}

/** A matching within `bound`, or undefined where there is none. */
function coverWithin(
  metric: GroundMetric,
  bound: number,
  a: Side,
  b: Side,
  cancellation: Cancellation,
): PartnerOfA | undefined {
  const partnerOfA = new Int32Array(a.toDiagonal.length).fill(-1);
  const partnerOfB = new Int32Array(b.toDiagonal.length).fill(-1);
  // A matching that covers all of one side's points that must be, grown to cover the other's too without leaving any of the first
  // (Mendelsohn and Dulmage 1958: where each side can be covered, both can).
  const covered =
    cover({ metric, bound, x: a, y: b }, partnerOfA, partnerOfB, cancellation) &&
    cover({ metric, bound, x: b, y: a }, partnerOfB, partnerOfA, cancellation);
  return covered ? partnerOfA : undefined;
}

/**
 * Matches every x that must be, by shortest augmenting paths, all of one length at a time (Hopcroft and Karp 1973). A path ends at a y that is free
 * or whose partner may go without. Whoever on y's side is matched stays so. Returns whether all could be matched.
 */
function cover(reach: Reach, partnerOfX: Int32Array, partnerOfY: Int32Array, cancellation: Cancellation): boolean {
  const { bound, x: side } = reach;
  const { tree } = reach.y;
  const must = (x: number) => side.toDiagonal[x]! > bound;
  const endsPath = (y: number) => partnerOfY[y] === -1 || !must(partnerOfY[y]!);
  const levelOfX = new Int32Array(partnerOfX.length);
  const levelOfY = new Int32Array(partnerOfY.length);
  const chosenY = new Int32Array(partnerOfX.length);
  for (;;) {
    const roots: number[] = [];
    for (let x = 0; x < partnerOfX.length; x++) if (must(x) && partnerOfX[x] === -1) roots.push(x);
    if (roots.length === 0) return true;
    if (!layersFrom(roots, reach, partnerOfY, endsPath, levelOfX, levelOfY, cancellation)) return false;
    tree.restore();
    for (const root of roots) {
      cancellation.throwIfCancelled();
      // Depth first along the layers; every y is tried once.
      const path = [root];
      while (path.length > 0) {
        const x = path[path.length - 1]!;
        const y = neighbour(reach, x, candidate => levelOfY[candidate] === levelOfX[x]);
        if (y === -1) {
          path.pop();
          continue;
        }
        tree.remove(y);
        chosenY[x] = y;
        if (!endsPath(y)) {
          path.push(partnerOfY[y]!);
          continue;
        }
        if (partnerOfY[y] !== -1) partnerOfX[partnerOfY[y]!] = -1;
        for (const step of path) {
          partnerOfX[step] = chosenY[step]!;
          partnerOfY[chosenY[step]!] = step;
        }
        path.length = 0;
      }
    }
  }
}

/** Some y that is left in the tree, accepted, and within the bound of x; −1 where there is none. */
function neighbour({ metric, bound, x: { points }, y }: Reach, x: number, accepted: (y: number) => boolean): number {
  const birth = points.birth[x]!;
  const death = points.death[x]!;
  return y.tree.some(
    birth,
    death,
    bound,
    j => accepted(j) && groundDistance(metric, birth - y.points.birth[j]!, death - y.points.death[j]!) <= bound,
  );
}

const everyone = () => true;

/** Breadth first from the roots, to the first level at which a path can end; false where none can. Points not reached have level −1. */
function layersFrom(
  roots: readonly number[],
  reach: Reach,
  partnerOfY: Int32Array,
  endsPath: (y: number) => boolean,
  levelOfX: Int32Array,
  levelOfY: Int32Array,
  cancellation: Cancellation,
): boolean {
  const { tree } = reach.y;
  tree.restore();
  levelOfX.fill(-1);
  levelOfY.fill(-1);
  let current = roots;
  for (let level = 0; current.length > 0; level++) {
    const next: number[] = [];
    let ended = false;
    for (const x of current) {
      cancellation.throwIfCancelled();
      levelOfX[x] = level;
      for (let y = neighbour(reach, x, everyone); y >= 0; y = neighbour(reach, x, everyone)) {
        tree.remove(y);
        levelOfY[y] = level;
        if (endsPath(y)) ended = true;
        else next.push(partnerOfY[y]!);
      }
    }
    if (ended) return true;
    current = next;
  }
  return false;
}
