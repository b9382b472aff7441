import { ConvolutionMap, DenseMap, poolingWindows, ScaleMap, windowPositions, WindowMap, windowsOf, type ImageLayout, type LinearMap, type Window2D } from './linearMap'; // prettier-ignore
import type { MonotoneFunction, PiecewiseNetwork, PiecewiseStep } from './piecewiseNetwork';

/** Why a network is no such one, as a sentence part. */
export class NotPiecewise extends Error {}

/** More values or weights than this are left to the runtime. */
const MOST_VALUES = 2 ** 24;

/** Puts a network together, step by step. Weights are handed over. */
export class PiecewiseBuilder {
  private readonly sizes: number[];
  private readonly steps: PiecewiseStep[] = [];
  private taken = 0;

  constructor(inputs: number) {
    this.sizes = [inputs];
  }

  dense(
    input: number,
    rows: number,
    columns: number,
    positions: number,
    weights: Float64Array,
    bias: Float64Array | undefined,
    name: string,
  ): number {
    const map = new DenseMap(rows, columns, positions);
    return this.linear(input, map, weights, bias && repeated(bias, positions), undefined, name);
  }

  /** `weights` are [filters, channels of a group, rows, columns]. */
  convolution(
    input: number,
    image: ImageLayout,
    { filters, groups, window }: { readonly filters: number; readonly groups: number; readonly window: Window2D },
    weights: Float64Array,
    bias: Float64Array | undefined,
    name: string,
  ): { readonly value: number; readonly after: ImageLayout } {
    const [height, width] = windowPositions(image, window);
    this.take(groups * height * width * (weights.length / filters));
    const map = new ConvolutionMap(image, filters, groups, window);
    const spread = bias && Float64Array.from({ length: map.outputs }, (_, k) => bias[channelOf(k, map.after)]!);
    return { value: this.linear(input, map, weights, spread, undefined, name), after: map.after };
  }

  /** factor · x + shift, one of each a value. `magnitude` bounds what the shift is the sum of. */
  scale(input: number, factor: Float64Array, shift: Float64Array, magnitude: Float64Array, name: string): number {
    return this.linear(input, new ScaleMap(this.sizes[input]!), factor, shift, magnitude, name);
  }

  /** Means over windows, padding counted where said. */
  average(
    input: number,
    image: ImageLayout,
    window: Window2D,
    countsPadding: boolean,
  ): { readonly value: number; readonly after: ImageLayout } {
    const { windows, after } = poolingWindows(image, window);
    const all = window.kernel[0] * window.kernel[1];
    const map = new WindowMap(this.sizes[input]!, windows);
    const weights = Float64Array.from(
      { length: map.outputs },
      (_, k) => 1 / (countsPadding ? all : windows.start[k + 1]! - windows.start[k]!),
    );
    return { value: this.linear(input, map, weights, undefined, undefined, 'average'), after };
  }

  maximum(
    input: number,
    image: ImageLayout,
    window: Window2D,
  ): { readonly value: number; readonly after: ImageLayout } {
    const { windows, after } = poolingWindows(image, window);
    if (windows.start.some((from, k) => k > 0 && from === windows.start[k - 1]))
      throw new NotPiecewise('a pooling has windows of padding alone');
    const output = this.value(windows.start.length - 1);
    this.steps.push({ kind: 'maximum', input, output, windows });
    return { value: output, after };
  }

  /** Value k of the result is value `order[k]`. */
  reordered(input: number, order: ArrayLike<number>): number {
    const map = new WindowMap(this.sizes[input]!, windowsOf(Array.from(order, place => [place])));
    return this.linear(input, map, new Float64Array(order.length).fill(1), undefined, undefined, 'order');
  }

  function(input: number, given: MonotoneFunction): number {
    const output = this.value(this.sizes[input]!);
    this.steps.push({ kind: 'function', input, output, function: given });
    return output;
  }

  sum(a: number, b: number, sign: 1 | -1): number {
    const output = this.value(this.sizes[a]!);
    this.steps.push({ kind: 'sum', inputs: [a, b], output, sign });
    return output;
  }

  network(output: number): PiecewiseNetwork {
    const cost = this.steps.reduce((sum, step) => sum + (step.kind === 'linear' ? step.map.cost : this.sizes[step.output]!), 0); // prettier-ignore
    const provable = this.steps.every(step => step.kind !== 'function' || step.function.slopes !== undefined);
    return { sizes: this.sizes, steps: this.steps, output, cost, provable };
  }

  private linear(
    input: number,
    map: LinearMap,
    weights: Float64Array,
    bias: Float64Array | undefined,
    magnitude: Float64Array | undefined,
    name: string,
  ): number {
    if (map.inputs !== this.sizes[input]) throw new NotPiecewise(`${name} does not take the values that it is given`);
    if (weights.some(value => !Number.isFinite(value)))
      throw new NotPiecewise(`${name} has weights that are not finite`);
    const output = this.value(map.outputs);
    this.take(weights.length);
    const own = bias ?? new Float64Array(map.outputs);
    this.steps.push({
      kind: 'linear',
      input,
      output,
      name,
      map,
      weights,
      magnitudes: weights.map(Math.abs),
      bias: own,
      biasMagnitude: magnitude ?? own.map(Math.abs),
    });
    return output;
  }

  private value(size: number): number {
    this.take(size);
    return this.sizes.push(size) - 1;
  }

  /** Before anything is allocated. */
  private take(numbers: number): void {
    this.taken += numbers;
    if (!(numbers > 0) || this.taken > MOST_VALUES) throw new NotPiecewise('it is too large to be followed here');
  }
}

/** The channel that a value belongs to. */
export function channelOf(place: number, { channels, height, width, channelsLast }: ImageLayout): number {
  return channelsLast ? place % channels : Math.floor(place / (height * width));
}

function repeated(values: Float64Array, times: number): Float64Array {
  const all = new Float64Array(values.length * times);
  for (let k = 0; k < times; k++) all.set(values, k * values.length);
  return all;
}
