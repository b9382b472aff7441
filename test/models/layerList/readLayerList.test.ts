import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemorySource } from '../../../src/base/bytes';
import type { Fault } from '../../../src/base/fault';
import { readLayerList } from '../../../src/models/layerList/readLayerList';
import { ascii } from '../../fuzz/target';
import { CNN, MLP, missingIn, openWith } from './weightFiles';

const CNN_LAYERS = [
  { type: 'Conv2d', weights: 'conv', stride: 2, padding: 1, activation: 'relu' },
  { type: 'Flatten' },
  { type: 'Linear', weights: 'fc' },
];

describe('a layer list beside a file of weights', () => {
  it('gives it a network: inputs, layers by their own names, shapes', () => {
    const model = openWith(CNN, { list: { input: { shape: [1, 4, 4] }, layers: CNN_LAYERS } });
    assert.equal(model.missing, undefined);
    assert.equal(model.format, 'safetensors');
    assert.deepEqual(model.inputs, [{ name: 'input', shape: [null, 1, 4, 4], type: 'float32' }]);
    assert.deepEqual(
      model.layers.map(({ name, op, outputShape, parameters, inputs }) => [name, op, outputShape, parameters, inputs]),
      [
        ['conv', 'Conv2d', [null, 2, 2, 2], 20, []],
        ['conv_relu', 'relu', [null, 2, 2, 2], 0, ['conv']],
        ['flatten', 'Flatten', [null, 8], 0, ['conv_relu']],
        ['fc', 'Linear', [null, 3], 27, ['flatten']],
      ],
    );
    assert.equal(model.parameters, 47);
  });

  it('is said with every result', () => {
    const model = openWith(CNN, { list: { input: { shape: [1, 4, 4] }, layers: CNN_LAYERS } });
    assert.match(model.assumption?.sentence ?? '', /as net\.layers\.json describes it/);
    assert.equal(model.warnings[0]!.code, 'assumed-architecture');
    assert.ok(model.details.some(({ name, value }) => name === 'layer list' && value === 'net.layers.json'));
  });

  for (const name of ['net.safetensors.layers.json', 'net.layers.json', 'all.layers.json'])
    it(`is found as ${name}`, () => {
      const list = {
        layers: [
          { type: 'Linear', weights: 'fc1' },
          { type: 'Linear', weights: 'fc2' },
        ],
      };
      assert.match(openWith(MLP, { list, name }).assumption?.sentence ?? '', new RegExp(name));
    });

  it('names weights that it does not use', () => {
    const model = openWith(MLP, { list: { layers: [{ type: 'Linear', weights: 'fc1' }] } });
    assert.ok(model.details.some(({ name, value }) => name === 'not used' && value === 'fc2 (21 parameters)'));
  });

  it('leaves weights that can be described, where it is wrong', () => {
    const model = openWith(MLP, { list: '{' });
    assert.equal(model.program, undefined);
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      ['fc1', 'fc2'],
    );
    assert.deepEqual(model.missing?.layerList, { file: 'net.layers.json', exists: true });
  });
});

