import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { networkUnits } from '../../../src/models/units/networkUnits';
import { kerasFile } from '../keras/kerasFiles';
import { f32, safetensorsBytes } from '../safetensors/safetensorsBytes';
import { floats, integers, tfjsFiles, type TfjsFiles, type Weight } from '../tfjs/tfjsFiles';
import { alone, type Files } from '../written';
import { checkRemoval, groupTitles, openFiles } from './removal';

function filesOf({ json, shards }: TfjsFiles): Files {
  return { model: new TextEncoder().encode(JSON.stringify(json)), beside: shards };
}

type Config = readonly [className: string, config: Readonly<Record<string, unknown>>, inputs?: readonly string[]];

/** A TensorFlow.js file of layers that read from each other by their names. */
function layers(rowShape: readonly number[], list: readonly Config[], weights: readonly Weight[]): Files {
  const input = {
    class_name: 'InputLayer',
    config: { name: 'in', batch_input_shape: [null, ...rowShape] },
    name: 'in',
    inbound_nodes: [],
  };
  let last = 'in';
  const described = list.map(([className, config, inputs = [last]]) => {
    const name = String(config['name']);
    last = name;
    return { class_name: className, config, name, inbound_nodes: [inputs.map(from => [from, 0, 0, {}])] };
  });
  const config = {
    name: 'net',
    layers: [input, ...described],
    input_layers: [['in', 0, 0]],
    output_layers: [[last, 0, 0]],
  };
  const modelTopology = { class_name: 'Model', config, keras_version: 'tfjs-layers 4.22.0' };
  return filesOf(
    tfjsFiles({ format: 'layers-model', generatedBy: 'tests', convertedBy: null, modelTopology }, weights),
  );
}

const weights = (name: string, shape: readonly number[], width = shape.at(-1)!) => [
  floats(`${name}/kernel`, shape),
  floats(`${name}/bias`, [width]),
];
const conv = (name: string, filters: number, more: object = {}) =>
  ['Conv2D', { name, filters, kernel_size: [3, 3], padding: 'same', activation: 'relu', ...more }] as const;

/** A bias of four heads. */
const asHeads = (weight: Weight): Weight =>
  weight.shape.length === 1 ? floats(weight.name, [4, weight.shape[0]!]) : weight;

