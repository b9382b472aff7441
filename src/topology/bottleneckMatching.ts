import type { Cancellation } from '../base/cancellation';
import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
  type MatchingProblem,
  type PartnerOfA,
} from './diagramPoints';

/** Halvings of the interval before distances are listed, so that few are. */
const HALVINGS = 12;

/**
 * A matching whose largest distance is as small as can be. Bisection over the distances that occur; whether one suffices is a
 * bipartite matching problem (Efrat, Itai, Katz 2001) in which only points farther than it from the diagonal must be matched.
 */
export function bottleneckMatching(problem: MatchingProblem): PartnerOfA {
  const { metric, a, b, cancellation } = problem;
  const countA = a.birth.length;
  const countB = b.birth.length;
  const diagonalA = diagonalDistances(metric, a);
  const diagonalB = diagonalDistances(metric, b);
  const distance = (i: number, j: number) =>
    groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!);
  const within = (bound: number) => {
    const matching = coverWithin(bound, diagonalA, diagonalB, distance, cancellation);
    if (matching !== undefined) best = matching;
    return matching !== undefined;
  };

  // All to the diagonal is a matching.
  let best: PartnerOfA = new Int32Array(countA).fill(-1);
  let enough = Math.max(0, ...[diagonalA, diagonalB].map(list => list.reduce((x, y) => Math.max(x, y), 0)));
  if (within(0)) return best;
  let tooLittle = 0;
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (tooLittle + enough) / 2;
    if (within(middle)) enough = middle;
    else tooLittle = middle;
  }
  // The answer is one of the distances in (tooLittle, enough].
  const candidates: number[] = [];
  const add = (value: number) => {
    if (value > tooLittle && value <= enough) candidates.push(value);
  };
  diagonalA.forEach(add);
  diagonalB.forEach(add);
  for (let i = 0; i < countA; i++) {
    cancellation.throwIfCancelled();
    for (let j = 0; j < countB; j++) add(distance(i, j));
  }
  const sorted = Float64Array.from(candidates).sort();
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (within(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  if (sorted.length > 0) within(sorted[high]!);
  return best;
}

function diagonalDistances(metric: GroundMetric, { birth, death }: DiagramPoints): Float64Array {
  return birth.map((value, i) => diagonalDistance(metric, value, death[i]!));
}

/** A matching within `bound`, or undefined where there is none. */
function coverWithin(
  bound: number,
  diagonalA: Float64Array,
  diagonalB: Float64Array,
  distance: (i: number, j: number) => number,
  cancellation: Cancellation,
): PartnerOfA | undefined {
  const partnerOfA = new Int32Array(diagonalA.length).fill(-1);
  const partnerOfB = new Int32Array(diagonalB.length).fill(-1);
  const mustA = Uint8Array.from(diagonalA, length => Number(length > bound));
  const mustB = Uint8Array.from(diagonalB, length => Number(length > bound));
  // A matching that covers all of one side's points that must be, grown to cover the other's too without leaving any of the first
  // (Mendelsohn and Dulmage 1958: where each side can be covered, both can).
  const covered =
    cover(mustA, partnerOfA, partnerOfB, (i, j) => distance(i, j) <= bound, cancellation) &&
    cover(mustB, partnerOfB, partnerOfA, (j, i) => distance(i, j) <= bound, cancellation);
  return covered ? partnerOfA : undefined;
}

/**
 * Matches every x that must be, by shortest augmenting paths, all of one length at a time (Hopcroft and Karp 1973). A path ends at a y that is free
 * or whose partner may go without. Whoever on y's side is matched stays so. Returns whether all could be matched.
 */
function cover(
  must: Uint8Array,
  partnerOfX: Int32Array,
  partnerOfY: Int32Array,
  joined: (x: number, y: number) => boolean,
  cancellation: Cancellation,
): boolean {
  const endsPath = (y: number) => partnerOfY[y] === -1 || !must[partnerOfY[y]!];
  for (;;) {
    const roots: number[] = [];
    for (let x = 0; x < must.length; x++) if (must[x] && partnerOfX[x] === -1) roots.push(x);
    if (roots.length === 0) return true;
    const layers = layersFrom(roots, must.length, partnerOfY, endsPath, joined, cancellation);
    if (layers === undefined) return false;
    const { levelOfX, ysAtLevel } = layers;
    const usedY = new Uint8Array(partnerOfY.length);
    const nextY = new Int32Array(must.length);
    const chosenY = new Int32Array(must.length);
    for (const root of roots) {
      // Depth first along the layers; every y is tried once.
      const path = [root];
      while (path.length > 0) {
        const x = path[path.length - 1]!;
        const ys = ysAtLevel[levelOfX[x]!] ?? [];
        let y = -1;
        while (nextY[x]! < ys.length && y === -1) {
          const candidate = ys[nextY[x]!]!;
          nextY[x] = nextY[x]! + 1;
          if (!usedY[candidate] && joined(x, candidate)) y = candidate;
        }
        if (y === -1) {
          path.pop();
          continue;
        }
        usedY[y] = 1;
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

/** Breadth first from the roots, to the first level at which a path can end; undefined where none can. */
function layersFrom(
  roots: readonly number[],
  countX: number,
  partnerOfY: Int32Array,
  endsPath: (y: number) => boolean,
  joined: (x: number, y: number) => boolean,
  cancellation: Cancellation,
): { levelOfX: Int32Array; ysAtLevel: number[][] } | undefined {
  const levelOfX = new Int32Array(countX).fill(-1);
  const unseen = Array.from(partnerOfY, (_, y) => y);
  const ysAtLevel: number[][] = [];
  let current = roots;
  for (let level = 0; current.length > 0; level++) {
    const found: number[] = [];
    const next: number[] = [];
    let ended = false;
    for (const x of current) {
      cancellation.throwIfCancelled();
      levelOfX[x] = level;
      let kept = 0;
      for (const y of unseen) {
        if (!joined(x, y)) {
          unseen[kept++] = y;
          continue;
        }
        found.push(y);
        if (endsPath(y)) ended = true;
        else next.push(partnerOfY[y]!);
      }
      unseen.length = kept;
    }
    ysAtLevel.push(found);
    if (ended) return { levelOfX, ysAtLevel };
    current = next;
  }
  return undefined;
}
