import { selfAttention } from '../torch/script/operators/attention';
import { elementwise } from '../torch/script/operators/arithmetic';
import { dimsOf, lengthOf, Mismatch } from '../torch/script/operators/dims';
import { linear } from '../torch/script/operators/layers';
import { concatenate, swapAxes } from '../torch/script/operators/shapes';
import { callOperator } from '../torch/script/operators/table';
import { ScriptList, Tensor, type ScriptValue } from '../torch/script/values';
import { shapeText, WeightsMismatch, type LayerScope } from './layerScope';
import { axis, choice, epsilon, flag, LARGEST_POOL, real, size, sizes, type Settings } from './settings';

/** A type of layer that a list can name. */
export interface LayerRule {
  readonly weights: 'needed' | 'optional' | 'none';
  /** How many layers it reads. */
  readonly reads: 'one' | 'several';
  readonly settings: Settings;
  readonly help: string;
  build(scope: LayerScope): Tensor;
}

const layer = (
  help: string,
  weights: LayerRule['weights'],
  settings: Settings,
  build: LayerRule['build'],
): LayerRule => ({ help, weights, reads: 'one', settings, build });

const plain = (help: string, operator: string, settings: Settings = {}): LayerRule =>
  layer(help, 'none', settings, scope => scope.call(operator, [scope.x], scope.named(...Object.keys(settings))));

const joining = (help: string, settings: Settings, build: LayerRule['build']): LayerRule => ({
  help,
  weights: 'none',
  reads: 'several',
  settings,
  build,
});

function convolution(sides: number): LayerRule {
  const settings: Settings = {
    stride: sizes(sides, 'Step of the kernel.', { usual: 1 }),
    padding: {
      kind: 'padding',
      count: sides,
      most: 4096,
      usual: 0,
      help: 'Zeros around the input; "same" keeps its size.',
    },
    dilation: sizes(sides, 'Step within the kernel.', { usual: 1 }),
    groups: { ...size('Groups of channels; follows from the shapes where it is left out.'), optional: true },
  };
  return layer('A convolution: stride, padding and dilation as in torch.nn.', 'needed', settings, scope => {
    if (scope.stored('kernel') !== undefined)
      throw new WeightsMismatch(
        'is a convolution of Keras, whose axes are in another order; save the whole model as .keras instead',
      );
    const weight = scope.ofRank(scope.weight('weight'), sides + 2);
    const [outputs, own] = dimsOf(weight) as [number, number];
    const channels = dimsOf(scope.x)[1];
    const given = scope.setting('groups');
    const groups = typeof given === 'number' ? given : typeof channels === 'number' ? channels / Math.max(1, own) : 1;
    if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0)
      throw new Mismatch(`a convolution of ${own} channels on ${shapeText(dimsOf(scope.x))}`);
    return scope.call(
      `conv${sides}d`,
      [scope.x, weight, scope.maybeWeight('bias') ?? null],
      new Map([...scope.named('stride', 'padding', 'dilation'), ['groups', groups]]),
    );
  });
}

function transposed(sides: number): LayerRule {
  const settings: Settings = {
    stride: sizes(sides, 'Step of the kernel.', { usual: 1 }),
    padding: sizes(sides, 'What is cut off around the output.', { usual: 0, least: 0 }),
    output_padding: sizes(sides, 'What is added at the end of each side.', { usual: 0, least: 0 }),
    groups: size('Groups of channels.', 1),
    dilation: sizes(sides, 'Step within the kernel.', { usual: 1 }),
  };
  return layer('A transposed convolution.', 'needed', settings, scope =>
    scope.call(
      `conv_transpose${sides}d`,
      [scope.x, scope.ofRank(scope.weight('weight'), sides + 2), scope.maybeWeight('bias') ?? null],
      scope.named(...Object.keys(settings)),
    ),
  );
}

function pool(operator: string, sides: number): LayerRule {
  const average = operator.startsWith('avg');
  const settings: Settings = {
    kernel_size: sizes(sides, 'Side of the window.'),
    stride: sizes(sides, 'Step of the window; as large as the window where it is left out.', { optional: true }),
    padding: sizes(sides, 'Places around the input.', { usual: 0, least: 0 }),
    ...(average
      ? { count_include_pad: flag('Whether padding counts in the mean.', true) }
      : { dilation: sizes(sides, 'Step within the window.', { usual: 1 }) }),
    ceil_mode: flag('Whether a last, smaller window counts.', false),
  };
  return plain(
    average ? 'The mean of each window.' : 'The largest value of each window.',
    `${operator}${sides}d`,
    settings,
  );
}

