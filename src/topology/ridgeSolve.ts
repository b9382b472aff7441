import { Cancellation } from '../base/cancellation';

/**
 * Solves (A + λI) X = B for a symmetric positive semidefinite A by Cholesky's factorisation, where λ is `ridge` times the mean of A's diagonal. `matrix` (n × n, of which
 * the lower half is read) is overwritten by the factor, `right` (n × m) by the answer. λ grows tenfold until the factorisation succeeds; where A is zero, X is.
 */
export function ridgeSolve(
  matrix: Float64Array,
  right: Float64Array,
  size: number,
  columns: number,
  ridge: number,
  cancellation = Cancellation.never,
): void {
  let trace = 0;
  const diagonal = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  for (const value of diagonal) trace += value;
  const scale = trace / Math.max(1, size);
  if (!(scale > 0)) {
    right.fill(0);
    return;
  }
  // The upper half keeps what the factor overwrites, for another attempt.
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[j * size + i] = matrix[i * size + j]!;
  let lambda = ridge;
  while (!factorise(matrix, size, diagonal, lambda * scale, cancellation)) {
    lambda = Math.max(1e-12, lambda * 10);
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) matrix[i * size + j] = matrix[j * size + i]!;
  }
  for (let i = 0; i < size; i++) {
    cancellation.throwIfCancelled();
    for (let k = 0; k < i; k++) subtract(right, i, k, matrix[i * size + k]!, columns);
    divide(right, i, matrix[i * size + i]!, columns);
  }
  for (let i = size - 1; i >= 0; i--) {
    cancellation.throwIfCancelled();
    for (let k = i + 1; k < size; k++) subtract(right, i, k, matrix[k * size + i]!, columns);
    divide(right, i, matrix[i * size + i]!, columns);
  }
}

/** The lower half becomes L with L Lᵀ = A + λI; false where that is not positive definite to rounding. */
function factorise(
  matrix: Float64Array,
  size: number,
  diagonal: Float64Array,
  lambda: number,
  cancellation: Cancellation,
): boolean {
  for (let j = 0; j < size; j++) {
    cancellation.throwIfCancelled();
    const own = j * size;
    let pivot = diagonal[j]! + lambda;
    for (let k = 0; k < j; k++) pivot -= matrix[own + k]! * matrix[own + k]!;
    if (!(pivot > 1e-14 * (diagonal[j]! + lambda))) return false;
    const root = Math.sqrt(pivot);
    matrix[own + j] = root;
    for (let i = j + 1; i < size; i++) {
      const row = i * size;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[own + k]!;
      matrix[row + j] = sum / root;
    }
  }
  return true;
}

function subtract(values: Float64Array, row: number, other: number, factor: number, columns: number): void {
  if (factor === 0) return;
  const [to, from] = [row * columns, other * columns];
  for (let c = 0; c < columns; c++) values[to + c] = values[to + c]! - factor * values[from + c]!;
}

function divide(values: Float64Array, row: number, by: number, columns: number): void {
  for (let c = row * columns; c < (row + 1) * columns; c++) values[c] = values[c]! / by;
}
