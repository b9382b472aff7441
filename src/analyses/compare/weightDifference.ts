import type { Cancellation } from '../../base/cancellation';
import { isCancelled } from '../../base/fault';
import type { Model, WeightInfo } from '../../models/model';
import type { WeightDifference } from './comparedPair';

/** Values looked at between two looks at the stop sign. */
const BETWEEN_POLLS = 1 << 20;

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * How far the tensors of a layer in two files are apart, largest difference first. Tensors meet in their order, each with the first of the same shape; where the formats keep a
 * kernel in another order of axes (Keras and TensorFlow: inputs before outputs, positions first), B's is turned, and where both orders fit, as of a square matrix, the nearer one counts.
 * The weights of a network say nothing of its function by themselves: units may be in another order. A tensor that cannot be read is left out.
 */
export function weightDifferences(
  a: { readonly model: Model; readonly weights: readonly WeightInfo[] },
  b: { readonly model: Model; readonly weights: readonly WeightInfo[] },
  cancellation: Cancellation,
): readonly WeightDifference[] {
  const sameFormat = a.model.format === b.model.format;
  const left = [...b.weights];
  const found: WeightDifference[] = [];
  for (const weight of a.weights) {
    const fits = (other: WeightInfo) => orders(weight.shape, other.shape, sameFormat).length > 0;
    const place = left.findIndex(fits);
    if (place < 0) continue;
    const [other] = left.splice(place, 1);
    const difference = differenceOf(a.model, weight, b.model, other!, sameFormat, cancellation);
    if (difference !== undefined) found.push(difference);
  }
  return found.sort((x, y) => (y.relative ?? Infinity) - (x.relative ?? Infinity));
}

/** Orders of axes that bring a tensor of shape `b` to shape `a`. */
function orders(
  a: readonly number[],
  b: readonly number[],
  sameFormat: boolean,
): readonly (readonly number[] | undefined)[] {
  const candidates: (readonly number[] | undefined)[] = [undefined];
  if (!sameFormat && a.length === 2) candidates.push([1, 0]);
  if (!sameFormat && a.length > 2) {
    const inner = Array.from({ length: a.length - 2 }, (_, k) => k);
    // From H W I O to O I H W, and back.
    candidates.push([a.length - 1, a.length - 2, ...inner], [...inner.map(k => k + 2), 1, 0]);
  }
  return candidates.filter(
    order => a.length === b.length && a.every((size, k) => size === b[order === undefined ? k : order[k]!]),
  );
}

function differenceOf(
  modelA: Model,
  a: WeightInfo,
  modelB: Model,
  b: WeightInfo,
  sameFormat: boolean,
  cancellation: Cancellation,
): WeightDifference | undefined {
  let first: Tensor;
  let second: Tensor;
  try {
    first = modelA.readWeight(a.name);
    second = modelB.readWeight(b.name);
  } catch (error) {
    if (isCancelled(error)) throw error;
    // Of block-quantised types, or larger than is read at once: said by its absence.
    return undefined;
  }
  let best: { readonly squared: number; readonly turned: boolean } | undefined;
  for (const order of orders(a.shape, b.shape, sameFormat)) {
    const values = order === undefined ? second.values : turned(second, order);
    const squared = squaredDistance(first.values, values, cancellation);
    if (best === undefined || squared < best.squared) best = { squared, turned: order !== undefined };
  }
  const [squaredA, squaredB] = [first.values, second.values].map(values =>
    squaredDistance(values, undefined, cancellation),
  ) as [number, number];
  const scale = Math.sqrt((squaredA + squaredB) / 2);
  const distance = Math.sqrt(best?.squared ?? NaN);
  const relative = scale > 0 ? distance / scale : distance;
  const finite = Number.isFinite(relative) && Number.isFinite(scale);
  return {
    a: a.name,
    b: b.name,
    shape: a.shape,
    relative: finite ? relative : null,
    norms: [Math.sqrt(squaredA), Math.sqrt(squaredB)],
    turned: best?.turned ?? false,
  };
}

/** Of two lists of values, or of one from 0. */
function squaredDistance(a: Float32Array, b: Float32Array | undefined, cancellation: Cancellation): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    if (k % BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const difference = a[k]! - (b === undefined ? 0 : b[k]!);
    sum += difference * difference;
  }
  return sum;
}

/** The values with axis k of the result being axis `order[k]` of the tensor. */
function turned({ shape, values }: Tensor, order: readonly number[]): Float32Array {
  const strides = new Array<number>(shape.length).fill(1);
  for (let k = shape.length - 2; k >= 0; k--) strides[k] = strides[k + 1]! * shape[k + 1]!;
  const sizes = order.map(axis => shape[axis]!);
  const steps = order.map(axis => strides[axis]!);
  const result = new Float32Array(values.length);
  const at = new Array<number>(order.length).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let k = order.length - 1; k >= 0; k--) {
      from += steps[k]!;
      if (++at[k]! < sizes[k]!) break;
      from -= steps[k]! * sizes[k]!;
      at[k] = 0;
    }
  }
  return result;
}
