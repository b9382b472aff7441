import { Cancellation } from '../base/cancellation';

export interface LinearFit {
  /** inputs × outputs, row by row: y = x W + bias. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

export interface Regression {
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** count × inputs. */
  readonly x: ArrayLike<number>;
  /** count × outputs. */
  readonly y: ArrayLike<number>;
  /** Ridge, as a share of the mean variance of the inputs. */
  readonly ridge: number;
}

/**
 * Least squares with a ridge on the weights and none on the bias (Hoerl and Kennard 1970), in closed form: columns are centred, the normal equations solved by Cholesky's decomposition. Takes count · inputs² / 2
 * products and inputs² numbers. Inputs without any variance get weights of 0.
 */
export function ridgeRegression(
  { count, inputs, outputs, x, y, ridge }: Regression,
  cancellation = Cancellation.never,
): LinearFit {
  const [meanX, meanY] = [columnMeans(x, count, inputs), columnMeans(y, count, outputs)];
  const gram = new Float64Array(inputs * inputs);
  const weight = new Float64Array(inputs * outputs);
  const row = new Float64Array(inputs);
  const target = new Float64Array(outputs);
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    for (let p = 0; p < inputs; p++) row[p] = x[i * inputs + p]! - meanX[p]!;
    for (let q = 0; q < outputs; q++) target[q] = y[i * outputs + q]! - meanY[q]!;
    for (let p = 0; p < inputs; p++) {
      const value = row[p]!;
      if (value === 0) continue;
      for (let q = 0; q <= p; q++) gram[p * inputs + q]! += value * row[q]!;
      for (let q = 0; q < outputs; q++) weight[p * outputs + q]! += value * target[q]!;
    }
  }
  let trace = 0;
  for (let p = 0; p < inputs; p++) trace += gram[p * inputs + p]!;
  const added = trace > 0 ? (ridge * trace) / inputs : 1;
  for (let p = 0; p < inputs; p++) gram[p * inputs + p]! += added;
  decompose(gram, inputs, cancellation);
  substitute(gram, inputs, weight, outputs, cancellation);
  const bias = meanY.slice();
  for (let p = 0; p < inputs; p++) for (let q = 0; q < outputs; q++) bias[q]! -= meanX[p]! * weight[p * outputs + q]!;
  return { weight, bias };
}

function columnMeans(values: ArrayLike<number>, count: number, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < count; i++) for (let p = 0; p < width; p++) means[p]! += values[i * width + p]! / count;
  return means;
}

/** L of A = L Lᵀ in the place of the lower triangle. */
function decompose(a: Float64Array, size: number, cancellation: Cancellation): void {
  for (let i = 0; i < size; i++) {
    cancellation.throwIfCancelled();
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!;
      // Rounding may leave less than nothing on the diagonal of a matrix that is barely definite.
      a[i * size + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / a[j * size + j]!;
    }
  }
}

/** Solves L Lᵀ X = B in the place of B. */
function substitute(l: Float64Array, size: number, b: Float64Array, width: number, cancellation: Cancellation): void {
  for (let i = 0; i < size; i++) {
    cancellation.throwIfCancelled();
    for (let k = 0; k < i; k++) subtract(b, i, k, l[i * size + k]!, width);
    scale(b, i, 1 / l[i * size + i]!, width);
  }
  for (let i = size - 1; i >= 0; i--) {
    cancellation.throwIfCancelled();
    for (let k = i + 1; k < size; k++) subtract(b, i, k, l[k * size + i]!, width);
    scale(b, i, 1 / l[i * size + i]!, width);
  }
}

function subtract(b: Float64Array, row: number, other: number, factor: number, width: number): void {
  for (let q = 0; q < width; q++) b[row * width + q]! -= factor * b[other * width + q]!;
}

function scale(b: Float64Array, row: number, factor: number, width: number): void {
  for (let q = 0; q < width; q++) b[row * width + q]! *= factor;
}
