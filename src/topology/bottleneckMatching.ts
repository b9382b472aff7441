import type { Cancellation } from '../base/cancellation';
import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
  type MatchingProblem,
  type PartnerOfA,
} from './diagramPoints';
import { equalBirthMatching } from './equalBirthMatching';
import { poll } from './filteredComplex';
import { PlaneTree } from './planeTree';
import { PointTree } from './pointTree';
import { DistinctNumbers } from './sortedNumbers';

/** So many distances that differ are listed at most for each point, of so many pairs. */
const CANDIDATES_A_POINT = 2;
const PAIRS_A_POINT = 32;

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

/** Partners of both sides' points, −1 for the diagonal. */
interface Partners {
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
}

/**
 * A matching whose largest distance is as small as can be. Bisection, then a search among the distances that are left; whether one suffices is a
 * bipartite matching problem in which only points farther than it from the diagonal must be matched, and which asks for neighbours in a k-d tree from which those found
 * are taken, rather than along all edges (Efrat, Itai, Katz 2001; Kerber, Morozov, Nigmetov 2017).
 */
export function bottleneckMatching(problem: MatchingProblem): PartnerOfA {
  return equalBirthMatching(problem) ?? generalMatching(problem);
}

function generalMatching({ metric, a, b, cancellation }: MatchingProblem): PartnerOfA {
  const sideOf = (points: DiagramPoints): Side => {
    const toDiagonal = points.birth.map((birth, i) => diagonalDistance(metric, birth, points.death[i]!));
    return { points, toDiagonal, tree: treeOf(points, cancellation) };
  };
  const [sideA, sideB] = [sideOf(a), sideOf(b)];
  // All to the diagonal is a matching.
  let best: PartnerOfA = new Int32Array(a.birth.length).fill(-1);
  // What was matched in the last attempt, and is near enough, is where the next begins.
  const partners: Partners = { ofA: best.slice(), ofB: new Int32Array(b.birth.length).fill(-1) };
  const within = (bound: number) => {
    const covered = coverWithin(metric, bound, sideA, sideB, partners, cancellation);
    if (covered) best = partners.ofA.slice();
    return covered;
  };
  let enough = 0;
  for (const { toDiagonal } of [sideA, sideB]) for (const length of toDiagonal) enough = Math.max(enough, length);
  let tooLittle = leastMove(metric, sideA, sideB, cancellation);
  if (within(tooLittle)) return best;

  let candidates: Float64Array | undefined;
  while (candidates === undefined) {
    const middle = tooLittle + (enough - tooLittle) / 2;
    // No number is between them: however many pairs are that far apart, it is the one.
    if (middle <= tooLittle || middle >= enough) candidates = Float64Array.of(enough);
    else {
      candidates = distancesBetween(metric, tooLittle, enough, sideA, sideB, cancellation);
      if (candidates !== undefined) break;
      if (within(middle)) enough = middle;
      else tooLittle = middle;
    }
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

/**
 * What some point must be moved by in every matching, which is one of the distances: of the point that is farthest from both the diagonal and whatever is on the other side. Where bars are
 * alone, as those that decide often are, it is the answer.
 */
function leastMove(metric: GroundMetric, a: Side, b: Side, cancellation: Cancellation): number {
  let least = 0;
  const raise = (x: Side, y: Side) => {
    const { birth, death } = x.points;
    x.toDiagonal.forEach((length, i) => {
      poll(i, cancellation);
      if (length <= least) return;
      // Whoever lies no farther than what is known already cannot raise it.
      const nearest = y.tree.nearest(birth[i]!, death[i]!, least, length, j =>
        distanceBetween(metric, x.points, i, y.points, j),
      );
      if (nearest > least) least = nearest;
    });
  };
  raise(a, b);
  raise(b, a);
  return least;
}

/** The distances in (tooLittle, enough] that can decide, ascending; undefined where there are too many of them. */
function distancesBetween(
  metric: GroundMetric,
  tooLittle: number,
  enough: number,
  a: Side,
  b: Side,
  cancellation: Cancellation,
): Float64Array | undefined {
  const points = a.toDiagonal.length + b.toDiagonal.length;
  const found = new DistinctNumbers(CANDIDATES_A_POINT * points, cancellation);
  const add = (value: number) => {
    if (value > tooLittle && value <= enough) found.add(value);
  };
  a.toDiagonal.forEach(add);
  b.toDiagonal.forEach(add);
  const { birth, death } = a.points;
  // No point nearer than this in the larger of both coordinates is farther than `tooLittle`.
  const surelyWithin = metric === 'linf' ? tooLittle : tooLittle * 0.7;
  let pairs = 0;
  for (let i = 0; i < birth.length; i++) {
    cancellation.throwIfCancelled();
    // Two points that may both go to the diagonal need not be joined.
    const near = a.toDiagonal[i]! <= tooLittle;
    b.tree.between(birth[i]!, death[i]!, surelyWithin, enough, j => {
      pairs++;
      if (near && b.toDiagonal[j]! <= tooLittle) return;
      add(distanceBetween(metric, a.points, i, b.points, j));
    });
    if (found.tooMany || pairs > PAIRS_A_POINT * points) return undefined;
  }
  return found.sorted();
}

/** Makes a matching within `bound` from one within another; false, and a matching of some points, where there is none. */
function coverWithin(
  metric: GroundMetric,
  bound: number,
  a: Side,
  b: Side,
  { ofA, ofB }: Partners,
  cancellation: Cancellation,
): boolean {
  ofA.forEach((j, i) => {
    poll(i, cancellation);
    if (j === -1 || distanceBetween(metric, a.points, i, b.points, j) <= bound) return;
    ofA[i] = -1;
    ofB[j] = -1;
  });
  // A matching that covers all of one side's points that must be, grown to cover the other's too without leaving any of the first
  // (Mendelsohn and Dulmage 1958: where each side can be covered, both can).
  return (
    cover({ metric, bound, x: a, y: b }, ofA, ofB, cancellation) &&
    cover({ metric, bound, x: b, y: a }, ofB, ofA, cancellation)
  );
}

/**
 * Matches every x that must be, by shortest augmenting paths, all of one length at a time (Hopcroft and Karp 1973). A path ends at a y that is free
 * or whose partner may go without. Whoever on y's side is matched stays so. Returns whether all could be matched.
 */
function cover(reach: Reach, partnerOfX: Int32Array, partnerOfY: Int32Array, cancellation: Cancellation): boolean {
  const { bound, x: side } = reach;
  const must = (x: number) => side.toDiagonal[x]! > bound;
  const endsPath = (y: number) => partnerOfY[y] === -1 || !must(partnerOfY[y]!);
  const levelOfX = new Int32Array(partnerOfX.length);
  const chosenY = new Int32Array(partnerOfX.length);
  for (;;) {
    const roots: number[] = [];
    for (let x = 0; x < partnerOfX.length; x++) {
      poll(x, cancellation);
      if (partnerOfX[x] === -1 && must(x)) roots.push(x);
    }
    if (roots.length === 0) return true;
    const layers = layersFrom(roots, reach, partnerOfY, endsPath, levelOfX, cancellation);
    if (layers === undefined) return false;
    for (const root of roots) {
      // Depth first along the layers; every y is tried once.
      const path = [root];
      for (let x: number | undefined = root; x !== undefined; x = path[path.length - 1]) {
        cancellation.throwIfCancelled();
        const y = layers[levelOfX[x]!]!.take(reach, x);
        if (y === -1) {
          path.pop();
          continue;
        }
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
        break;
      }
    }
  }
}

/** The y's that are equally many steps from the roots and that no path has tried. */
class Layer {
  private readonly tree: PointTree;
  private readonly points: DiagramPoints;

  constructor(
    { birth, death }: DiagramPoints,
    private readonly members: readonly number[],
    cancellation: Cancellation,
  ) {
    this.points = { birth: new Float64Array(members.length), death: new Float64Array(members.length) };
    members.forEach((y, place) => {
      poll(place, cancellation);
      this.points.birth[place] = birth[y]!;
      this.points.death[place] = death[y]!;
    });
    this.tree = treeOf(this.points, cancellation);
  }

  /** One that x may go to, which is then tried; −1 where there is none. */
  take(reach: Reach, x: number): number {
    const member = neighbour(reach, x, this.points, this.tree);
    if (member === -1) return -1;
    this.tree.remove(member);
    return this.members[member]!;
  }
}

/** Breadth first from the roots, to the first layer at which a path can end, of which only the ends are kept; undefined where none can. */
function layersFrom(
  roots: readonly number[],
  reach: Reach,
  partnerOfY: Int32Array,
  endsPath: (y: number) => boolean,
  levelOfX: Int32Array,
  cancellation: Cancellation,
): Layer[] | undefined {
  const { points, tree } = reach.y;
  const layers: Layer[] = [];
  tree.restore();
  for (let current = roots; current.length > 0;) {
    const members: number[] = [];
    for (const x of current) {
      cancellation.throwIfCancelled();
      levelOfX[x] = layers.length;
      for (let y = neighbour(reach, x, points, tree); y >= 0; y = neighbour(reach, x, points, tree)) {
        cancellation.throwIfCancelled();
        tree.remove(y);
        members.push(y);
      }
    }
    const ends = members.filter(endsPath);
    layers.push(new Layer(points, ends.length > 0 ? ends : members, cancellation));
    if (ends.length > 0) return layers;
    current = members.map(y => partnerOfY[y]!);
  }
  return undefined;
}

/** Some point that is left in the tree and within the bound of x; −1 where there is none. */
function neighbour({ metric, bound, x: { points } }: Reach, x: number, others: DiagramPoints, tree: PointTree): number {
  const accepted = (y: number) => distanceBetween(metric, points, x, others, y) <= bound;
  return tree.some(points.birth[x]!, points.death[x]!, bound, accepted);
}

function treeOf({ birth, death }: DiagramPoints, cancellation: Cancellation): PointTree {
  return new PointTree(new PlaneTree(birth, death, cancellation));
}

function distanceBetween(metric: GroundMetric, a: DiagramPoints, i: number, b: DiagramPoints, j: number): number {
  return groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!);
}
