import type { Shape } from '../model';
import { asInteger, asList, isList } from '../json';
import type { LayerSettings } from './settings';

type Dimension = number | null;
type Rule = (settings: LayerSettings, inputs: readonly (Shape | undefined)[]) => Shape | undefined;

const MAX_DIMENSION = Number.MAX_SAFE_INTEGER;

/**
 * The shape of a layer's (first) output, `null` for a free dimension; `undefined` where it cannot be told: for other classes, and where
 * inputs do not fit.
 */
export function outputShape(settings: LayerSettings, inputs: readonly (Shape | undefined)[]): Shape | undefined {
  const shape = RULES.get(settings.className)?.(settings, inputs);
  const sound = shape?.every(dim => dim === null || (dim >= 0 && dim <= MAX_DIMENSION && Number.isInteger(dim)));
  return sound === true ? shape : undefined;
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...[
    'Activation',
    'ReLU',
    'LeakyReLU',
    'ELU',
    'PReLU',
    'ThresholdedReLU',
    'Softmax',
    'Dropout',
    'SpatialDropout1D',
    'SpatialDropout2D',
    'SpatialDropout3D',
    'GaussianNoise',
    'GaussianDropout',
    'AlphaDropout',
    'ActivityRegularization',
    'Masking',
    'BatchNormalization',
    'SyncBatchNormalization',
    'LayerNormalization',
    'GroupNormalization',
    'RMSNormalization',
    'UnitNormalization',
    'SpectralNormalization',
    'Normalization',
    'Rescaling',
    'Identity',
  ].map((name): [string, Rule] => [name, same]),
  ...['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'].map((name): [string, Rule] => [name, broadcast]),
  ...['Relu', 'Sigmoid', 'Tanh', 'Gelu', 'Silu', 'Exp', 'Log', 'Sqrt', 'Square', 'Negative', 'Absolute'].map(
    (name): [string, Rule] => [name, same],
  ),
  ['True_divide', broadcast],
  ['TrueDivide', broadcast],
  ['Divide', broadcast],
  [
    'Dense',
    (settings, [input]) => (input === undefined ? undefined : [...input.slice(0, -1), settings.integer('units') ?? -1]),
  ],
  ['Conv1D', (settings, [input]) => convolved(settings, input, 1)],
  ['Conv2D', (settings, [input]) => convolved(settings, input, 2)],
  ['Conv3D', (settings, [input]) => convolved(settings, input, 3)],
  ['SeparableConv1D', (settings, [input]) => convolved(settings, input, 1)],
  ['SeparableConv2D', (settings, [input]) => convolved(settings, input, 2)],
  ['DepthwiseConv1D', (settings, [input]) => convolved(settings, input, 1, multiplied(settings))],
  ['DepthwiseConv2D', (settings, [input]) => convolved(settings, input, 2, multiplied(settings))],
  ['Conv1DTranspose', (settings, [input]) => transposed(settings, input, 1)],
  ['Conv2DTranspose', (settings, [input]) => transposed(settings, input, 2)],
  ['Conv3DTranspose', (settings, [input]) => transposed(settings, input, 3)],
  ...[1, 2, 3].flatMap((count): [string, Rule][] => [
    [`MaxPooling${count}D`, (settings, [input]) => pooled(settings, input, count)],
    [`AveragePooling${count}D`, (settings, [input]) => pooled(settings, input, count)],
    [`GlobalMaxPooling${count}D`, (settings, [input]) => pooledAway(settings, input, count)],
    [`GlobalAveragePooling${count}D`, (settings, [input]) => pooledAway(settings, input, count)],
    [`UpSampling${count}D`, (settings, [input]) => scaled(settings, input, count)],
    [`ZeroPadding${count}D`, (settings, [input]) => framed(settings, input, count, 'padding', 1)],
    [`Cropping${count}D`, (settings, [input]) => framed(settings, input, count, 'cropping', -1)],
  ]),
  ['Flatten', (_, [input]) => (input === undefined ? undefined : [input[0] ?? null, total(input.slice(1))])],
  ['Reshape', reshaped],
  ['Permute', permuted],
  [
    'RepeatVector',
    (settings, [input]) => (input?.length === 2 ? [input[0]!, settings.integer('n') ?? -1, input[1]!] : undefined),
  ],
  [
    'Embedding',
    (settings, [input]) => (input === undefined ? undefined : [...input, settings.integer('output_dim') ?? -1]),
  ],
  ...['SimpleRNN', 'LSTM', 'GRU', 'CuDNNLSTM', 'CuDNNGRU'].map((name): [string, Rule] => [name, recurrent]),
  ['Bidirectional', bidirectional],
  ['TimeDistributed', timeDistributed],
  ['Concatenate', concatenated],
  ['MultiHeadAttention', attended],
  [
    'Attention',
    (_, [query, value]) =>
      query === undefined || value === undefined ? undefined : [...query.slice(0, -1), value.at(-1)!],
  ],
  [
    'AdditiveAttention',
    (_, [query, value]) =>
      query === undefined || value === undefined ? undefined : [...query.slice(0, -1), value.at(-1)!],
  ],
]);

