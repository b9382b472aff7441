import { Random } from '../../base/random';
import type { WeightTensor } from '../../probes/onnx/networkWeights';

export type DirectionKind = 'filter' | 'raw';

/** Normal numbers, as many as there are weights. */
export function normalDirection(size: number, seed: number, stream: string): Float32Array<SharedArrayBuffer> {
  const random = new Random(seed, stream);
  const direction = new Float32Array(new SharedArrayBuffer(4 * size));
  for (let k = 0; k < size; k++) direction[k] = random.normal();
  return direction;
}

/** Gives every unit or filter of a direction the norm that it has in the weights: d · ‖w‖ ÷ (‖d‖ + 1e-10); zero for vectors (biases, scales). Li, Xu, Taylor, Studer, Goldstein 2018, §4. */
export function normaliseFilters(
  direction: Float32Array,
  weights: Float32Array,
  tensors: readonly WeightTensor[],
): void {
  for (const { shape, from, size, unitAxis } of tensors) {
    if (shape.length < 2) {
      direction.fill(0, from, from + size);
      continue;
    }
    const units = shape[unitAxis]!;
    const inner = shape.slice(unitAxis + 1).reduce((product, length) => product * length, 1);
    const [own, wanted] = [new Float64Array(units), new Float64Array(units)];
    const unitOf = (k: number) => Math.floor(k / inner) % units;
    for (let k = 0; k < size; k++) {
      const unit = unitOf(k);
      own[unit] = own[unit]! + direction[from + k]! ** 2;
      wanted[unit] = wanted[unit]! + weights[from + k]! ** 2;
    }
    for (let k = 0; k < size; k++) {
      const unit = unitOf(k);
      direction[from + k] = (direction[from + k]! * Math.sqrt(wanted[unit]!)) / (Math.sqrt(own[unit]!) + 1e-10);
    }
  }
}

/** A random direction as it is drawn, or with the norms of the weights' own filters. */
export function randomDirection(
  kind: DirectionKind,
  weights: Float32Array,
  tensors: readonly WeightTensor[],
  seed: number,
  stream: string,
): Float32Array<SharedArrayBuffer> {
  const direction = normalDirection(weights.length, seed, stream);
  if (kind === 'filter') normaliseFilters(direction, weights, tensors);
  return direction;
}

export function difference(to: Float32Array, from: Float32Array): Float32Array<SharedArrayBuffer> {
  const result = new Float32Array(new SharedArrayBuffer(4 * to.length));
  for (let k = 0; k < to.length; k++) result[k] = to[k]! - from[k]!;
  return result;
}

export function norm(direction: Float32Array): number {
  let sum = 0;
  for (const value of direction) sum += value * value;
  return Math.sqrt(sum);
}
