import type { Framework, SizeRole } from '../values';

/** How a layer of a library is written. */
export interface LayerForm {
  /** Names of its arguments, in their order. */
  readonly parameters: readonly string[];
  /** Argument → what size it is. */
  readonly sizes: Readonly<Record<string, SizeRole>>;
}

const form = (parameters: string, sizes: Readonly<Record<string, SizeRole>> = {}): LayerForm => ({
  parameters: parameters.split(' ').filter(name => name !== ''),
  sizes,
});

const convolution = form('in_channels out_channels kernel_size stride padding dilation groups bias', {
  in_channels: 'inputs',
  out_channels: 'outputs',
  groups: 'groups',
});
const transposed = form('in_channels out_channels kernel_size stride padding output_padding groups bias', {
  in_channels: 'inputs',
  out_channels: 'outputs',
  groups: 'groups',
});
const lazy = form('out_channels kernel_size', { out_channels: 'outputs' });
const batch = form('num_features eps momentum affine', { num_features: 'features' });
const recurrent = form('input_size hidden_size num_layers', { input_size: 'inputs', hidden_size: 'outputs' });

/** torch.nn, whose documented signatures these are. */
const TORCH: Readonly<Record<string, LayerForm>> = {
  Linear: form('in_features out_features bias', { in_features: 'inputs', out_features: 'outputs' }),
  LazyLinear: form('out_features bias', { out_features: 'outputs' }),
  Bilinear: form('in1_features in2_features out_features', { out_features: 'outputs' }),
  Conv1d: convolution,
  Conv2d: convolution,
  Conv3d: convolution,
  ConvTranspose1d: transposed,
  ConvTranspose2d: transposed,
  ConvTranspose3d: transposed,
  LazyConv1d: lazy,
  LazyConv2d: lazy,
  LazyConv3d: lazy,
  BatchNorm1d: batch,
  BatchNorm2d: batch,
  BatchNorm3d: batch,
  SyncBatchNorm: batch,
  InstanceNorm1d: batch,
  InstanceNorm2d: batch,
  InstanceNorm3d: batch,
  GroupNorm: form('num_groups num_channels', { num_groups: 'groups', num_channels: 'features' }),
  LayerNorm: form('normalized_shape eps', { normalized_shape: 'features' }),
  RMSNorm: form('normalized_shape eps', { normalized_shape: 'features' }),
  PReLU: form('num_parameters init', { num_parameters: 'features' }),
  Embedding: form('num_embeddings embedding_dim', { num_embeddings: 'inputs', embedding_dim: 'outputs' }),
  EmbeddingBag: form('num_embeddings embedding_dim', { num_embeddings: 'inputs', embedding_dim: 'outputs' }),
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  RNNCell: recurrent,
  LSTMCell: recurrent,
  GRUCell: recurrent,
  MultiheadAttention: form('embed_dim num_heads', { embed_dim: 'features' }),
  TransformerEncoderLayer: form('d_model nhead dim_feedforward', { d_model: 'features' }),
  TransformerDecoderLayer: form('d_model nhead dim_feedforward', { d_model: 'features' }),
};

const kerasUnits = form('units activation use_bias', { units: 'outputs' });
const kerasFilters = form('filters kernel_size strides padding', { filters: 'outputs' });

/** keras.layers. What comes in is never written there. */
const KERAS: Readonly<Record<string, LayerForm>> = {
  Dense: kerasUnits,
  EinsumDense: form('equation output_shape activation'),
  Conv1D: kerasFilters,
  Conv2D: kerasFilters,
  Conv3D: kerasFilters,
  Convolution1D: kerasFilters,
  Convolution2D: kerasFilters,
  Convolution3D: kerasFilters,
  Conv1DTranspose: kerasFilters,
  Conv2DTranspose: kerasFilters,
  Conv3DTranspose: kerasFilters,
  SeparableConv1D: kerasFilters,
  SeparableConv2D: kerasFilters,
  SimpleRNN: kerasUnits,
  LSTM: kerasUnits,
  GRU: kerasUnits,
  Embedding: form('input_dim output_dim', { input_dim: 'inputs', output_dim: 'outputs' }),
  Reshape: form('target_shape', { target_shape: 'reshape' }),
  Flatten: form('data_format'),
  Dropout: form('rate'),
  Activation: form('activation'),
  InputLayer: form('shape'),
};

/** tf.layers of TensorFlow.js: one object holds all. */
const TFJS: Readonly<Record<string, LayerForm>> = {
  dense: form('units', { units: 'outputs' }),
  conv1d: form('filters', { filters: 'outputs' }),
  conv2d: form('filters', { filters: 'outputs' }),
  conv3d: form('filters', { filters: 'outputs' }),
  conv2dTranspose: form('filters', { filters: 'outputs' }),
  conv3dTranspose: form('filters', { filters: 'outputs' }),
  separableConv2d: form('filters', { filters: 'outputs' }),
  simpleRNN: form('units', { units: 'outputs' }),
  lstm: form('units', { units: 'outputs' }),
  gru: form('units', { units: 'outputs' }),
  embedding: form('inputDim outputDim', { inputDim: 'inputs', outputDim: 'outputs' }),
  reshape: form('targetShape', { targetShape: 'reshape' }),
};

const TABLES: Readonly<Record<Framework, Readonly<Record<string, LayerForm>>>> = {
  pytorch: TORCH,
  keras: KERAS,
  tfjs: TFJS,
};

/** How a layer is written; one that is not in the tables has no sizes that are known. */
export function layerForm(framework: Framework, op: string): LayerForm {
  const table = TABLES[framework];
  return Object.hasOwn(table, op) ? table[op]! : form('');
}

/**
 * The layer that a path of a library stands for, such as `torch.nn.Linear`, `tensorflow.keras.layers.Dense` or
 * `@tensorflow/tfjs.layers.dense`.
 */
export function layerOfPath(path: string): { readonly framework: Framework; readonly op: string } | undefined {
  const name = path.split('.').at(-1)!;
  if (TORCH_NN.test(path)) return { framework: 'pytorch', op: name };
  if (KERAS_LAYERS.test(path)) return { framework: 'keras', op: name };
  if (TFJS_LAYERS.test(path) && name !== 'input') return { framework: 'tfjs', op: name };
  return undefined;
}

/** Classes alone: functions of the same packages begin with a small letter. */
const TORCH_NN =
  /^torch\.nn\.(?:modules\.(?:\w+\.)?)?(?!Module$|Parameter$|ParameterList$|ParameterDict$|Buffer$)[A-Z]\w*$/;
const KERAS_LAYERS =
  /^(?:tensorflow\.(?:python\.)?|tf_)?keras\.(?:api\.|src\.)?(?:v\d\.)?layers\.(?!Layer$|Input$)(?:\w+\.)?[A-Z]\w*$/;
const TFJS_LAYERS = /^@tensorflow\/tfjs[\w-]*\.layers\.[a-z]\w*$/;
