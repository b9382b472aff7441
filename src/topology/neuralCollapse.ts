import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { PointCloud } from './pointCloud';

/** How far the features of classes have collapsed to the corners of a simplex. A measure is `null` where it is not defined. */
export interface NeuralCollapse {
  readonly classes: number;
  /** tr(Σ_W Σ_B†) ÷ classes; `null` where all class means are equal. */
  readonly nc1: number | null;
  /** tr Σ_W ÷ tr Σ_B; `null` where all class means are equal. */
  readonly nc1Ratio: number | null;
  /** Standard deviation ÷ mean of the centred class means' lengths. */
  readonly nc2Norm: number | null;
  /** Mean over pairs of classes of |cos + 1 ÷ (classes − 1)|, the cosine being that of their centred means; `null` where one of them has no length. */
  readonly nc2Angle: number | null;
  /** Rows of each class. */
  readonly sizes: Uint32Array;
  /** Mean over all rows. */
  readonly globalMean: Float64Array;
  /** Class means less the global mean, classes × width in C order. */
  readonly centredMeans: Float64Array;
}

const ROWS_BETWEEN_POLLS = 64;
/** Eigenvalues of Σ_B below this share of the largest are rounding: its rank is at most classes − 1. */
const RELATIVE_RANK = 1e-12;
/** Less than this share of the rows' mean square is what rounding leaves between means that are equal. */
const RELATIVE_VARIANCE = 1e-28;

/**
 * NC1 and NC2 of Papyan, Han and Donoho (PNAS 2020). With μ_c the mean of class c, μ_G that of all rows, n rows and C classes,
 * Σ_W = 1/n Σ (h − μ_c)(h − μ_c)ᵀ and Σ_B = 1/C Σ (μ_c − μ_G)(μ_c − μ_G)ᵀ. Where classes differ in size, μ_G is the mean of the rows, not of the class means.
 *
 * Σ_B† is never formed: with A = M/√C (M the centred means) and A Aᵀ = V Λ Vᵀ, tr(Σ_W Σ_B†) is the mean over rows of ‖Λ⁻¹ Vᵀ A (h − μ_c)‖². Takes classes × width
 * + classes² numbers, and n · classes · width steps. `classOf` has an index below `classes` for every row; throws `empty` with fewer than two classes or one without rows.
 */