function adaptivePool(operator: string, sides: number): LayerRule {
  return plain('A pool to a size: 1 for one value a channel (global pooling).', `${operator}${sides}d`, {
    output_size: sizes(sides, 'Side of the output.', { most: LARGEST_POOL }),
  });
}

function recurrent(cell: 'lstm' | 'gru' | 'rnn_tanh'): LayerRule {
  const settings: Settings = {
    output: choice(['sequence', 'last'], 'Whether every step is given on, or the state after the last.', 'sequence'),
  };
  return layer(
    'A recurrent layer over rows of [steps, features]; layers and directions follow from the names of its tensors.',
    'needed',
    settings,
    scope => {
      const { graph } = scope.context;
      const parameters: Tensor[] = [];
      const directions = scope.stored('weight_ih_l0_reverse') === undefined ? 1 : 2;
      const biased = scope.stored('bias_ih_l0') !== undefined;
      let layers = 0;
      for (; layers < 64 && scope.stored(`weight_ih_l${layers}`) !== undefined; layers++)
        for (const end of directions === 2 ? ['', '_reverse'] : [''])
          for (const part of ['weight_ih', 'weight_hh', ...(biased ? ['bias_ih', 'bias_hh'] : [])])
            parameters.push(scope.weight(`${part}_l${layers}${end}`));
      if (layers === 0) scope.weight('weight_ih_l0');
      const hidden = dimsOf(scope.ofRank(parameters[1]!, 2))[1]!;
      scope.lengthOf(scope.x, -1, dimsOf(scope.ofRank(parameters[0]!, 2))[1] as number, 'a recurrent layer');
      if (dimsOf(scope.x).length !== 3) throw new Mismatch(`a recurrent layer on ${shapeText(scope.x.dims)}`);
      const start = scope.call('zeros', [new ScriptList([layers * directions, lengthOf(graph, scope.x, 0), hidden])]);
      const states = cell === 'lstm' ? new ScriptList([start, start]) : start;
      const result = callOperator(
        scope.context,
        cell,
        [scope.x, states, new ScriptList(parameters), biased, layers, 0, false, directions === 2, true],
        new Map(),
      );
      const [sequence, last] = result instanceof ScriptList ? result.items : [];
      if (!(sequence instanceof Tensor) || !(last instanceof Tensor)) throw new Error(`${cell} gave no tensors`);
      if (scope.setting('output') !== 'last') return sequence;
      const ends = directions === 2 ? [-2, -1] : [-1];
      const final = ends.map(end => scope.call('select', [last, 0, end]));
      return final.length === 1 ? final[0]! : concatenate(graph, final, 1);
    },
  );
}

