import type { Shape } from '../model';
import { asInteger, asList, isList } from '../json';
import { axesOf } from './layerShapes';
import type { LayerSettings } from './settings';

/** A variable that a layer of some class has. */
export interface Variable {
  readonly name: string;
  /** `null` for a length that is not known. */
  readonly shape: Shape | undefined;
  /** Whether training changes it: running statistics are not. */
  readonly trained: boolean;
}

/**
 * The variables of a layer in the order in which every version of Keras keeps them, trained ones first; `undefined` for classes that are
 * not known here. `input` is the shape of what the layer reads.
 */
export function variablesOf(settings: LayerSettings, input: Shape | undefined): readonly Variable[] | undefined {
  const { className } = settings;
  if (WITHOUT.has(className)) return [];
  return RULES.get(className)?.(settings, input);
}

type Rule = (settings: LayerSettings, input: Shape | undefined) => readonly Variable[] | undefined;
type Dimension = number | null;

const WITHOUT = new Set([
  ...'InputLayer Activation ReLU LeakyReLU ELU ThresholdedReLU Softmax Dropout GaussianNoise GaussianDropout AlphaDropout'.split(
    ' ',
  ),
  ...'ActivityRegularization Masking Flatten Reshape Permute RepeatVector Add Subtract Multiply Average Maximum Minimum'.split(
    ' ',
  ),
  ...'Concatenate Dot Rescaling Resizing CenterCrop UnitNormalization Identity Hashing CategoryEncoding'.split(' '),
  ...[1, 2, 3].flatMap(count =>
    'SpatialDropout MaxPooling AveragePooling GlobalMaxPooling GlobalAveragePooling UpSampling ZeroPadding Cropping'
      .split(' ')
      .map(name => `${name}${count}D`),
  ),
]);

function trained(name: string, shape: Shape | undefined): Variable {
  return { name, shape, trained: true };
}

function statistic(name: string, shape: Shape | undefined): Variable {
  return { name, shape, trained: false };
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'Dense',
    (settings, input) => withBias(settings, [trained('kernel', [last(input), units(settings)])], units(settings)),
  ],
  ...[1, 2, 3].flatMap((count): [string, Rule][] => [
    [`Conv${count}D`, (settings, input) => convolution(settings, input, count)],
    [`Conv${count}DTranspose`, (settings, input) => convolution(settings, input, count, true)],
    [`DepthwiseConv${count}D`, (settings, input) => depthwise(settings, input, count)],
    [`SeparableConv${count}D`, (settings, input) => separable(settings, input, count)],
  ]),
  ['BatchNormalization', batchNormalization],
  ['SyncBatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
  [
    'GroupNormalization',
    (settings, input) => scaleAndCentre(settings, [input?.at(settings.integer('axis') ?? -1) ?? null]),
  ],
  ['RMSNormalization', (settings, input) => [trained('scale', [input?.at(settings.integer('axis') ?? -1) ?? null])]],
  [
    'Embedding',
    settings => [
      trained('embeddings', [settings.integer('input_dim') ?? null, settings.integer('output_dim') ?? null]),
    ],
  ],
  ['PReLU', slopes],
  ['SimpleRNN', (settings, input) => recurrent(settings, input, 1)],
  ['LSTM', (settings, input) => recurrent(settings, input, 4)],
  ['GRU', (settings, input) => recurrent(settings, input, 3, settings.flag('reset_after', false) ? 2 : undefined)],
  // The implementation for GPUs has two biases; their sum is that of the others.
  [
    'CuDNNLSTM',
    (settings, input) =>
      recurrent(settings, input, 4).map(one =>
        one.name === 'bias' ? trained('bias', [times(units(settings), 8)]) : one,
      ),
  ],
  [
    'CuDNNGRU',
    (settings, input) =>
      recurrent(settings, input, 3).map(one =>
        one.name === 'bias' ? trained('bias', [times(units(settings), 6)]) : one,
      ),
  ],
  ['Bidirectional', bidirectional],
  [
    'TimeDistributed',
    (settings, input) => {
      const inner = settings.inner();
      return inner === undefined
        ? undefined
        : variablesOf(inner, input === undefined ? undefined : [input[0] ?? null, ...input.slice(2)]);
    },
  ],
  ['MultiHeadAttention', multiHeadAttention],
  ['Normalization', () => [statistic('mean', undefined), statistic('variance', undefined), statistic('count', [])]],
  ['Attention', settings => (settings.flag('use_scale', false) ? [trained('scale', [])] : [])],
  [
    'AdditiveAttention',
    (settings, input) => (settings.flag('use_scale', true) ? [trained('scale', [last(input)])] : []),
  ],
]);

function last(input: Shape | undefined): Dimension {
  return input?.at(-1) ?? null;
}

function units(settings: LayerSettings): Dimension {
  return settings.integer('units') ?? null;
}

function times(dim: Dimension, factor: number): Dimension {
  return dim === null ? null : dim * factor;
}

