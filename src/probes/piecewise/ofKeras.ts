import type { KerasModel, KerasStep } from '../../models/keras/kerasModel';
import { paddedWindow } from '../../models/units/samePadding';
import type { ImageLayout, Window2D } from './linearMap';
import { clip, exponentialLinear, hyperbolicTangent, rectifier, sigmoid, softplus } from './monotoneFunctions';
import { NotPiecewise, PiecewiseBuilder } from './piecewiseBuilder';
import type { MonotoneFunction, PiecewiseNetwork } from './piecewiseNetwork';

interface Held {
  readonly value: number;
  /** Without the batch. */
  readonly shape: readonly number[];
}

/** The network of Keras layers up to the scores of a tensor, as `piecewiseOfOnnx` is that of an ONNX graph. */
export function piecewiseOfKeras(
  model: KerasModel,
  rowShape: readonly number[],
  input: string,
  output: string,
): PiecewiseNetwork {
  return new KerasWalk(model, rowShape, input).to(output);
}

const LAST = /^(softmax|log_softmax|sigmoid)$/;

class KerasWalk {
  private readonly builder: PiecewiseBuilder;
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly model: KerasModel,
    private readonly rowShape: readonly number[],
    private readonly input: string,
  ) {
    this.builder = new PiecewiseBuilder(product(rowShape));
  }

  to(output: string): PiecewiseNetwork {
    const byOutput = new Map(this.model.steps.map(step => [step.output, step]));
    const needed = new Set<string>();
    const open = [output];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      open.push(...(byOutput.get(name)?.inputs ?? []));
    }
    for (const step of this.model.steps)
      if (needed.has(step.output)) this.held.set(step.output, this.step(step, step.output === output));
    const found = this.held.get(output);
    if (found === undefined) throw new NotPiecewise('its scores do not follow from its input alone');
    return this.builder.network(found.value);
  }

  private step(step: KerasStep, isLast: boolean): Held {
    const { settings } = step;
    if (settings.className === 'InputLayer') {
      if (step.name !== this.input) throw new NotPiecewise('it has several inputs');
      return { value: 0, shape: this.rowShape };
    }
    if (/float16|bfloat16|float64|mixed/.test(settings.function('dtype') ?? settings.text('dtype') ?? ''))
      throw new NotPiecewise('not all of it is computed in float32');
    const x = this.held.get(step.inputs[0] ?? '');
    if (x === undefined) throw new NotPiecewise('a value is computed in a way that is not followed here');
    const made = this.layer(step, x);
    const name = settings.className === 'Activation' || /^(Dense|Conv)/.test(settings.className) ? settings.function('activation') : undefined; // prettier-ignore
    const function_ = name ?? FUNCTION_LAYERS.get(settings.className);
    if (function_ === undefined || function_ === 'linear') return made;
    if (isLast && LAST.test(function_) && made.shape.length === 1) return made;
    return { value: this.builder.function(made.value, functionOf(function_, step)), shape: made.shape };
  }

  private layer(step: KerasStep, x: Held): Held {
    const { settings } = step;
    switch (settings.className) {
      case 'Dense': {
        const kernel = this.weight(step, 'kernel')!;
        const columns = x.shape.at(-1)!;
        const rows = kernel.length / columns;
        const positions = product(x.shape) / columns;
        const weights = transposed(kernel, columns, rows);
        const value = this.builder.dense(
          x.value,
          rows,
          columns,
          positions,
          weights,
          this.weight(step, 'bias'),
          step.name,
        );
        return { value, shape: [...x.shape.slice(0, -1), rows] };
      }
      case 'Conv1D':
      case 'Conv2D':
        return this.convolution(step, x, settings.className === 'Conv1D' ? 1 : 2);
      case 'BatchNormalization':
        return this.normalisation(step, x);
      case 'MaxPooling1D':
      case 'MaxPooling2D':
      case 'AveragePooling1D':
      case 'AveragePooling2D':
      case 'GlobalMaxPooling1D':
      case 'GlobalMaxPooling2D':
      case 'GlobalAveragePooling1D':
      case 'GlobalAveragePooling2D':
        return this.pooling(step, x);
      case 'Flatten':
        if (settings.channelsFirst && x.shape.length > 1) throw new NotPiecewise('channels come first');
        return { value: x.value, shape: [product(x.shape)] };
      case 'Reshape': {
        const shape = step.shape?.slice(1);
        if (shape?.every(dim => dim !== null) !== true || product(shape) !== product(x.shape))
          throw new NotPiecewise('a shape is computed in a way that is not followed here');
        return { value: x.value, shape };
      }
      case 'Add':
      case 'Subtract': {
        const others = step.inputs.slice(1).map(name => this.held.get(name));
        return others.reduce<Held>((sum, other) => {
          if (other === undefined || other.shape.join() !== sum.shape.join())
            throw new NotPiecewise('values of different shapes are added');
          return {
            value: this.builder.sum(sum.value, other.value, settings.className === 'Add' ? 1 : -1),
            shape: sum.shape,
          };
        }, x);
      }
      case 'Rescaling': {
        const [scale, offset] = [settings.get('scale'), settings.get('offset') ?? 0];
        if (typeof scale !== 'number' || typeof offset !== 'number')
          throw new NotPiecewise('channels are scaled apart');
        const size = product(x.shape);
        const shift = new Float64Array(size).fill(offset);
        return { value: this.builder.scale(x.value, new Float64Array(size).fill(scale), shift, shift.map(Math.abs), step.name), shape: x.shape }; // prettier-ignore
      }
      case 'Activation':
      case 'Dropout':
      case 'SpatialDropout1D':
      case 'SpatialDropout2D':
      case 'GaussianNoise':
      case 'GaussianDropout':
      case 'Identity':
        return x;
      default:
        if (FUNCTION_LAYERS.has(settings.className)) return x;
        throw new NotPiecewise(`the layer ${settings.className} is not followed here`);
    }
  }

  private convolution(step: KerasStep, x: Held, rank: 1 | 2): Held {
    const { settings } = step;
    const image = imageOf(x.shape, rank, settings.channelsFirst);
    const kernel = this.weight(step, 'kernel')!;
    const size = settings.kernel(rank);
    const groups = settings.number('groups', 1);
    const [read, taps] = [image.channels / groups, product(size)];
    const filters = kernel.length / (read * taps);
    // Keras: [rows, columns, channels of a group, filters].
    const weights = new Float64Array(kernel.length);
    for (let tap = 0; tap < taps; tap++)
      for (let c = 0; c < read; c++)
        for (let f = 0; f < filters; f++)
          weights[(f * read + c) * taps + tap] = kernel[(tap * read + c) * filters + f]!;
    const window = windowOf(
      step,
      size,
      settings.sizes('strides', rank, 1),
      settings.sizes('dilation_rate', rank, 1),
      image,
    );
    const { value, after } = this.builder.convolution(x.value, image, { filters, groups, window }, weights, this.weight(step, 'bias'), step.name); // prettier-ignore
    return { value, shape: shapeOf(after, rank) };
  }

  private normalisation(step: KerasStep, x: Held): Held {
    const { settings } = step;
    const axis = settings.get('axis');
    const place = typeof axis === 'number' ? axis : -1;
    if (place !== -1 && place !== x.shape.length) throw new NotPiecewise('a normalisation is not of the last axis');
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(role => this.weight(step, role)); // prettier-ignore
    if (mean === undefined || variance === undefined) throw new NotPiecewise('a normalisation has no statistics');
    const epsilon = settings.number('epsilon', 1e-3);
    const channels = x.shape.at(-1)!;
    const size = product(x.shape);
    const factor = new Float64Array(size);
    const shift = new Float64Array(size);
    const magnitude = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const c = k % channels;
      factor[k] = (gamma?.[c] ?? 1) / Math.sqrt(variance[c]! + epsilon);
      shift[k] = (beta?.[c] ?? 0) - factor[k]! * mean[c]!;
      magnitude[k] = Math.abs(beta?.[c] ?? 0) + Math.abs(factor[k]! * mean[c]!);
    }
    return { value: this.builder.scale(x.value, factor, shift, magnitude, step.name), shape: x.shape };
  }

  private pooling(step: KerasStep, x: Held): Held {
    const { settings } = step;
    const rank = settings.className.endsWith('1D') ? 1 : 2;
    const image = imageOf(x.shape, rank, settings.channelsFirst);
    const isGlobal = settings.className.startsWith('Global');
    const size = isGlobal
      ? rank === 1
        ? [image.width]
        : [image.height, image.width]
      : settings.sizes('pool_size', rank, 2);
    const strides = isGlobal || !settings.has('strides') ? size : settings.sizes('strides', rank, 1);
    const window = windowOf(step, size, strides, size.map(() => 1), image); // prettier-ignore
    const { value, after } = settings.className.includes('Max')
      ? this.builder.maximum(x.value, image, window)
      : this.builder.average(x.value, image, window, false);
    const keeps = settings.flag('keepdims', false);
    return { value, shape: isGlobal && !keeps ? [after.channels] : shapeOf(after, rank) };
  }

  private weight(step: KerasStep, role: string): Float64Array | undefined {
    const found = (this.model.weights.get(step.layer.name) ?? []).find(one => one.role === role);
    if (found === undefined) {
      if (role === 'kernel') throw new NotPiecewise(`the weights of ${step.name} are not known`);
      return undefined;
    }
    if (found.info.type !== 'float32') throw new NotPiecewise('not all of its weights are of float32');
    return Float64Array.from(this.model.readWeight(found.info.name).values);
  }
}