/** Every type, by the name of its class in torch.nn where there is one. */
export const LAYER_RULES: Readonly<Record<string, LayerRule>> = {
  Linear: layer('A dense layer: x · Wᵀ + b.', 'needed', {}, scope => {
    const kernel = scope.maybeWeight('kernel');
    const weight =
      kernel === undefined
        ? scope.ofRank(scope.weight('weight'), 2)
        : swapAxes(scope.context.graph, scope.ofRank(kernel, 2), 0, 1);
    scope.lengthOf(scope.x, -1, dimsOf(weight)[1] as number, 'a dense layer');
    return linear(scope.context, scope.x, weight, scope.maybeWeight('bias'));
  }),
  Conv1d: convolution(1),
  Conv2d: convolution(2),
  Conv3d: convolution(3),
  ConvTranspose1d: transposed(1),
  ConvTranspose2d: transposed(2),
  ConvTranspose3d: transposed(3),
  BatchNorm: layer(
    'A batch normalisation of any number of sides, by its running statistics.',
    'needed',
    { eps: epsilon(1e-5) },
    scope => {
      const mean = scope.weight('running_mean', 'moving_mean');
      scope.lengthOf(scope.x, 1, dimsOf(scope.ofRank(mean, 1))[0] as number, 'a batch normalisation');
      return scope.call('batch_norm', [
        scope.x,
        scope.maybeWeight('weight', 'gamma') ?? null,
        scope.maybeWeight('bias', 'beta') ?? null,
        mean,
        scope.weight('running_var', 'moving_variance'),
        false,
        0,
        scope.setting('eps'),
      ]);
    },
  ),
  LayerNorm: layer(
    'A normalisation of the last axes, as many as its weight has.',
    'needed',
    { eps: epsilon(1e-5) },
    scope => {
      const weight = scope.weight('weight', 'gamma');
      return scope.call('layer_norm', [
        scope.x,
        trailing(scope, weight),
        weight,
        scope.maybeWeight('bias', 'beta') ?? null,
        scope.setting('eps'),
      ]);
    },
  ),
  RMSNorm: layer('A normalisation of the last axes by their mean square.', 'needed', { eps: epsilon() }, scope => {
    const weight = scope.weight('weight', 'scale');
    return scope.call('rms_norm', [scope.x, trailing(scope, weight), weight, scope.setting('eps')]);
  }),
  GroupNorm: layer(
    'A normalisation of groups of channels.',
    'needed',
    { num_groups: size('Groups.'), eps: epsilon(1e-5) },
    scope => {
      const weight = scope.weight('weight');
      const channels = dimsOf(scope.ofRank(weight, 1))[0] as number;
      scope.lengthOf(scope.x, 1, channels, 'a group normalisation');
      if (channels % scope.integer('num_groups') !== 0)
        throw new Mismatch(`${scope.integer('num_groups')} groups of ${channels} channels`);
      return scope.call('group_norm', [
        scope.x,
        scope.setting('num_groups'),
        weight,
        scope.maybeWeight('bias') ?? null,
        scope.setting('eps'),
      ]);
    },
  ),
  InstanceNorm: layer('A normalisation of each channel of each row.', 'optional', { eps: epsilon(1e-5) }, scope => {
    const weight = scope.maybeWeight('weight');
    if (weight !== undefined)
      scope.lengthOf(scope.x, 1, dimsOf(scope.ofRank(weight, 1))[0] as number, 'an instance normalisation');
    return scope.call('instance_norm', [
      scope.x,
      weight ?? null,
      scope.maybeWeight('bias') ?? null,
      null,
      null,
      true,
      0,
      scope.setting('eps'),
    ]);
  }),
  PReLU: layer('x, and below zero x times a trained slope.', 'needed', {}, scope => {
    const weight = scope.weight('weight', 'alpha');
    const slopes = dimsOf(scope.ofRank(weight, 1))[0] as number;
    if (slopes !== 1) scope.lengthOf(scope.x, 1, slopes, 'slopes');
    return scope.call('prelu', [scope.x, weight]);
  }),
  Embedding: layer('Rows of a table, by whole numbers.', 'needed', {}, scope =>
    scope.call('embedding', [scope.ofRank(scope.weight('weight', 'embeddings'), 2), scope.x]),
  ),
  LSTM: recurrent('lstm'),
  GRU: recurrent('gru'),
  RNN: recurrent('rnn_tanh'),
  MultiheadAttention: layer(
    'Attention of a sequence over itself, rows of [steps, features], without a mask.',
    'needed',
    { num_heads: size('Heads.') },
    scope => attention(scope),
  ),
  TransformerEncoderLayer: layer(
    'Attention and two dense layers with their normalisations, as torch.nn has them, without a mask.',
    'needed',
    {
      num_heads: size('Heads.'),
      activation_function: choice(['relu', 'gelu'], 'Between the two dense layers.', 'relu'),
      norm_first: flag('Whether normalisations come first.', false),
      eps: epsilon(1e-5),
    },
    scope => encoderLayer(scope),
  ),

  ReLU: plain('max(0, x)', 'relu'),
  LeakyReLU: plain('x, and below zero x times a slope.', 'leaky_relu', {
    negative_slope: real('Slope below zero.', 0.01),
  }),
  ELU: plain('x, and below zero α(eˣ − 1).', 'elu', { alpha: real('α', 1) }),
  CELU: plain('A smooth ELU.', 'celu', { alpha: real('α', 1, 1e-6) }),
  SELU: plain('ELU with the scales that keep variance.', 'selu'),
  GELU: plain('x Φ(x)', 'gelu', { approximate: choice(['none', 'tanh'], 'How Φ is computed.', 'none') }),
  SiLU: plain('x σ(x)', 'silu'),
  Mish: plain('x tanh(softplus(x))', 'mish'),
  Sigmoid: plain('σ(x)', 'sigmoid'),
  Tanh: plain('tanh(x)', 'tanh'),
  Softplus: plain('log(1 + eˣ)', 'softplus', { beta: real('β', 1, 1e-6) }),
  Softsign: plain('x ÷ (1 + |x|)', 'softsign'),
  ReLU6: plain('min(6, max(0, x))', 'relu6'),
  Hardswish: plain('x ReLU6(x + 3) ÷ 6', 'hardswish'),
  Hardsigmoid: plain('ReLU6(x + 3) ÷ 6', 'hardsigmoid'),
  Hardtanh: plain('x between two bounds.', 'hardtanh', {
    min_val: real('Lower bound.', -1),
    max_val: real('Upper bound.', 1),
  }),
  LogSigmoid: plain('log σ(x)', 'log_sigmoid'),
  Softmax: plain('Shares of an axis.', 'softmax', { dim: axis('Axis, 0 being the batch.', -1) }),
  LogSoftmax: plain('Logarithms of shares of an axis.', 'log_softmax', { dim: axis('Axis, 0 being the batch.', -1) }),
  GLU: plain('One half of an axis times σ of the other.', 'glu', { dim: axis('Axis, 0 being the batch.', -1) }),

  MaxPool1d: pool('max_pool', 1),
  MaxPool2d: pool('max_pool', 2),
  MaxPool3d: pool('max_pool', 3),
  AvgPool1d: pool('avg_pool', 1),
  AvgPool2d: pool('avg_pool', 2),
  AvgPool3d: pool('avg_pool', 3),
  AdaptiveAvgPool1d: adaptivePool('adaptive_avg_pool', 1),
  AdaptiveAvgPool2d: adaptivePool('adaptive_avg_pool', 2),
  AdaptiveAvgPool3d: adaptivePool('adaptive_avg_pool', 3),
  AdaptiveMaxPool1d: adaptivePool('adaptive_max_pool', 1),
  AdaptiveMaxPool2d: adaptivePool('adaptive_max_pool', 2),
  Upsample: layer(
    'Enlarges the sides of images or sequences by a factor.',
    'none',
    {
      scale_factor: size('Factor.', undefined, 64),
      mode: choice(['nearest', 'bilinear'], 'How values between are found.', 'nearest'),
    },
    scope => {
      const sides = dimsOf(scope.x).length - 2;
      const mode = scope.setting('mode') === 'bilinear' ? 'bilinear' : 'nearest';
      if ((sides !== 1 && sides !== 2) || (mode === 'bilinear' && sides !== 2))
        throw new Mismatch(`an enlargement of ${shapeText(scope.x.dims)}`);
      const factors = new ScriptList(new Array<number>(sides).fill(scope.integer('scale_factor')));
      return mode === 'bilinear'
        ? scope.call('upsample_bilinear2d', [scope.x, null, false, factors])
        : scope.call(`upsample_nearest${sides}d`, [scope.x, null, factors]);
    },
  ),

  Flatten: layer(
    'Joins axes to one.',
    'none',
    {
      start_dim: axis('First axis that is joined, 0 being the batch.', 1),
      end_dim: axis('Last axis that is joined.', -1),
    },
    scope => scope.call('flatten', [scope.x, scope.setting('start_dim'), scope.setting('end_dim')]),
  ),
  Reshape: layer(
    'Another shape for each row, of as many values.',
    'none',
    { shape: { kind: 'integers', least: -1, most: 1 << 24, help: 'Shape without the batch; one length may be −1.' } },
    scope =>
      scope.call('reshape', [
        scope.x,
        new ScriptList([lengthOf(scope.context.graph, scope.x, 0), ...items(scope.setting('shape'))]),
      ]),
  ),
  Permute: layer(
    'Axes in another order.',
    'none',
    { dims: { kind: 'integers', least: 0, most: 8, help: 'The axes in their new order, 0 being the batch.' } },
    scope => {
      const order = items(scope.setting('dims'));
      const rank = dimsOf(scope.x).length;
      if (
        order.length !== rank ||
        new Set(order).size !== rank ||
        order.some(at => typeof at !== 'number' || at >= rank)
      )
        throw new Mismatch(`an order of ${order.length} axes for ${shapeText(scope.x.dims)}`);
      return scope.call('permute', [scope.x, new ScriptList(order)]);
    },
  ),
  Mean: layer(
    'The mean over axes.',
    'none',
    { dim: { kind: 'integers', least: -8, most: 8, help: 'Axes, 0 being the batch.' } },
    scope => scope.call('mean', [scope.x, scope.setting('dim'), false]),
  ),
  Select: layer(
    'One place of an axis, such as the first token.',
    'none',
    {
      dim: axis('Axis, 0 being the batch.'),
      index: { kind: 'integer', least: -1e6, most: 1e6, help: 'Place, counted from 0; −1 is the last.' },
    },
    scope => scope.call('select', [scope.x, scope.setting('dim'), scope.setting('index')]),
  ),
  Dropout: plain('Passes everything on where a network is used.', 'dropout'),
  Identity: plain('Passes everything on.', 'dropout'),

  Add: joining('The sum of several layers, such as of a skip connection.', {}, scope => merged(scope, 'Add')),
  Multiply: joining('The product of several layers.', {}, scope => merged(scope, 'Mul')),
  Concat: joining('Several layers side by side.', { dim: axis('Axis, 0 being the batch.', 1) }, scope =>
    concatenate(scope.context.graph, scope.inputs, scope.integer('dim')),
  ),
};