function same(_: LayerSettings, [input]: readonly (Shape | undefined)[]): Shape | undefined {
  return input;
}

/** As numpy: shorter shapes grow at the front, lengths of 1 along the axis. */
function broadcast(_: LayerSettings, inputs: readonly (Shape | undefined)[]): Shape | undefined {
  let shape: Shape | undefined = inputs[0];
  for (const other of inputs.slice(1)) {
    if (shape === undefined || other === undefined) return undefined;
    const [longer, shorter]: readonly [Shape, Shape] = shape.length < other.length ? [other, shape] : [shape, other];
    const offset = longer.length - shorter.length;
    shape = longer.map((dim, axis) => (dim === 1 && axis >= offset ? shorter[axis - offset]! : dim));
  }
  return shape;
}

/** Where the positions are among the axes, and where the channels. */
export function axesOf(
  settings: LayerSettings,
  rank: number,
): { readonly positions: readonly number[]; readonly channel: number } {
  const first = settings.channelsFirst;
  return { positions: Array.from({ length: rank - 2 }, (_, i) => i + (first ? 2 : 1)), channel: first ? 1 : rank - 1 };
}

function convolved(
  settings: LayerSettings,
  input: Shape | undefined,
  count: number,
  channels: (from: Dimension) => Dimension = () => settings.integer('filters') ?? null,
): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions, channel } = axesOf(settings, input.length);
  const kernel = settings.kernel(count);
  const strides = settings.sizes('strides', count, 1);
  const dilation = settings.sizes('dilation_rate', count, 1);
  const shape = [...input];
  positions.forEach((axis, i) => {
    shape[axis] = slid(input[axis]!, (kernel[i]! - 1) * dilation[i]! + 1, strides[i]!, settings.padding);
  });
  shape[channel] = channels(input[channel]!);
  return shape;
}

/** The channels of a depthwise convolution: those of its input, each several times. */
function multiplied(settings: LayerSettings): (from: Dimension) => Dimension {
  return from => times(from, settings.number('depth_multiplier', 1));
}

function slid(length: Dimension, window: number, stride: number, padding: string): Dimension {
  if (length === null || stride < 1) return null;
  return padding === 'same' || padding === 'causal'
    ? Math.ceil(length / stride)
    : Math.floor((length - window) / stride) + 1;
}

function transposed(settings: LayerSettings, input: Shape | undefined, count: number): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions, channel } = axesOf(settings, input.length);
  const kernel = settings.kernel(count);
  const strides = settings.sizes('strides', count, 1);
  const dilation = settings.sizes('dilation_rate', count, 1);
  const extra = settings.has('output_padding') ? settings.sizes('output_padding', count, 0) : undefined;
  const shape = [...input];
  positions.forEach((axis, i) => {
    const length = input[axis]!;
    const window = (kernel[i]! - 1) * dilation[i]! + 1;
    if (length === null) shape[axis] = null;
    else if (extra !== undefined) {
      const pad = settings.padding === 'same' ? Math.floor(window / 2) : 0;
      shape[axis] = (length - 1) * strides[i]! + window - 2 * pad + extra[i]!;
    } else
      shape[axis] =
        settings.padding === 'same' ? length * strides[i]! : length * strides[i]! + Math.max(window - strides[i]!, 0);
  });
  shape[channel] = settings.integer('filters') ?? null;
  return shape;
}

function pooled(settings: LayerSettings, input: Shape | undefined, count: number): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions } = axesOf(settings, input.length);
  const window = settings.sizes('pool_size', count, 2);
  const strides = settings.has('strides') ? settings.sizes('strides', count, 1) : window;
  const shape = [...input];
  positions.forEach((axis, i) => {
    shape[axis] = slid(input[axis]!, window[i]!, strides[i]!, settings.padding);
  });
  return shape;
}

function pooledAway(settings: LayerSettings, input: Shape | undefined, count: number): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions, channel } = axesOf(settings, input.length);
  if (!settings.flag('keepdims', false)) return [input[0]!, input[channel]!];
  return input.map((dim, axis) => (positions.includes(axis) ? 1 : dim));
}

