import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
} from '../../src/topology/diagramPoints';

/**
 * The smallest sum of costs of a matching of two diagrams without essential points, on the full square matrix in which each diagram has the diagonal as many times
 * as the other has points: the Hungarian algorithm with potentials, O((|a| + |b|)³).
 */
export function smallestSum(a: DiagramPoints, b: DiagramPoints, metric: GroundMetric, order: number): number {
  const [countA, countB] = [a.birth.length, b.birth.length];
  const size = countA + countB;
  const cost = (i: number, j: number): number => {
    if (i >= countA && j >= countB) return 0;
    if (i >= countA) return diagonalDistance(metric, b.birth[j]!, b.death[j]!) ** order;
    if (j >= countB) return diagonalDistance(metric, a.birth[i]!, a.death[i]!) ** order;
    return groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!) ** order;
  };
  // Rows and columns from 1; row 0 and column 0 stand for none.
  const ofRow = new Float64Array(size + 1);
  const ofColumn = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  const before = new Int32Array(size + 1);
  for (let root = 1; root <= size; root++) {
    const shortest = new Float64Array(size + 1).fill(Infinity);
    const passed = new Uint8Array(size + 1);
    rowOf[0] = root;
    let column = 0;
    do {
      passed[column] = 1;
      const row = rowOf[column]!;
      let [least, next] = [Infinity, 0];
      for (let j = 1; j <= size; j++) {
        if (passed[j]) continue;
        const reduced = cost(row - 1, j - 1) - ofRow[row]! - ofColumn[j]!;
        if (reduced < shortest[j]!) {
          shortest[j] = reduced;
          before[j] = column;
        }
        if (shortest[j]! < least) [least, next] = [shortest[j]!, j];
      }
      for (let j = 0; j <= size; j++) {
        if (passed[j]) {
          ofRow[rowOf[j]!] = ofRow[rowOf[j]!]! + least;
          ofColumn[j] = ofColumn[j]! - least;
        } else shortest[j] = shortest[j]! - least;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = before[column]!) rowOf[column] = rowOf[before[column]!]!;
  }
  let sum = 0;
  for (let j = 1; j <= size; j++) sum += cost(rowOf[j]! - 1, j - 1);
  return sum;
}