function items(value: ScriptValue): ScriptValue[] {
  return value instanceof ScriptList ? [...value.items] : [];
}

/** The shape of a normalisation's weight, which must be the end of what comes to it. */
function trailing(scope: LayerScope, weight: Tensor): ScriptList {
  const shape = dimsOf(weight) as readonly number[];
  if (shape.length === 0) throw new WeightsMismatch('needs a weight of one axis or more');
  shape.forEach((length, at) => scope.lengthOf(scope.x, at - shape.length, length, 'a normalisation'));
  return new ScriptList([...shape]);
}

function merged(scope: LayerScope, op: 'Add' | 'Mul'): Tensor {
  return scope.inputs.slice(1).reduce((sum, next) => elementwise(scope.context.graph, op, sum, next), scope.x);
}

function attention(scope: LayerScope): Tensor {
  const projection = scope.ofRank(scope.weight('in_proj_weight'), 2);
  const width = checkedHeads(scope, projection);
  const zeros = (length: number) => scope.call('zeros', [new ScriptList([length])]);
  return selfAttention(scope.context, scope.x, scope.integer('num_heads'), [
    projection,
    scope.maybeWeight('in_proj_bias') ?? zeros(3 * width),
    scope.ofRank(scope.weight('out_proj.weight'), 2),
    scope.maybeWeight('out_proj.bias') ?? zeros(width),
  ]);
}