function scaled(settings: LayerSettings, input: Shape | undefined, count: number): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions } = axesOf(settings, input.length);
  const factors = settings.sizes(count === 1 && settings.has('length') ? 'length' : 'size', count, 2);
  const shape = [...input];
  positions.forEach((axis, i) => {
    shape[axis] = times(input[axis]!, factors[i]!);
  });
  return shape;
}

/** Pairs of widths before and after each axis: from one number, one an axis, or pairs. */
export function frameOf(settings: LayerSettings, key: string, count: number): readonly (readonly [number, number])[] {
  const value = settings.get(key);
  const list = asList(value);
  const flat = list.map(item => asInteger(item));
  if (count === 1 && flat.length === 2) return [[flat[0] ?? 0, flat[1] ?? 0]];
  return Array.from({ length: count }, (_, axis): [number, number] => {
    const item = isList(value) ? list[axis] : value;
    const single = asInteger(item);
    if (single !== undefined) return [single, single];
    const [before, after] = asList(item);
    const missing = key === 'padding' && value === undefined ? 1 : 0;
    return [asInteger(before) ?? missing, asInteger(after) ?? missing];
  });
}

function framed(
  settings: LayerSettings,
  input: Shape | undefined,
  count: number,
  key: string,
  sign: 1 | -1,
): Shape | undefined {
  if (input?.length !== count + 2) return undefined;
  const { positions } = axesOf(settings, input.length);
  const frame = frameOf(settings, key, count);
  const shape = [...input];
  positions.forEach((axis, i) => {
    const length = input[axis]!;
    shape[axis] = length === null ? null : length + sign * (frame[i]![0] + frame[i]![1]);
  });
  return shape;
}

function reshaped(settings: LayerSettings, [input]: readonly (Shape | undefined)[]): Shape | undefined {
  const target = asList(settings.get('target_shape')).map(item => asInteger(item) ?? -1);
  if (input === undefined) return undefined;
  const size = total(input.slice(1));
  const known = target.filter(dim => dim >= 0).reduce((a, b) => a * b, 1);
  const rest = size === null || known === 0 || size % known !== 0 ? null : size / known;
  return [input[0] ?? null, ...target.map(dim => (dim < 0 ? rest : dim))];
}

function permuted(settings: LayerSettings, [input]: readonly (Shape | undefined)[]): Shape | undefined {
  const order = asList(settings.get('dims')).map(item => asInteger(item) ?? 0);
  if (input === undefined || order.some(axis => axis < 1 || axis >= input.length)) return undefined;
  return [input[0]!, ...order.map(axis => input[axis]!)];
}

function recurrent(settings: LayerSettings, [input]: readonly (Shape | undefined)[]): Shape | undefined {
  if (input?.length !== 3) return undefined;
  const units = settings.integer('units') ?? null;
  return settings.flag('return_sequences', false) ? [input[0]!, input[1]!, units] : [input[0]!, units];
}

function bidirectional(settings: LayerSettings, inputs: readonly (Shape | undefined)[]): Shape | undefined {
  const inner = settings.inner();
  const shape = inner === undefined ? undefined : outputShape(inner, inputs);
  if (shape === undefined) return undefined;
  const merge = settings.text('merge_mode') ?? 'concat';
  return merge === 'concat' ? [...shape.slice(0, -1), times(shape.at(-1)!, 2)] : shape;
}

function timeDistributed(settings: LayerSettings, [input]: readonly (Shape | undefined)[]): Shape | undefined {
  const inner = settings.inner();
  if (inner === undefined || input === undefined || input.length < 3) return undefined;
  const shape = outputShape(inner, [[input[0]!, ...input.slice(2)]]);
  return shape === undefined ? undefined : [shape[0]!, input[1]!, ...shape.slice(1)];
}

function concatenated(settings: LayerSettings, inputs: readonly (Shape | undefined)[]): Shape | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  const said = settings.integer('axis') ?? -1;
  const axis = said < 0 ? said + first.length : said;
  if (inputs.some(input => input?.length !== first.length) || axis < 0 || axis >= first.length) return undefined;
  return first.map((dim, at) =>
    at === axis
      ? inputs.reduce((sum: Dimension, input) => (sum === null || input![at]! === null ? null : sum + input![at]!), 0)
      : dim,
  );
}

function attended(settings: LayerSettings, [query]: readonly (Shape | undefined)[]): Shape | undefined {
  if (query === undefined) return undefined;
  const said = settings.get('output_shape');
  const width = asInteger(said) ?? asInteger(asList(said)[0]);
  return width === undefined ? query : [...query.slice(0, -1), width];
}

function times(dim: Dimension, factor: number): Dimension {
  return dim === null ? null : dim * factor;
}

function total(shape: Shape): Dimension {
  return shape.reduce((product: Dimension, dim) => (product === null || dim === null ? null : product * dim), 1);
}
