import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Layer } from '../../../src/models/model';
import {
  graph,
  int64Tensor,
  localFunction,
  model,
  node,
  perceptron,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../onnxBuilder';
import { openBytes } from '../openBytes';

const root = path.join(__dirname, '..', '..', '..');
const file = (...parts: string[]): Bytes => new Uint8Array(fs.readFileSync(path.join(root, ...parts)));

const brief = (layers: readonly Layer[]) =>
  layers.map(layer => [layer.name, layer.op, layer.outputShape, layer.parameters]);
const names = (content: Bytes) => openBytes(content).layers.map(layer => layer.name);

const linear = (name: string, module: string, from: string, to: string) => ({
  node: node('Gemm', [from, `${module}.weight`, `${module}.bias`], [to], { name, attributes: { transB: 1 } }),
  initializers: [tensor(`${module}.weight`, [4, 4], weights(16)), tensor(`${module}.bias`, [4], weights(4))],
});

const vector = { inputs: [value('x', ['batch', 4])], outputs: [value('y', ['batch', 4])] };

describe('networks exported by PyTorch', () => {
  it('have a layer for each module, in order, with its author’s name', () => {
    const mlp = openBytes(file('samples', 'models', 'digits-mlp.onnx'));
    assert.equal(mlp.producer, 'pytorch 1.13.0');
    assert.deepEqual(mlp.inputs, [{ name: 'input', shape: [null, 64], type: 'float32' }]);
    assert.equal(mlp.parameters, 18986);
    assert.deepEqual(brief(mlp.layers), [
      ['fc1', 'Gemm', [null, 128], 8320],
      ['relu1', 'Relu', [null, 128], 0],
      ['fc2', 'Gemm', [null, 64], 8256],
      ['relu2', 'Relu', [null, 64], 0],
      ['fc3', 'Gemm', [null, 32], 2080],
      ['relu3', 'Relu', [null, 32], 0],
      ['fc4', 'Gemm', [null, 10], 330],
    ]);
    assert.deepEqual(mlp.layers[2]?.inputs, ['relu1']);
  });

  it('have shapes of images through convolution, pooling and flattening', () => {
    const cnn = openBytes(file('samples', 'models', 'digits-cnn.onnx'));
    assert.equal(cnn.parameters, 61314);
    assert.deepEqual(
      brief(cnn.layers).filter(([, op]) => op !== 'Relu'),
      [
        ['conv1', 'Conv', [null, 40, 8, 8], 400],
        ['conv2', 'Conv', [null, 48, 8, 8], 17328],
        ['pool1', 'MaxPool', [null, 48, 4, 4], 0],
        ['conv3', 'Conv', [null, 48, 4, 4], 20784],
        ['conv4', 'Conv', [null, 40, 4, 4], 17320],
        ['pool2', 'MaxPool', [null, 40, 2, 2], 0],
        ['flatten', 'Flatten', [null, 160], 0],
        ['fc1', 'Gemm', [null, 32], 5152],
        ['fc2', 'Gemm', [null, 10], 330],
      ],
    );
    assert.equal(cnn.layers.find(layer => layer.name === 'conv1')?.channelAxis, 1);
  });

  it('have a residual sum as a layer by its node’s name, reading both of its branches', () => {
    const residual = openBytes(file('test', 'fixtures', 'networks', 'resmlp.onnx'));
    assert.equal(residual.parameters, 71370);
    assert.deepEqual(
      residual.layers.slice(0, 6).map(layer => layer.name),
      ['stem', '/Relu', 'blocks.0.fc1', 'blocks.0.relu', 'blocks.0.fc2', '/blocks.0/Add'],
    );
    assert.deepEqual(residual.layers[5]?.inputs, ['/Relu', 'blocks.0.fc2']);
  });

  it('do not count running statistics of batch normalisation as parameters, but list them', () => {
    const normalised = openBytes(file('test', 'fixtures', 'networks', 'neural-collapse.onnx'));
    assert.equal(normalised.parameters, 47882);
    const layer = normalised.layers.find(one => one.name === 'bn1');
    assert.equal(layer?.parameters, 320);
    assert.deepEqual(
      layer.weights.map(weight => [weight.name, weight.trained]),
      [
        ['bn1.weight', true],
        ['bn1.bias', true],
        ['bn1.running_mean', false],
        ['bn1.running_var', false],
      ],
    );
  });

  it('join a scope whose parts repeat their parent (Sequential in Sequential)', () => {
    const one = linear('/features/features.1/conv/conv.0/conv.0.0/Gemm', 'features.1.conv.0.0', 'x', 'y');
    assert.deepEqual(names(model(graph({ ...vector, nodes: [one.node], initializers: one.initializers }))), [
      'features.1.conv.0.0',
    ]);
  });

  it('take the missing beginning of a scope from the weights’ names', () => {
    const one = linear('/layer.0/attention/query/Gemm', 'bert.encoder.layer.0.attention.query', 'x', 'a');
    const act = node('Relu', ['a'], ['y'], { name: '/layer.0/activation/Relu' });
    assert.deepEqual(names(model(graph({ ...vector, nodes: [one.node, act], initializers: one.initializers }))), [
      'bert.encoder.layer.0.attention.query',
      'bert.encoder.layer.0.activation',
    ]);
  });

  it('make one layer of a module of several nodes: the op carries the weights, the output is the last', () => {
    const nodes = [
      node('MatMul', ['x', 'onnx::MatMul_9'], ['a'], { name: '/head/MatMul' }),
      node('Add', ['head.bias', 'a'], ['y'], { name: '/head/Add' }),
    ];
    const initializers = [tensor('onnx::MatMul_9', [4, 4], weights(16)), tensor('head.bias', [4], weights(4))];
    const read = openBytes(model(graph({ ...vector, nodes, initializers })));
    assert.deepEqual(brief(read.layers), [['head', 'MatMul', [null, 4], 20]]);
    assert.equal(read.layers[0]?.output, 'y');
  });

  it('tell calls of one module apart, and count shared weights once', () => {
    const first = linear('/fc/Gemm', 'fc', 'x', 'a');
    const second = linear('/fc_1/Gemm', 'fc', 'a', 'y');
    const read = openBytes(
      model(graph({ ...vector, nodes: [first.node, second.node], initializers: first.initializers })),
    );
    assert.deepEqual(brief(read.layers), [
      ['fc', 'Gemm', [null, 4], 20],
      ['fc_1', 'Gemm', [null, 4], 20],
    ]);
    assert.equal(read.parameters, 20);
  });

  it('keep the names of their own scopes where another module’s weights turned out to be the same', () => {
    const first = linear('/layers.0/norm/Gemm', 'layers.0.norm', 'x', 'a');
    const second = linear('/layers.1/norm/Gemm', 'layers.0.norm', 'a', 'b');
    const act = node('Relu', ['b'], ['y'], { name: '/layers.1/activation/Relu' });
    const read = model(graph({ ...vector, nodes: [first.node, second.node, act], initializers: first.initializers }));
    assert.deepEqual(names(read), ['layers.0.norm', 'layers.1.norm', 'layers.1.activation']);
  });

  it('before 1.13 name layers by their weights, and what has none by its node', () => {
    const first = linear('Gemm_0', 'fc1', 'x', 'a');
    const second = linear('Gemm_2', 'fc1', 'b', 'y');
    const nodes = [first.node, node('Relu', ['a'], ['b'], { name: 'Relu_1' }), second.node];
    // Old exporters list every weight as an input too.
    const inputs = [...vector.inputs, value('fc1.weight', [4, 4]), value('fc1.bias', [4])];
    const read = openBytes(
      model(graph({ ...vector, inputs, nodes, initializers: first.initializers }), { irVersion: 3, opset: 9 }),
    );
    assert.deepEqual(
      read.layers.map(layer => layer.name),
      ['fc1', 'Relu_1', 'fc1_1'],
    );
    assert.deepEqual(
      read.inputs.map(input => input.name),
      ['x'],
    );
  });

  it('from torch.export name layers by the scopes in their metadata, a module called twice once a call', () => {
    const scopes = (...parts: string[]) => ({
      metadata: { 'pkg.torch.onnx.name_scopes': `[${parts.map(part => `'${part}'`).join(', ')}]` },
    });
    const nodes = [
      node('Gemm', ['x', 'b.0.fc1.weight'], ['a'], { name: 'node_linear', ...scopes('', 'b.0', 'b.0.fc1', 'linear') }),
      node('Relu', ['a'], ['b'], { name: 'node_relu', ...scopes('', 'b.0', 'b.0.act', 'relu') }),
      node('Gemm', ['b', 'b.0.fc2.weight'], ['c'], {
        name: 'node_linear_1',
        ...scopes('', 'b.0', 'b.0.fc2', 'linear_1'),
      }),
      node('Relu', ['c'], ['d'], { name: 'node_relu_1', ...scopes('', 'b.0', 'b.0.act', 'relu_1') }),
      node('Add', ['x', 'd'], ['y'], { name: 'node_add', ...scopes('', 'b.0', 'add') }),
    ];
    const initializers = ['b.0.fc1.weight', 'b.0.fc2.weight'].map(name => tensor(name, [4, 4], weights(16)));
    assert.deepEqual(names(model(graph({ ...vector, nodes, initializers }), { opset: 18 })), [
      'b.0.fc1',
      'b.0.act',
      'b.0.fc2',
      'b.0.act_1',
      'node_add',
    ]);
  });

  it('without metadata, from torch.export, name layers by their weights', () => {
    const one = linear('node_linear', 'fc1', 'x', 'a');
    const nodes = [one.node, node('Relu', ['a'], ['y'], { name: 'node_relu' })];
    assert.deepEqual(names(model(graph({ ...vector, nodes, initializers: one.initializers }))), ['fc1', 'node_relu']);
  });
});

describe('networks of other exporters', () => {
  it('have their nodes as layers, by their names', () => {
    const nodes = [
      node('MatMul', ['x', 'model/dense/MatMul/ReadVariableOp:0'], ['a'], { name: 'model/dense/MatMul' }),
      node('Add', ['a', 'model/dense/BiasAdd/ReadVariableOp:0'], ['b'], { name: 'model/dense/BiasAdd' }),
      node('Relu', ['b'], ['y'], { name: 'model/dense/Relu' }),
    ];
    const initializers = [
      tensor('model/dense/MatMul/ReadVariableOp:0', [4, 4], weights(16)),
      tensor('model/dense/BiasAdd/ReadVariableOp:0', [4], weights(4)),
    ];
    const read = openBytes(model(graph({ ...vector, nodes, initializers })));
    assert.deepEqual(brief(read.layers), [
      ['model/dense/MatMul', 'MatMul', [null, 4], 16],
      ['model/dense/BiasAdd', 'Add', [null, 4], 4],
      ['model/dense/Relu', 'Relu', [null, 4], 0],
    ]);
  });

  it('have names made up for nodes without, and each name once', () => {
    const nodes = [
      node('Relu', ['x'], ['a']),
      node('Tanh', ['a'], ['b'], { name: 'twice' }),
      node('Relu', ['b'], ['c']),
      node('Tanh', ['c'], ['y'], { name: 'twice' }),
    ];
    assert.deepEqual(names(model(graph({ ...vector, nodes }))), ['Relu_0', 'twice', 'Relu_1', 'twice_1']);
  });

  it('may keep weights in Constant nodes, and bring them in shape by others', () => {
    const nodes = [
      node('Constant', [], ['w'], { attributes: { value: { tensor: tensor('', [4, 4], weights(16)) } } }),
      node('Transpose', ['w'], ['wt'], { attributes: { perm: [1, 0] } }),
      node('MatMul', ['x', 'wt'], ['y'], { name: 'dense' }),
    ];
    const read = openBytes(model(graph({ ...vector, nodes })));
    assert.deepEqual(brief(read.layers), [['dense', 'MatMul', [null, 4], 16]]);
    assert.deepEqual([...read.readWeight('w').values].slice(0, 2), [...Float32Array.from(weights(2))]);
  });

  it('leave out what computes shapes, constants and number formats', () => {
    const nodes = [
      node('Shape', ['x'], ['s'], { name: 'shape' }),
      node('Gather', ['s', 'zero'], ['n'], { name: 'gather' }),
      node('Unsqueeze', ['n', 'axes'], ['n1'], { name: 'unsqueeze' }),
      node('Concat', ['n1', 'rest'], ['target'], { name: 'concat', attributes: { axis: 0 } }),
      node('Cast', ['x'], ['c'], { name: 'cast', attributes: { to: 1 } }),
      node('Relu', ['c'], ['r'], { name: 'act' }),
      node('Reshape', ['r', 'target'], ['y'], { name: 'reshape' }),
    ];
    const initializers = [
      int64Tensor('zero', [], [0]),
      int64Tensor('axes', [1], [0]),
      int64Tensor('rest', [2], [2, 2]),
    ];
    const read = openBytes(model(graph({ inputs: vector.inputs, outputs: [value('y')], nodes, initializers })));
    assert.deepEqual(names(model(graph({ inputs: vector.inputs, outputs: [value('y')], nodes, initializers }))), [
      'act',
    ]);
    assert.deepEqual(read.outputs[0]?.shape, [null, 2, 2]);
    assert.equal(read.parameters, 0);
  });

  it('quantised: count the integers that stand for weights, not scales and zero points', () => {
    const nodes = [
      node('QuantizeLinear', ['x', 's', 'z'], ['xq'], { name: 'x_QuantizeLinear' }),
      node('DequantizeLinear', ['xq', 's', 'z'], ['xd'], { name: 'x_DequantizeLinear' }),
      node('DequantizeLinear', ['fc1.weight_quantized', 's', 'zw'], ['w'], { name: 'fc1.weight_DequantizeLinear' }),
      node('Gemm', ['xd', 'w', 'fc1.bias'], ['y'], { name: '/fc1/Gemm' }),
    ];
    const initializers = [
      tensor('s', [], [0.1]),
      rawTensor('z', [], 2, Uint8Array.of(128)),
      rawTensor('zw', [], 3, Uint8Array.of(0)),
      rawTensor(
        'fc1.weight_quantized',
        [4, 4],
        3,
        Uint8Array.from({ length: 16 }, (_, i) => i),
      ),
      tensor('fc1.bias', [4], weights(4)),
    ];
    const read = openBytes(model(graph({ ...vector, nodes, initializers })));
    assert.deepEqual(brief(read.layers), [['fc1', 'Gemm', [null, 4], 20]]);
    assert.deepEqual(
      read.layers[0]?.weights.map(weight => [weight.name, weight.type]),
      [
        ['fc1.weight_quantized', 'int8'],
        ['fc1.bias', 'float32'],
      ],
    );
  });

  it('follow shapes into local functions and both branches of If', () => {
    const dense = localFunction(
      'custom',
      'Dense',
      ['x', 'w'],
      ['y'],
      [node('MatMul', ['x', 'w'], ['m']), node('Relu', ['m'], ['y'])],
    );
    const branch = (op: string) => graph({ nodes: [node(op, ['a'], ['out'])], outputs: [value('out')] });
    const nodes = [
      node('Dense', ['x', 'layer.w'], ['a'], { name: 'dense', domain: 'custom' }),
      node('If', ['flag'], ['y'], {
        name: 'choice',
        attributes: { then_branch: { graph: branch('Relu') }, else_branch: { graph: branch('Tanh') } },
      }),
    ];
    const initializers = [tensor('layer.w', [4, 3], weights(12)), rawTensor('flag', [], 9, Uint8Array.of(1))];
    const read = openBytes(
      model(graph({ inputs: vector.inputs, outputs: [value('y')], nodes, initializers }), {
        functions: [dense],
        opsets: { custom: 1 },
      }),
    );
    assert.deepEqual(read.unsupported, []);
    assert.deepEqual(
      read.layers.map(layer => [layer.op, layer.outputShape, layer.parameters]),
      [
        ['Dense', [null, 3], 12],
        ['If', [null, 3], 0],
      ],
    );
  });

  it('name the operator that no runtime knows, and the layers before it', () => {
    const nodes = [
      node('Relu', ['x'], ['a'], { name: '/relu1/Relu' }),
      node('Fancy', ['a'], ['b'], { name: '/fancy/Fancy', domain: 'com.example' }),
      node('Relu', ['b'], ['y'], { name: '/relu2/Relu' }),
    ];
    const read = openBytes(model(graph({ ...vector, nodes })));
    assert.deepEqual(
      read.layers.map(layer => layer.name),
      ['relu1', 'fancy', 'relu2'],
    );
    assert.deepEqual(read.unsupported, [
      { operator: 'com.example.Fancy', node: '/fancy/Fancy', layersBefore: ['relu1'] },
    ]);
  });

  it('have masks and positions left out until they meet the data', () => {
    const nodes = [
      node('Cast', ['mask'], ['m'], { name: 'cast', attributes: { to: 1 } }),
      node('Sub', ['one', 'm'], ['n'], { name: 'sub' }),
      node('Gather', ['embedding.weight', 'ids'], ['e'], { name: 'lookup' }),
      node('Unsqueeze', ['n', 'axes'], ['u'], { name: 'unsqueeze' }),
      node('Add', ['e', 'u'], ['y'], { name: 'sum' }),
    ];
    const inputs = [value('ids', ['batch', 'seq'], 7), value('mask', ['batch', 'seq'], 7)];
    const initializers = [
      tensor('one', [], [1]),
      tensor('embedding.weight', [9, 4], weights(36)),
      int64Tensor('axes', [1], [-1]),
    ];
    const read = openBytes(model(graph({ inputs, outputs: [value('y')], nodes, initializers })));
    assert.deepEqual(brief(read.layers), [
      ['embedding', 'Gather', [null, null, 4], 36],
      ['sum', 'Add', [null, null, 4], 0],
    ]);
  });
});

describe('what a model says of itself', () => {
  it('gives class names in the ways that exporters write them', () => {
    const ways = {
      names: "{0: 'cat', 1: 'dog'}",
      classes: '["cat", "dog"]',
      labels: 'cat, dog',
      id2label: '{"0": "cat", "1": "dog"}',
    };
    for (const [key, text] of Object.entries(ways)) {
      assert.deepEqual(openBytes(perceptron([4, 2], { metadata: { [key]: text } })).classNames, ['cat', 'dog'], key);
    }
    assert.equal(openBytes(perceptron([4, 2], { metadata: { names: '{0: "cat", 7: "dog"}' } })).classNames, undefined);
    assert.equal(openBytes(perceptron([4, 2])).classNames, undefined);
  });

  it('gives opset, IR version and metadata as details', () => {
    const details = openBytes(perceptron([4, 2], { opset: 13, metadata: { task: 'classify' } })).details;
    assert.deepEqual(details.find(detail => detail.name === 'opset')?.value, '13');
    assert.deepEqual(details.find(detail => detail.name === 'task')?.value, 'classify');
  });

  it('keeps a fixed batch as it is, and takes −1 for a free one', () => {
    assert.deepEqual(openBytes(perceptron([4, 2], { batch: 1 })).layers[0]?.outputShape, [1, 2]);
    assert.deepEqual(openBytes(perceptron([4, 2], { batch: -1 })).layers[0]?.outputShape, [null, 2]);
  });
});
