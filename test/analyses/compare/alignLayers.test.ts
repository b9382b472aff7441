import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignLayers } from '../../../src/analyses/compare/alignLayers';
import { alignModels } from '../../../src/analyses/compare/alignModels';
import type { AlignableLayer } from '../../../src/analyses/compare/layerKind';

const layer = (name: string, op: string, shape: readonly (number | null)[], more: Partial<AlignableLayer> = {}) => ({
  name,
  op,
  shape: [null, ...shape],
  inputs: [],
  ...more,
});
const pytorch = [
  layer('conv1', 'Conv2d', [8, 6, 6], { channelAxis: 1 }),
  layer('relu1', 'ReLU', [8, 6, 6], { channelAxis: 1 }),
  layer('pool', 'MaxPool2d', [8, 3, 3], { channelAxis: 1 }),
  layer('flatten', 'Flatten', [72]),
  layer('fc1', 'Linear', [32]),
  layer('relu2', 'ReLU', [32]),
  layer('fc2', 'Linear', [10]),
];
const keras = [
  layer('conv2d', 'Conv2D', [6, 6, 8], { channelAxis: 3, activation: 'relu' }),
  layer('max_pooling2d', 'MaxPooling2D', [3, 3, 8], { channelAxis: 3 }),
  layer('flatten_1', 'Flatten', [72]),
  layer('dense', 'Dense', [32], { activation: 'relu' }),
  layer('dense_1', 'Dense', [10], { activation: 'softmax' }),
];
const names = (a: readonly AlignableLayer[], b: readonly AlignableLayer[]) =>
  alignLayers(a, b).map(line => [
    line.a === undefined ? '' : a[line.a]!.name,
    line.b === undefined ? '' : b[line.b]!.name,
  ]);

describe('alignLayers', () => {
  it('pairs the layers of a network with themselves', () => {
    assert.deepEqual(
      names(pytorch, pytorch),
      pytorch.map(({ name }) => [name, name]),
    );
  });

  it('meets what another format calls otherwise: axes in another order, activations within a layer', () => {
    assert.deepEqual(names(pytorch, keras), [
      ['conv1', ''],
      ['relu1', 'conv2d'],
      ['pool', 'max_pooling2d'],
      ['flatten', 'flatten_1'],
      ['fc1', ''],
      ['relu2', 'dense'],
      ['fc2', 'dense_1'],
    ]);
  });

  it('meets a bias that is a layer of its own after it was added', () => {
    const graph = [
      layer('a/MatMul', 'MatMul', [32]),
      layer('a/BiasAdd', 'BiasAdd', [32], { inputs: ['a/MatMul'] }),
      layer('a/Relu', 'Relu', [32], { inputs: ['a/BiasAdd'] }),
    ];
    assert.deepEqual(names(pytorch.slice(4, 6), graph), [
      ['', 'a/MatMul'],
      ['fc1', 'a/BiasAdd'],
      ['relu2', 'a/Relu'],
    ]);
  });

  it('follows an order whose names have shifted', () => {
    const sequential = (ops: readonly string[]) => ops.map((op, i) => layer(`net.${i}`, op, [16]));
    const a = sequential(['Linear', 'ReLU', 'Linear']);
    const b = sequential(['Linear', 'BatchNorm1d', 'ReLU', 'Linear']);
    assert.deepEqual(names(a, b), [
      ['net.0', 'net.0'],
      ['', 'net.1'],
      ['net.1', 'net.2'],
      ['net.2', 'net.3'],
    ]);
  });

  it('meets a layer that was widened, and leaves one of another kind alone', () => {
    assert.deepEqual(names([layer('fc', 'Linear', [32])], [layer('fc', 'Linear', [64])]), [['fc', 'fc']]);
    assert.deepEqual(names([layer('a', 'Tanh', [32])], [layer('b', 'Sigmoid', [32])]), [
      ['a', ''],
      ['', 'b'],
    ]); // prettier-ignore
  });

  it('brings branches together that stand in another order', () => {
    const branches = [layer('left', 'Linear', [4]), layer('right', 'Tanh', [5])];
    const lines = alignLayers(branches, [...branches].reverse());
    assert.deepEqual(lines.map(({ a, b }) => `${a}${b}`).sort(), ['01', '10']);
  });

  it('has every layer of both once, renamed or not, whatever was inserted', () => {
    const op = fc.constantFrom('Linear', 'ReLU', 'Tanh', 'Conv2d', 'Dropout');
    const network = fc
      .array(fc.tuple(op, fc.integer({ min: 1, max: 3 })), { maxLength: 12 })
      .map(list => list.map(([word, size], i) => layer(`l${i}`, word, [size])));
    fc.assert(
      fc.property(network, network, (a, b) => {
        const lines = alignLayers(a, b);
        const taken = (side: 'a' | 'b') => lines.flatMap(line => line[side] ?? []).sort((x, y) => x - y);
        assert.deepEqual(taken('a'), [...a.keys()]);
        assert.deepEqual(taken('b'), [...b.keys()]);
      }),
    );
    fc.assert(
      fc.property(network, a => {
        const renamed = a.map((one, i) => ({ ...one, name: `other ${i}` }));
        assert.deepEqual(
          alignLayers(a, renamed),
          a.map((_, i) => ({ a: i, b: i })),
        );
      }),
    );
  });
});

describe('alignModels', () => {
  it('has a line for each layer of the first, and for what only others have', () => {
    const inserted = [...pytorch.slice(0, 2), layer('norm', 'BatchNorm2d', [8, 6, 6]), ...pytorch.slice(2)];
    const lines = alignModels([pytorch, inserted, keras]).map(({ layers }) => layers);
    assert.deepEqual(lines, [
      [0, 0, null],
      [1, 1, 0],
      [null, 2, null],
      [2, 3, 1],
      [3, 4, 2],
      [4, 5, null],
      [5, 6, 3],
      [6, 7, 4],
    ]);
  });
});