/** Layers that are a function. */
const FUNCTION_LAYERS: ReadonlyMap<string, string> = new Map([
  ['ReLU', 'relu'],
  ['LeakyReLU', 'leaky_relu'],
  ['Softmax', 'softmax'],
  ['ELU', 'elu'],
]);

function functionOf(name: string, { settings }: KerasStep): MonotoneFunction {
  switch (name) {
    case 'relu': {
      const top = settings.get('max_value');
      const isPlain = settings.number('threshold', 0) === 0 && settings.number('negative_slope', 0) === 0;
      if (!isPlain) throw new NotPiecewise('a ReLU has a threshold or slope');
      return typeof top === 'number' ? clip(0, top) : rectifier(0);
    }
    case 'relu6':
      return clip(0, 6);
    case 'leaky_relu': {
      const slope = settings.number(
        'negative_slope',
        settings.number('alpha', settings.className === 'LeakyReLU' ? 0.3 : 0.2),
      );
      if (!(slope >= 0 && slope <= 1)) throw new NotPiecewise('a leaky ReLU has a slope beyond 0 to 1');
      return rectifier(slope);
    }
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return hyperbolicTangent;
    case 'softplus':
      return softplus;
    case 'elu':
      if (settings.number('alpha', 1) !== 1) throw new NotPiecewise('an ELU is scaled');
      return exponentialLinear;
    default:
      throw new NotPiecewise(`the function ${name} is not followed here`);
  }
}

