import { diagonalDistance, groundDistance, type MatchingProblem, type PartnerOfA } from './diagramPoints';

/** Above so many pairs costs are computed when they are needed rather than kept. */
const KEPT_COSTS = 16e6;

/**
 * A matching whose sum of distances to the power `order` is smallest: successive shortest augmenting paths with potentials
 * (Jonker and Volgenant 1987), point by point of `a`. Going to the diagonal is a place of its own for every point of `a`; a point of `b`
 * that is taken saves its own way to the diagonal. O(|a|²·|b|) time at worst, far less where most points are near the diagonal.
 */
export function wassersteinMatching(problem: MatchingProblem, order: number): PartnerOfA {
  const { metric, a, b, cancellation } = problem;
  const countA = a.birth.length;
  const countB = b.birth.length;
  const power = (distance: number) => (order === 1 ? distance : order === 2 ? distance * distance : distance ** order);
  const toDiagonalA = a.birth.map((birth, i) => power(diagonalDistance(metric, birth, a.death[i]!)));
  const toDiagonalB = b.birth.map((birth, j) => power(diagonalDistance(metric, birth, b.death[j]!)));
  const computed = (i: number, j: number) =>
    power(groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!)) - toDiagonalB[j]!;
  const cost = countA * countB <= KEPT_COSTS ? table(countA, countB, computed) : computed;

  const partnerOfA = new Int32Array(countA).fill(-1);
  const partnerOfB = new Int32Array(countB).fill(-1);
  // Potentials: cost(i, j) − ofA[i] − ofB[j] ≥ 0, and 0 for matched pairs.
  const ofA = new Float64Array(countA);
  const ofB = new Float64Array(countB);
  const shortest = new Float64Array(countB);
  const before = new Int32Array(countB);
  const settled = new Uint8Array(countB);
  for (let start = 0; start < countA; start++) {
    cancellation.throwIfCancelled();
    shortest.fill(Infinity);
    settled.fill(0);
    const path: number[] = [];
    let row = start;
    let reached = 0;
    // The best end so far on the diagonal: of which point of `a`, and how far.
    let diagonalRow = -1;
    let diagonalLength = Infinity;
    let end = -1;
    for (;;) {
      const viaDiagonal = reached + toDiagonalA[row]! - ofA[row]!;
      if (viaDiagonal < diagonalLength) {
        diagonalLength = viaDiagonal;
        diagonalRow = row;
      }
      let nearest = -1;
      for (let j = 0; j < countB; j++) {
        if (settled[j]) continue;
        const length = reached + cost(row, j) - ofA[row]! - ofB[j]!;
        if (length < shortest[j]!) {
          shortest[j] = length;
          before[j] = row;
        }
        if (nearest === -1 || shortest[j]! < shortest[nearest]!) nearest = j;
      }
      // Ties go to the diagonal.
      if (nearest === -1 || !(shortest[nearest]! < diagonalLength)) {
        reached = diagonalLength;
        break;
      }
      reached = shortest[nearest]!;
      if (partnerOfB[nearest] === -1) {
        end = nearest;
        break;
      }
      settled[nearest] = 1;
      path.push(nearest);
      row = partnerOfB[nearest]!;
    }
    // Potentials of what was passed grow by what is left of the way.
    ofA[start] = ofA[start]! + reached;
    for (const j of path) {
      const left = reached - shortest[j]!;
      ofB[j] = ofB[j]! - left;
      ofA[partnerOfB[j]!] = ofA[partnerOfB[j]!]! + left;
    }
    let column = end;
    if (end === -1) {
      column = partnerOfA[diagonalRow]!;
      partnerOfA[diagonalRow] = -1;
      if (diagonalRow === start) continue;
    }
    // Back along the path: every point takes the place it was reached by.
    for (;;) {
      const i = before[column]!;
      const next = partnerOfA[i]!;
      partnerOfA[i] = column;
      partnerOfB[column] = i;
      if (i === start) break;
      column = next;
    }
  }
  return partnerOfA;
}

function table(rows: number, columns: number, of: (i: number, j: number) => number): (i: number, j: number) => number {
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) values[i * columns + j] = of(i, j);
  return (i, j) => values[i * columns + j]!;
}