describe('units of Keras networks', () => {
  const STORED: readonly (readonly [string, readonly number[], readonly string[]])[] = [
    ['conv1d.keras', [20, 2], ['conv1d 4', 'conv1d_transpose 3']],
    ['noinput.keras', [3], ['dense_10 5']],
    ['res.keras', [12, 12, 3], ['conv2d depthwise_conv2d 4', 'separable_conv2d 6']],
    ['res.h5', [12, 12, 3], ['conv2d depthwise_conv2d 4', 'separable_conv2d 6']],
    ['mha.keras', [6, 8], ['attn 2']],
    ['keras2.h5', [64], ['dense 128', 'dense_1 64', 'dense_2 32']],
  ];
  for (const [name, rowShape, groups] of STORED)
    it(`are taken out of ${name}`, () => checkRemoval(alone(kerasFile(name)), rowShape, groups));

  it('go through normalisation, pooling, flattening and concatenation', () =>
    checkRemoval(
      layers(
        [6, 6, 2],
        [
          conv('one', 4, { activation: 'linear' }),
          ['BatchNormalization', { name: 'norm' }],
          ['MaxPooling2D', { name: 'pool', pool_size: [2, 2] }],
          conv('two', 3),
          ['Concatenate', { name: 'both' }, ['pool', 'two']],
          ['Flatten', { name: 'flat' }],
          ['Dense', { name: 'out', units: 3 }],
        ],
        [
          ...weights('one', [3, 3, 2, 4]),
          ...['gamma', 'beta', 'moving_mean'].map(role => floats(`norm/${role}`, [4])),
          floats('norm/moving_variance', [4], () => 2),
          ...weights('two', [3, 3, 4, 3]),
          ...weights('out', [63, 3]),
        ],
      ),
      [6, 6, 2],
      ['one 4', 'two 3'],
    ));

  it('go through depthwise convolutions, convolutions in groups, and gates', () =>
    checkRemoval(
      layers(
        [5, 5, 2],
        [
          conv('one', 4),
          [
            'DepthwiseConv2D',
            { name: 'each', kernel_size: [3, 3], depth_multiplier: 2, padding: 'same', activation: 'relu' },
          ],
          conv('grouped', 6, { groups: 2, strides: [2, 2] }),
          ['GlobalAveragePooling2D', { name: 'mean' }],
          ['Dense', { name: 'gate', units: 6, activation: 'sigmoid' }],
          ['Multiply', { name: 'gated' }, ['mean', 'gate']],
          ['PReLU', { name: 'slopes' }],
          ['Dense', { name: 'out', units: 3 }],
        ],
        [
          ...weights('one', [3, 3, 2, 4]),
          floats('each/depthwise_kernel', [3, 3, 4, 2]),
          floats('each/bias', [8]),
          ...weights('grouped', [3, 3, 4, 6]),
          ...weights('gate', [6, 6]),
          floats('slopes/alpha', [6]),
          ...weights('out', [6, 3]),
        ],
      ),
      [5, 5, 2],
      // Channels of both groups go together with the outputs that a depthwise kernel makes of them, and outputs with their gates.
      ['one each 2', 'grouped gate 3'],
    ));

  it('go through separable convolutions, whatever they make of a channel', () =>
    checkRemoval(
      layers(
        [6, 6, 2],
        [
          conv('one', 4),
          [
            'SeparableConv2D',
            {
              name: 'apart',
              filters: 6,
              kernel_size: [3, 3],
              depth_multiplier: 2,
              strides: [2, 2],
              padding: 'same',
              activation: 'relu',
            },
          ],
          ['Flatten', { name: 'flat' }],
          ['Dense', { name: 'out', units: 3 }],
        ],
        [
          ...weights('one', [3, 3, 2, 4]),
          floats('apart/depthwise_kernel', [3, 3, 4, 2]),
          floats('apart/pointwise_kernel', [1, 1, 8, 6]),
          floats('apart/bias', [6]),
          ...weights('out', [54, 3]),
        ],
      ),
      [6, 6, 2],
      ['one 4', 'apart 6'],
    ));

  it('are heads of attention, and what heads read and give', () =>
    checkRemoval(
      layers(
        [5, 4],
        [
          ['Dense', { name: 'embed', units: 6 }],
          [
            'MultiHeadAttention',
            { name: 'attend', num_heads: 4, key_dim: 3, value_dim: 2, output_shape: [7] },
            ['embed', 'in'],
          ],
          ['Dense', { name: 'out', units: 3 }],
        ],
        [
          ...weights('embed', [4, 6]),
          ...weights('attend/query', [6, 4, 3]).map(asHeads),
          ...weights('attend/key', [4, 4, 3]).map(asHeads),
          ...weights('attend/value', [4, 4, 2]).map(asHeads),
          ...weights('attend/attention_output', [4, 2, 7]),
          ...weights('out', [7, 3]),
        ],
      ),
      [5, 4],
      ['embed 6', 'attend 4', 'attend 7'],
    ));

  it('go through other shapes, whose sizes are written anew', () =>
    checkRemoval(
      layers(
        [4, 4, 2],
        [
          conv('one', 6),
          ['Permute', { name: 'first', dims: [3, 1, 2] }],
          ['Reshape', { name: 'lines', target_shape: [6, 16] }],
          ['Flatten', { name: 'flat' }],
          ['Dense', { name: 'out', units: 3 }],
        ],
        [...weights('one', [3, 3, 2, 6]), ...weights('out', [96, 3])],
      ),
      [4, 4, 2],
      ['one 6'],
    ));
});