describe('what is wrong in a layer list is told with its place', () => {
  const linear = { type: 'Linear', weights: 'fc1' };
  const conv = CNN_LAYERS[0]!;
  const cases: [string, unknown, string, RegExp][] = [
    ['text that is no JSON', '{"layers": [', 'corrupt', /ends early \(line 1\)/],
    ['a key twice', '{"layers": [],\n "layers": []}', 'corrupt', /"layers" comes twice \(line 2\)/],
    ['JSON that is nested without end', `{"layers": ${'['.repeat(500)}`, 'corrupt', /nested/],
    ['a list at the top', [], 'corrupt', /is no JSON object/],
    ['no layers', { layers: [] }, 'corrupt', /layers is empty/],
    ['a key that is not known', { layers: [{ ...linear, strides: 2 }] }, 'corrupt', /layers\[0\]\."strides" is no key/],
    [
      'a key of objects',
      '{"layers": [{"type": "Linear", "weights": "fc1", "__proto__": 1}]}',
      'corrupt',
      /"__proto__" is no key/,
    ],
    [
      'a type that is not known',
      { layers: [{ type: 'Liner' }] },
      'corrupt',
      /layers\[0\]\.type is no layer that is known: "Liner"/,
    ],
    ['a type by the name of a method', { layers: [{ type: 'constructor' }] }, 'corrupt', /layers\[0\]\.type/],
    [
      'a stride of 0',
      { layers: [{ ...conv, stride: 0 }] },
      'corrupt',
      /layers\[0\]\.stride must be a whole number from 1/,
    ],
    ['a stride that is text', { layers: [{ ...conv, stride: '2' }] }, 'corrupt', /layers\[0\]\.stride .* not "2"/],
    ['a stride of three sides', { layers: [{ ...conv, stride: [1, 1, 1] }] }, 'corrupt', /must have 2 numbers, not 3/],
    ['a stride beyond all bounds', { layers: [{ ...conv, stride: 1e15 }] }, 'corrupt', /layers\[0\]\.stride/],
    [
      'an activation that is not known',
      { layers: [{ ...linear, activation: 'rely' }] },
      'corrupt',
      /layers\[0\]\.activation must be none, relu/,
    ],
    [
      'an activation that is still open',
      {
        layers: [
          { ...linear, activation: '?' },
          { ...linear, activation: '?' },
        ],
      },
      'unsupported',
      /layers\[0\]\.activation is still open \("\?"\), and so are 1 other/,
    ],
    ['weights that are not said', { layers: [{ type: 'Linear' }] }, 'corrupt', /layers\[0\]\.weights is needed/],
    [
      'weights of a layer that has none',
      { layers: [{ type: 'ReLU', weights: 'fc1' }] },
      'corrupt',
      /layers\[0\]\.weights belongs to no layer of this type/,
    ],
    ['a kernel that is not said', { layers: [{ type: 'MaxPool2d' }] }, 'corrupt', /layers\[0\]\.kernel_size is needed/],
    [
      'a name twice',
      {
        layers: [
          { ...linear, name: 'a' },
          { ...linear, name: 'a' },
        ],
      },
      'corrupt',
      /layers\[1\]\.name is the name of a layer before it/,
    ],
    ['a name with a slash', { layers: [{ ...linear, name: 'a/b' }] }, 'corrupt', /layers\[0\]\.name must be made of/],
    [
      'a layer that reads what comes later',
      {
        layers: [
          { ...linear, from: 'fc2' },
          { type: 'Linear', weights: 'fc2' },
        ],
      },
      'corrupt',
      /layers\[0\]\.from names no layer before it: "fc2"/,
    ],
    [
      'a sum of one',
      { layers: [linear, { type: 'Add', from: ['fc1'] }] },
      'corrupt',
      /layers\[1\]\.from must name between 2/,
    ],
    [
      'an input of 2^60 values',
      { input: { shape: [2 ** 20, 2 ** 20, 2 ** 20] }, layers: [linear] },
      'too-large',
      /input\.shape is a row of/,
    ],
    ['an input of negative length', { input: { shape: [-1] }, layers: [linear] }, 'corrupt', /input\.shape\[0\]/],
    [
      'an input that is not said',
      { layers: [{ type: 'ReLU' }] },
      'corrupt',
      /input\.shape is needed: a network that begins with ReLU/,
    ],
    [
      'tensors that the file does not hold',
      { layers: [{ type: 'Linear', weights: 'fc9' }], input: { shape: [4] } },
      'shape-mismatch',
      /layers\[0\] \(Linear "fc9"\) needs a tensor fc9\.weight/,
    ],
    [
      'layers that do not fit',
      { layers: [linear, linear] },
      'shape-mismatch',
      /layers\[1\] \(Linear "fc1"\) does not fit what comes to it, of the shape 6/,
    ],
    [
      'a convolution of a dense weight',
      { input: { shape: [1, 4, 4] }, layers: [{ ...conv, weights: 'fc1' }] },
      'shape-mismatch',
      /needs a weight of 4 axes/,
    ],
    [
      'enlargements without end',
      {
        input: { shape: [1, 64, 64] },
        layers: Array.from({ length: 60 }, () => ({ type: 'Upsample', scale_factor: 64 })),
      },
      'too-large',
      /layers\[\d+\] makes/,
    ],
    [
      'an adaptive pool of any size',
      { input: { shape: [1, 9, 9] }, layers: [{ type: 'AdaptiveAvgPool2d', output_size: 1e9 }] },
      'corrupt',
      /output_size/,
    ],
    ['more layers than are read', { layers: new Array(6000).fill(linear) }, 'too-large', /layers has 6,000 entries/],
  ];
  for (const [what, list, code, says] of cases)
    it(what, () => {
      const fault = missingIn(MLP, { list });
      assert.equal(fault.code, code, fault.message);
      assert.match(fault.message, says);
      assert.equal(fault.source, 'net.layers.json');
    });

  it('a file that is far too large for a list', () => {
    const source = new MemorySource('net.layers.json', ascii(' '.repeat(2 ** 20 + 1)));
    assert.throws(
      () => readLayerList(source),
      (error: Fault) => error.code === 'too-large',
    );
  });
});
