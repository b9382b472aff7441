import type { LinearMap, Windows } from './linearMap';

/** A function of one number that never falls. */
export interface MonotoneFunction {
  readonly name: string;
  of(x: number): number;
  /** Its slope, or one of its slopes where it has a corner. */
  slope(x: number): number;
  /** The least and the largest slope on [low, high]; `undefined` where the function is not piecewise linear, so that nothing is proved with it. */
  readonly slopes: ((low: number, high: number) => readonly [number, number]) | undefined;
}

/** One step of a network: reads values that were made before, and makes values. */
export type PiecewiseStep =
  | {
      readonly kind: 'linear';
      readonly input: number;
      readonly output: number;
      readonly name: string;
      readonly map: LinearMap;
      readonly weights: Float64Array;
      readonly magnitudes: Float64Array;
      /** One an output; what it is the sum of may cancel, so that its own magnitude says too little of rounding. */
      readonly bias: Float64Array;
      readonly biasMagnitude: Float64Array;
    }
  | { readonly kind: 'function'; readonly input: number; readonly output: number; readonly function: MonotoneFunction }
  | { readonly kind: 'maximum'; readonly input: number; readonly output: number; readonly windows: Windows }
  | {
      readonly kind: 'sum';
      readonly inputs: readonly [number, number];
      readonly output: number;
      readonly sign: 1 | -1;
    };

/**
 * A network of one row as steps of linear maps, functions of one number, maxima and sums, so that its gradients and what bounds it can be computed here. Values are numbered: 0 is the
 * input, `output` the scores before a last softmax or sigmoid.
 */
export interface PiecewiseNetwork {
  /** Of each value, in numbers. */
  readonly sizes: readonly number[];
  readonly steps: readonly PiecewiseStep[];
  readonly output: number;
  /** Multiplications of one pass. */
  readonly cost: number;
  /** Whether all functions are piecewise linear, so that bounds can be proved. */
  readonly provable: boolean;
}

/** Memory for one row, which passes use again. */
export class PiecewisePass {
  private readonly values: readonly Float64Array[];
  private readonly slopes: readonly Float64Array[];

  constructor(readonly network: PiecewiseNetwork) {
    this.values = network.sizes.map(size => new Float64Array(size));
    this.slopes = network.sizes.map(size => new Float64Array(size));
  }

  /** The scores of a row; valid until the next pass. */
  forward(row: ArrayLike<number>): Float64Array {
    const { values, network } = this;
    values[0]!.set(row);
    for (const step of network.steps) {
      const y = values[step.output]!;
      switch (step.kind) {
        case 'linear':
          y.set(step.bias);
          step.map.apply(step.weights, values[step.input]!, y);
          break;
        case 'function': {
          const x = values[step.input]!;
          for (let k = 0; k < x.length; k++) y[k] = step.function.of(x[k]!);
          break;
        }
        case 'maximum':
          eachWindow(
            step.windows,
            (k, from, to) => (y[k] = values[step.input]![largest(values[step.input]!, step.windows, from, to)]!),
          );
          break;
        case 'sum': {
          const [a, b] = step.inputs;
          for (let k = 0; k < y.length; k++) y[k] = values[a]![k]! + step.sign * values[b]![k]!;
        }
      }
    }
    return values[network.output]!;
  }

  /** A value of the last forward pass. */
  value(index: number): Float64Array {
    return this.values[index]!;
  }

  /** The gradient, with respect to the row of the last forward pass, of Σ seed · score; valid until the next. */
  backward(seed: ArrayLike<number>): Float64Array {
    const { values, slopes, network } = this;
    for (const slope of slopes) slope.fill(0);
    slopes[network.output]!.set(seed);
    for (const step of network.steps.toReversed()) {
      const y = slopes[step.output]!;
      switch (step.kind) {
        case 'linear':
          step.map.transpose(step.weights, y, slopes[step.input]!);
          break;
        case 'function': {
          const [x, to] = [values[step.input]!, slopes[step.input]!];
          for (let k = 0; k < x.length; k++) if (y[k] !== 0) to[k] = to[k]! + y[k]! * step.function.slope(x[k]!);
          break;
        }
        case 'maximum': {
          const [x, to] = [values[step.input]!, slopes[step.input]!];
          eachWindow(step.windows, (k, from, end) => {
            const place = largest(x, step.windows, from, end);
            to[place] = to[place]! + y[k]!;
          });
          break;
        }
        case 'sum': {
          const [a, b] = step.inputs;
          for (let k = 0; k < y.length; k++) {
            slopes[a]![k] = slopes[a]![k]! + y[k]!;
            slopes[b]![k] = slopes[b]![k]! + step.sign * y[k]!;
          }
        }
      }
    }
    return slopes[0]!;
  }
}

export function eachWindow({ start }: Windows, use: (output: number, from: number, to: number) => void): void {
  for (let k = 0; k + 1 < start.length; k++) use(k, start[k]!, start[k + 1]!);
}

function largest(x: Float64Array, { places }: Windows, from: number, to: number): number {
  let best = places[from]!;
  for (let p = from + 1; p < to; p++) if (x[places[p]!]! > x[best]!) best = places[p]!;
  return best;
}