describe('units of TensorFlow graphs', () => {
  const FLOAT = { type: 'DT_FLOAT' };
  const list = (...i: string[]) => ({ list: { i } });
  const node = (name: string, op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}) => ({
    name,
    op,
    input,
    attr: { T: FLOAT, ...attr },
  });
  const constant = ({ name, dtype, shape }: Weight) =>
    node(name, 'Const', [], {
      dtype: dtype === undefined ? FLOAT : { type: 'DT_INT32' },
      value: {
        tensor: {
          dtype: dtype === undefined ? 'DT_FLOAT' : 'DT_INT32',
          tensorShape: { dim: shape.map(size => ({ size: String(size) })) },
        },
      },
    });
  const window = {
    strides: list('1', '2', '2', '1'),
    padding: { s: btoa('SAME') },
    data_format: { s: btoa('NHWC') },
    dilations: list('1', '1', '1', '1'),
  };

  it('go through convolutions, biases, normalisation, reshaping and products', () => {
    const stored = [
      floats('conv/kernel', [3, 3, 2, 5]),
      floats('conv/bias', [5]),
      floats('each/kernel', [3, 3, 5, 1]),
      ...['gamma', 'beta', 'mean'].map(role => floats(`bn/${role}`, [5])),
      floats('bn/variance', [5], () => 2),
      integers('flat/shape', [2], [-1, 20]),
      floats('dense/kernel', [20, 7]),
      floats('dense/bias', [7]),
      floats('out/kernel', [7, 3]),
    ];
    const dim = ['-1', '8', '8', '2'].map(size => ({ size }));
    const nodes = [
      node('x', 'Placeholder', [], { dtype: FLOAT, shape: { shape: { dim } } }),
      ...stored.map(constant),
      node('conv', 'Conv2D', ['x', 'conv/kernel'], window),
      node('biased', 'BiasAdd', ['conv', 'conv/bias'], { data_format: { s: btoa('NHWC') } }),
      node('relu', 'Relu', ['biased']),
      node('each', 'DepthwiseConv2dNative', ['relu', 'each/kernel'], window),
      node('bn', 'FusedBatchNormV3', ['each', 'bn/gamma', 'bn/beta', 'bn/mean', 'bn/variance'], {
        epsilon: { f: 0.001 },
        is_training: { b: false },
        data_format: { s: btoa('NHWC') },
      }),
      node('flat', 'Reshape', ['bn', 'flat/shape']),
      node('dense', '_FusedMatMul', ['flat', 'dense/kernel', 'dense/bias'], {
        fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu')] } },
        num_args: { i: '1' },
        transpose_a: { b: false },
        transpose_b: { b: false },
      }),
      node('out', 'MatMul', ['dense', 'out/kernel'], { transpose_a: { b: false }, transpose_b: { b: false } }),
    ];
    const signature = {
      inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT', tensorShape: { dim } } },
      outputs: { out: { name: 'out:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '-1' }, { size: '3' }] } } },
    };
    const files = tfjsFiles(
      {
        format: 'graph-model',
        generatedBy: '2.8.0',
        convertedBy: 'tests',
        signature,
        modelTopology: { node: nodes, versions: { producer: 1 } },
      },
      stored,
    );
    return checkRemoval(filesOf(files), [8, 8, 2], ['conv each 5', 'dense 7']);
  });
});

describe('units of weights beside a list of layers', () => {
  it('are taken out of the tensors alone', () => {
    const model = safetensorsBytes({
      'conv.weight': f32([5, 2, 3, 3]),
      'conv.bias': f32([5]),
      'fc1.weight': f32([7, 20]),
      'fc1.bias': f32([7]),
      'fc2.weight': f32([3, 7]),
      'fc2.bias': f32([3]),
    });
    const list = {
      input: { shape: [2, 4, 4] },
      layers: [
        { type: 'Conv2d', weights: 'conv', padding: 1, activation: 'relu' },
        { type: 'MaxPool2d', kernel_size: 2 },
        { type: 'Flatten' },
        { type: 'Linear', weights: 'fc1', activation: 'relu' },
        { type: 'Linear', weights: 'fc2' },
      ],
    };
    const beside = { 'model.layers.json': new TextEncoder().encode(JSON.stringify(list)) };
    assert.deepEqual(groupTitles(networkUnits(openFiles({ model, beside }))), ['conv 5', 'fc1 7']);
  });
});
