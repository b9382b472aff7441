import { asInteger, isList } from '../json';
import type { KerasLayer, LayerCall } from './kerasNetwork';
import type { LayerSettings } from './settings';

/** Activation functions that are computed here, by Keras's names. */
export const ACTIVATIONS: ReadonlySet<string> = new Set(
  'linear relu relu6 leaky_relu elu selu celu gelu silu swish sigmoid hard_sigmoid hard_silu hard_swish tanh hard_tanh softmax log_softmax softplus softsign exponential mish log_sigmoid tanh_shrink squareplus'.split(
    ' ',
  ),
);

/** Classes of layers that are computed here. */
export const LAYERS: ReadonlySet<string> = new Set([
  ...'Activation ReLU LeakyReLU ELU PReLU ThresholdedReLU Softmax Dropout GaussianNoise GaussianDropout AlphaDropout'.split(
    ' ',
  ),
  ...'ActivityRegularization Flatten Reshape Permute RepeatVector Add Subtract Multiply Average Maximum Minimum'.split(
    ' ',
  ),
  ...'Concatenate Rescaling Identity Masking Dense BatchNormalization SyncBatchNormalization LayerNormalization'.split(
    ' ',
  ),
  ...'GroupNormalization RMSNormalization UnitNormalization Embedding SimpleRNN LSTM GRU Bidirectional TimeDistributed'.split(
    ' ',
  ),
  ...'MultiHeadAttention Normalization SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D'.split(' '),
  ...'Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose UpSampling1D UpSampling2D'.split(' '),
  ...'ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D Cropping2D Cropping3D'.split(' '),
  ...[1, 2, 3].flatMap(count =>
    'SpatialDropout MaxPooling AveragePooling GlobalMaxPooling GlobalAveragePooling'
      .split(' ')
      .map(name => `${name}${count}D`),
  ),
]);

/** Operations of keras.ops that are computed here. */
export const OPERATIONS: ReadonlySet<string> = new Set(
  'Add Subtract Multiply Divide TrueDivide Maximum Minimum Relu Relu6 Sigmoid Tanh Silu Softplus Exp Log Sqrt Square Negative Absolute'.split(
    ' ',
  ),
);

/** Whether it is a function of keras.ops and no layer; files in the older format do not say where it comes from. */
export function isOperation({ module, className }: Pick<KerasLayer, 'module' | 'className'>): boolean {
  return module === undefined ? OPERATIONS.has(className) && !LAYERS.has(className) : /^keras\.src\.ops\./.test(module);
}

/** What cannot be computed of a layer's call, as a phrase such as "GRU with a mask"; `undefined` where all can. */
export function unsupportedPart(
  layer: KerasLayer,
  call: LayerCall,
  settings: LayerSettings,
  masks: readonly boolean[] = [],
): string | undefined {
  const { className } = layer;
  if (className === 'InputLayer') return undefined;
  if (isOperation(layer)) return OPERATIONS.has(className) ? undefined : `keras.ops ${className}`;
  // A mask that its input carries is the one that the file names; one that comes from elsewhere is not followed.
  if (call.masked && masks[0] !== true && MASKED.test(settings.className)) return `${className} with a mask of its own`;
  if (masks[0] === true && settings.className === 'Softmax') return `${className} with a mask`;
  if (masks[0] === true && settings.className === 'TimeDistributed' && MASKED.test(settings.inner()?.className ?? ''))
    return `${className} of a masked layer`;
  if (call.flags.has('training')) return `${className} in training`;
  if (
    settings.className === 'MultiHeadAttention' &&
    (call.inputs.length > 3 || call.names.some(name => /mask/.test(name ?? '')))
  ) {
    return `${className} with a mask`;
  }
  return unsupportedSettings(settings, className);
}

/** Layers to which masks make a difference. */
const MASKED = /^(SimpleRNN|LSTM|GRU|Bidirectional|GlobalAveragePooling1D)$/;

function unsupportedSettings(settings: LayerSettings, className: string): string | undefined {
  if (!LAYERS.has(settings.className)) return className;
  for (const key of ['activation', 'recurrent_activation']) {
    const name = settings.has(key) ? settings.function(key) : undefined;
    if (name !== undefined && !ACTIVATIONS.has(name)) return `${className} with the activation ${name}`;
  }
  if (settings.has('quantization_config') || /int8|int4|float8/.test(settings.function('dtype') ?? ''))
    return `quantised ${className}`;
  switch (settings.className) {
    case 'Bidirectional':
    case 'TimeDistributed': {
      const inner = settings.inner();
      const part = inner === undefined ? 'no layer' : unsupportedSettings(inner, inner.className);
      if (part !== undefined) return `${className} of ${part}`;
      if (settings.className === 'Bidirectional' && !/^(SimpleRNN|LSTM|GRU)$/.test(inner!.className))
        return `${className} of ${inner!.className}`;
      return undefined;
    }
    case 'SimpleRNN':
    case 'LSTM':
    case 'GRU':
      return settings.flag('return_state', false) ? `${className} that returns its state` : undefined;
    case 'UpSampling2D':
      return /^(nearest|bilinear)$/.test(settings.text('interpolation') ?? 'nearest')
        ? undefined
        : `${className} with ${settings.text('interpolation')} interpolation`;
    case 'Conv2DTranspose':
    case 'Conv1DTranspose':
      return settings.has('output_padding') || settings.sizes('dilation_rate', 2, 1).some(rate => rate !== 1)
        ? `${className} with output_padding or dilation`
        : undefined;
    case 'MultiHeadAttention': {
      const axes = settings.get('attention_axes');
      const usual =
        axes === null ||
        axes === undefined ||
        asInteger(axes) === 1 ||
        (isList(axes) && axes.length === 1 && axes[0] === 1);
      return usual && !settings.flag('use_gate', false) ? undefined : `${className} over other axes`;
    }
    default:
      return undefined;
  }
}
