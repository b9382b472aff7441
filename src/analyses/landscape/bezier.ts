import type { Cancellation } from '../../base/cancellation';
import type { Progress } from '../../base/progress';
import { Random } from '../../base/random';

/** Loss and gradient at some weights over some rows. */
export type BatchGradient = (weights: Float32Array, rows: Uint32Array, gradient: Float64Array) => number;

export interface BezierOptions {
  readonly rows: number;
  readonly gradient: BatchGradient;
  readonly steps: number;
  readonly seed: number;
  readonly cancellation: Cancellation;
  readonly progress: Progress;
}

const ROWS_A_STEP = 128;
const RATE = 0.01;

/**
 * The middle point θ of the curve φ(t) = (1 − t)² a + 2t(1 − t) θ + t² b that makes the mean loss along it small, by Adam on single draws of t and of rows; θ begins halfway between the ends, and the rate falls to 0 along half a
 * cosine. Garipov, Izmailov, Podoprikhin, Vetrov, Wilson 2018, §3. Throws `cancelled`.
 */
export function trainBezier(a: Float32Array, b: Float32Array, options: BezierOptions): Float32Array<SharedArrayBuffer> {
  const { rows, gradient, steps, seed, cancellation, progress } = options;
  const random = new Random(seed, 'Bézier');
  const size = a.length;
  const middle = new Float32Array(new SharedArrayBuffer(4 * size));
  for (let k = 0; k < size; k++) middle[k] = (a[k]! + b[k]!) / 2;
  const at = new Float32Array(size);
  const found = new Float64Array(size);
  const [first, second] = [new Float64Array(size), new Float64Array(size)];
  for (let step = 1; step <= steps; step++) {
    cancellation.throwIfCancelled();
    progress(step / steps, 'training the curve');
    const t = random.uniform();
    const chosen = Uint32Array.from({ length: Math.min(ROWS_A_STEP, rows) }, () => random.integer(rows));
    const weight = 2 * t * (1 - t);
    for (let k = 0; k < size; k++) at[k] = (1 - t) ** 2 * a[k]! + weight * middle[k]! + t ** 2 * b[k]!;
    gradient(at, chosen, found);
    const rate = (RATE * (1 + Math.cos((Math.PI * step) / steps))) / 2;
    const [scale, scaleOfSquares] = [1 - 0.9 ** step, 1 - 0.999 ** step];
    for (let k = 0; k < size; k++) {
      const slope = weight * found[k]!;
      first[k] = 0.9 * first[k]! + 0.1 * slope;
      second[k] = 0.999 * second[k]! + 0.001 * slope * slope;
      middle[k] = middle[k]! - (rate * (first[k]! / scale)) / (Math.sqrt(second[k]! / scaleOfSquares) + 1e-8);
    }
  }
  return middle;
}