export function neuralCollapse(
  { count, width, values }: PointCloud,
  classOf: ArrayLike<number>,
  classes: number,
  cancellation = Cancellation.never,
): NeuralCollapse {
  if (classes < 2) throw new Fault('empty', 'Neural collapse is between classes: there are not two of them.');
  const sizes = new Uint32Array(classes);
  const means = new Float64Array(classes * width);
  const globalMean = new Float64Array(width);
  let squares = 0;
  for (let i = 0; i < count; i++) {
    if (i % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const of = classOf[i]!;
    sizes[of] = sizes[of]! + 1;
    for (let k = 0; k < width; k++) {
      const value = values[i * width + k]!;
      means[of * width + k] = means[of * width + k]! + value;
      squares += value * value;
    }
  }
  const empty = sizes.indexOf(0);
  if (empty >= 0) throw new Fault('empty', `Class ${empty} has no rows.`);
  for (let c = 0; c < classes; c++)
    for (let k = 0; k < width; k++) {
      globalMean[k] = globalMean[k]! + means[c * width + k]! / count;
      means[c * width + k] = means[c * width + k]! / sizes[c]!;
    }
  const centredMeans = means.map((value, at) => value - globalMean[at % width]!);

  const inverse = inverseDirections(centredMeans, classes, width, (squares / count) * RELATIVE_VARIANCE);
  const rank = inverse.length / Math.max(1, width);
  const difference = new Float64Array(width);
  let within = 0;
  let scaled = 0;
  for (let i = 0; i < count; i++) {
    if (i % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const mean = classOf[i]! * width;
    for (let k = 0; k < width; k++) {
      const value = values[i * width + k]! - means[mean + k]!;
      difference[k] = value;
      within += value * value;
    }
    for (let r = 0; r < rank; r++) {
      const part = dot(inverse, r * width, difference, 0, width);
      scaled += part * part;
    }
  }
  let between = 0;
  for (const value of centredMeans) between += value * value;
  between /= classes;
  return {
    classes,
    nc1: rank === 0 ? null : scaled / count / classes,
    nc1Ratio: rank === 0 ? null : within / count / between,
    ...shapeOfMeans(centredMeans, classes, width),
    sizes,
    globalMean,
    centredMeans,
  };
}

/** Λ⁻¹ Vᵀ A, a row for each eigenvalue of A Aᵀ that is not zero: Σ_B† = (Λ⁻¹ Vᵀ A)ᵀ (Λ⁻¹ Vᵀ A). */
function inverseDirections(centredMeans: Float64Array, classes: number, width: number, rounding: number): Float64Array {
  const gram = new Matrix(classes, classes);
  for (let a = 0; a < classes; a++)
    for (let b = 0; b <= a; b++) {
      const value = dot(centredMeans, a * width, centredMeans, b * width, width) / classes;
      gram.set(a, b, value);
      gram.set(b, a, value);
    }
  const decomposition = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const { eigenvectorMatrix, realEigenvalues } = decomposition;
  // They ascend; at most classes − 1 of them are not zero, because the weighted sum of the centred means is.
  const largest = realEigenvalues[classes - 1]!;
  const kept = realEigenvalues.flatMap((value, at) =>
    at > 0 && value > largest * RELATIVE_RANK && value > rounding ? [at] : [],
  );
  const inverse = new Float64Array(kept.length * width);
  kept.forEach((at, row) => {
    for (let c = 0; c < classes; c++) {
      const factor = eigenvectorMatrix.get(c, at) / realEigenvalues[at]! / Math.sqrt(classes);
      for (let k = 0; k < width; k++)
        inverse[row * width + k] = inverse[row * width + k]! + factor * centredMeans[c * width + k]!;
    }
  });
  return inverse;
}

function shapeOfMeans(
  centredMeans: Float64Array,
  classes: number,
  width: number,
): Pick<NeuralCollapse, 'nc2Norm' | 'nc2Angle'> {
  const lengths = meanLengths(centredMeans, classes, width);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / classes;
  if (mean === 0) return { nc2Norm: null, nc2Angle: null };
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / classes;
  const nc2Norm = Math.sqrt(variance) / mean;
  if (lengths.includes(0)) return { nc2Norm, nc2Angle: null };
  const wanted = -1 / (classes - 1);
  let sum = 0;
  for (let a = 0; a < classes; a++)
    for (let b = 0; b < a; b++) {
      const cosine = dot(centredMeans, a * width, centredMeans, b * width, width) / lengths[a]! / lengths[b]!;
      sum += Math.abs(cosine - wanted);
    }
  return { nc2Norm, nc2Angle: sum / ((classes * (classes - 1)) / 2) };
}

/** The length of each class's centred mean. */
export function meanLengths(centredMeans: Float64Array, classes: number, width: number): Float64Array {
  return Float64Array.from({ length: classes }, (_, c) =>
    Math.sqrt(dot(centredMeans, c * width, centredMeans, c * width, width)),
  );
}

/** Cosines between the centred means, classes × classes; −1 ÷ (classes − 1) off the diagonal for a simplex ETF, 0 where a mean has no length. */
export function meanCosines(centredMeans: Float64Array, classes: number, width: number): Float64Array {
  const lengths = meanLengths(centredMeans, classes, width);
  return Float64Array.from({ length: classes * classes }, (_, at) => {
    const [a, b] = [Math.floor(at / classes), at % classes];
    if (a === b) return 1;
    const both = lengths[a]! * lengths[b]!;
    return both === 0 ? 0 : dot(centredMeans, a * width, centredMeans, b * width, width) / both;
  });
}

/**
 * NC3: ‖W/‖W‖ − M/‖M‖‖ in the Frobenius norm, W being the classifier's rows and M the centred class means, both classes × width in C order. 0 where they are
 * proportional, 2 where they are opposite; `null` where one of them is zero.
 */
export function selfDuality(weights: ArrayLike<number>, centredMeans: ArrayLike<number>): number | null {
  const [w, m] = [norm(weights), norm(centredMeans)];
  if (!(w > 0 && m > 0)) return null;
  let sum = 0;
  for (let at = 0; at < centredMeans.length; at++) sum += (weights[at]! / w - centredMeans[at]! / m) ** 2;
  return Math.sqrt(sum);
}

/** For NC4: the class whose mean is nearest to each point; the first of several. */
export function nearestClassMeans(
  { count, width, values }: PointCloud,
  { classes, globalMean, centredMeans }: Pick<NeuralCollapse, 'classes' | 'globalMean' | 'centredMeans'>,
  cancellation = Cancellation.never,
): Int32Array {
  const nearest = new Int32Array(count);
  const point = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    if (i % ROWS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    for (let k = 0; k < width; k++) point[k] = values[i * width + k]! - globalMean[k]!;
    let best = Infinity;
    for (let c = 0; c < classes; c++) {
      let squared = 0;
      for (let k = 0; k < width; k++) squared += (point[k]! - centredMeans[c * width + k]!) ** 2;
      if (squared < best) {
        best = squared;
        nearest[i] = c;
      }
    }
  }
  return nearest;
}

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]! * values[at]!;
  return Math.sqrt(sum);
}

function dot(a: Float64Array, fromA: number, b: Float64Array, fromB: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[fromA + k]! * b[fromB + k]!;
  return sum;
}