function withBias(settings: LayerSettings, kernels: readonly Variable[], width: Dimension): Variable[] {
  return [...kernels, ...(settings.flag('use_bias', true) ? [trained('bias', [width])] : [])];
}

function channels(settings: LayerSettings, input: Shape | undefined): Dimension {
  return input === undefined ? null : (input[axesOf(settings, input.length).channel] ?? null);
}

function convolution(settings: LayerSettings, input: Shape | undefined, count: number, transposed = false): Variable[] {
  const filters = settings.integer('filters') ?? null;
  const from = channels(settings, input);
  const groups = settings.number('groups', 1);
  const perGroup = from === null ? null : from / groups;
  const shape = [...settings.kernel(count), ...(transposed ? [filters, from] : [perGroup, filters])];
  return withBias(settings, [trained('kernel', shape)], filters);
}

function depthwise(settings: LayerSettings, input: Shape | undefined, count: number): Variable[] {
  const from = channels(settings, input);
  const multiplier = settings.number('depth_multiplier', 1);
  return withBias(
    settings,
    [trained('depthwise_kernel', [...settings.kernel(count), from, multiplier])],
    times(from, multiplier),
  );
}

function separable(settings: LayerSettings, input: Shape | undefined, count: number): Variable[] {
  const from = channels(settings, input);
  const filters = settings.integer('filters') ?? null;
  const multiplier = settings.number('depth_multiplier', 1);
  return withBias(
    settings,
    [
      trained('depthwise_kernel', [...settings.kernel(count), from, multiplier]),
      trained('pointwise_kernel', [...new Array<number>(count).fill(1), times(from, multiplier), filters]),
    ],
    filters,
  );
}

function scaleAndCentre(settings: LayerSettings, shape: Shape): Variable[] {
  return [
    ...(settings.flag('scale', true) ? [trained('gamma', shape)] : []),
    ...(settings.flag('center', true) ? [trained('beta', shape)] : []),
  ];
}

function batchNormalization(settings: LayerSettings, input: Shape | undefined): Variable[] {
  const axis = settings.integer('axis') ?? asInteger(asList(settings.get('axis'))[0]) ?? -1;
  const shape = [input?.at(axis) ?? null];
  return [...scaleAndCentre(settings, shape), statistic('moving_mean', shape), statistic('moving_variance', shape)];
}

function layerNormalization(settings: LayerSettings, input: Shape | undefined): Variable[] {
  const said = settings.get('axis');
  const axes = (isList(said) ? said : [said ?? -1]).map(axis => asInteger(axis) ?? -1);
  return scaleAndCentre(
    settings,
    axes.map(axis => input?.at(axis) ?? null),
  );
}

function slopes(settings: LayerSettings, input: Shape | undefined): Variable[] {
  const shared = asList(settings.get('shared_axes')).map(axis => asInteger(axis) ?? 0);
  return [
    trained(
      'alpha',
      input?.slice(1).map((dim, axis) => (shared.includes(axis + 1) ? 1 : dim)),
    ),
  ];
}

function recurrent(settings: LayerSettings, input: Shape | undefined, gates: number, biases?: number): Variable[] {
  const width = units(settings);
  const all = times(width, gates);
  return [
    trained('kernel', [last(input), all]),
    trained('recurrent_kernel', [width, all]),
    ...(settings.flag('use_bias', true) ? [trained('bias', biases === undefined ? [all] : [biases, all])] : []),
  ];
}

function bidirectional(settings: LayerSettings, input: Shape | undefined): Variable[] | undefined {
  const forward = settings.inner();
  const backward = settings.inner('backward_layer') ?? forward;
  if (forward === undefined || backward === undefined) return undefined;
  const of = (one: LayerSettings, prefix: string) =>
    variablesOf(one, input)?.map(variable => ({ ...variable, name: `${prefix}/${variable.name}` }));
  const [ahead, back] = [of(forward, 'forward'), of(backward, 'backward')];
  return ahead === undefined || back === undefined ? undefined : [...ahead, ...back];
}

function multiHeadAttention(settings: LayerSettings, input: Shape | undefined): Variable[] {
  const heads = settings.integer('num_heads') ?? null;
  const keyWidth = settings.integer('key_dim') ?? null;
  const valueWidth = settings.integer('value_dim') ?? keyWidth;
  const said = settings.get('output_shape');
  const out = asInteger(said) ?? asInteger(asList(said)[0]) ?? last(input);
  const bias = (name: string, shape: Shape) => (settings.flag('use_bias', true) ? [trained(name, shape)] : []);
  return [
    trained('query/kernel', [last(input), heads, keyWidth]),
    ...bias('query/bias', [heads, keyWidth]),
    trained('key/kernel', [null, heads, keyWidth]),
    ...bias('key/bias', [heads, keyWidth]),
    trained('value/kernel', [null, heads, valueWidth]),
    ...bias('value/bias', [heads, valueWidth]),
    trained('attention_output/kernel', [heads, valueWidth, out]),
    ...bias('attention_output/bias', [out]),
  ];
}