function product(dims: readonly (number | null)[]): number {
  return dims.reduce<number>((a, b) => a * (b ?? 0), 1);
}

function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}

/** Channels last; a sequence is an image of one row. */
function imageOf(shape: readonly number[], rank: 1 | 2, channelsFirst: boolean): ImageLayout {
  if (channelsFirst) throw new NotPiecewise('channels come first');
  if (shape.length !== rank + 1) throw new NotPiecewise('its images are not of one or two axes');
  return rank === 1
    ? { channels: shape[1]!, height: 1, width: shape[0]!, channelsLast: true }
    : { channels: shape[2]!, height: shape[0]!, width: shape[1]!, channelsLast: true };
}

function shapeOf({ channels, height, width }: ImageLayout, rank: 1 | 2): readonly number[] {
  return rank === 1 ? [width, channels] : [height, width, channels];
}

function windowOf(
  { settings }: KerasStep,
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  image: ImageLayout,
): Window2D {
  const sizes = kernel.length === 1 ? [image.width] : [image.height, image.width];
  const padding = settings.className.startsWith('Global') ? 'valid' : settings.padding;
  const found = paddedWindow(kernel, strides, dilations, padding, sizes, false);
  if (found === undefined) throw new NotPiecewise('a padding depends on sizes that are not known');
  const pair = (values: readonly number[], one: number): readonly [number, number] =>
    values.length === 1 ? [one, values[0]!] : [values[0]!, values[1]!];
  return {
    kernel: pair(found.kernel, 1),
    strides: pair(found.strides, 1),
    dilations: pair(found.dilations, 1),
    padsBefore: pair(found.padsBefore, 0),
    padsAfter: pair(found.padsAfter, 0),
  };
}