function checkedHeads(scope: LayerScope, projection: Tensor): number {
  const width = dimsOf(projection)[1] as number;
  if (dimsOf(scope.x).length !== 3) throw new Mismatch(`attention on ${shapeText(scope.x.dims)}, which is no sequence`);
  scope.lengthOf(scope.x, -1, width, 'attention');
  if (width % scope.integer('num_heads') !== 0)
    throw new Mismatch(`${scope.integer('num_heads')} heads of ${width} features`);
  return width;
}

function encoderLayer(scope: LayerScope): Tensor {
  const projection = scope.ofRank(scope.weight('self_attn.in_proj_weight'), 2);
  const width = checkedHeads(scope, projection);
  return scope.call('_transformer_encoder_layer_fwd', [
    scope.x,
    width,
    scope.setting('num_heads'),
    projection,
    scope.weight('self_attn.in_proj_bias'),
    scope.weight('self_attn.out_proj.weight'),
    scope.weight('self_attn.out_proj.bias'),
    scope.setting('activation_function') === 'gelu',
    scope.flag('norm_first'),
    scope.setting('eps'),
    scope.weight('norm1.weight'),
    scope.weight('norm1.bias'),
    scope.weight('norm2.weight'),
    scope.weight('norm2.bias'),
    scope.weight('linear1.weight'),
    scope.weight('linear1.bias'),
    scope.weight('linear2.weight'),
    scope.weight('linear2.bias'),
  ]);
}
