import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DATA,
  constant,
  faultOfSavedModel,
  functionOf,
  graphOf,
  INDEX,
  node,
  openSavedModel,
  savedModel,
} from './savedModelFiles';

describe('a SavedModel', () => {
  it('is one graph, its functions in the place of their calls and its variables in that of what reads them', () => {
    const model = openSavedModel(savedModel('res'));
    assert.equal(model.format, 'tensorflow-savedmodel');
    assert.equal(model.producer, 'tensorflow 2.21.0');
    assert.deepEqual(model.inputs, [{ name: 'image', shape: [null, 12, 12, 3], type: 'float32' }]);
    assert.deepEqual(model.outputs, [{ name: 'output_0', shape: [null, 5], type: 'float32' }]);
    // As Keras counts the same network.
    assert.equal(model.parameters, 261);
    assert.deepEqual(model.unsupported, []);
    const shapes = Object.fromEntries(model.layers.map(layer => [layer.name, layer.outputShape?.slice(1).join('x')]));
    assert.equal(shapes['functional_1/conv2d_1/convolution'], '6x6x4');
    assert.equal(shapes['functional_1/separable_conv2d_1/Relu'], '4x4x6');
    assert.equal(shapes['functional_1/scores_1/Softmax'], '5');
    const statistics = model.layers.flatMap(layer => layer.weights).filter(weight => !weight.trained);
    assert.deepEqual(statistics.map(weight => weight.name.replace(/_\d+$/, '')).toSorted(), [
      'batch_normalization/moving_mean',
      'batch_normalization/moving_variance',
    ]);
    assert.deepEqual(model.readWeight('conv2d/kernel_1').shape, [3, 3, 3, 4]);
  });

  it('with loops is described whole, what is in them being no layer', () => {
    const model = openSavedModel(savedModel('rnn'));
    assert.equal(model.parameters, 489);
    assert.deepEqual(model.unsupported, []);
    assert.ok(!model.layers.some(layer => /while\/|Switch|Merge/.test(layer.name)));
  });

  it('has calls that wait for each other, but not for themselves', () => {
    const relu = functionOf('f', 'r:activations:0', [node('r', 'Relu', ['x'])]);
    const chain = (length: number) =>
      graphOf(
        [
          ...Array.from({ length }, (_, i) => node(`c${i}`, 'PartitionedCall', [i === 0 ? 'x' : `c${i - 1}`], 'f')),
          node('y', 'Relu', [`c${length - 1}`]),
        ],
        [relu],
      );
    assert.equal(openSavedModel(chain(900)).layers.length, 901);
    assert.equal(faultOfSavedModel(chain(20_000))?.code, 'too-large');
    const own = graphOf([node('y', 'PartitionedCall', ['y'], 'f')], [relu]);
    assert.match(faultOfSavedModel(own)?.message ?? '', /"y" reads its own output/);
    const two = graphOf([node('a', 'PartitionedCall', ['y'], 'f'), node('y', 'PartitionedCall', ['a'], 'f')], [relu]);
    assert.equal(faultOfSavedModel(two)?.code, 'corrupt');
  });

  it('calls functions as often as it likes: each call is nodes of its own', () => {
    const twice = functionOf('twice', 'sum:z:0', [node('sum', 'AddV2', ['x', 'x'])]);
    const model = openSavedModel(
      graphOf(
        [
          node('a', 'PartitionedCall', ['x'], 'twice'),
          node('b', 'StatefulPartitionedCall', ['a'], 'twice'),
          node('y', 'Relu', ['b']),
        ],
        [twice],
      ),
    );
    assert.deepEqual(
      model.layers.map(({ name, inputs }) => `${name} ← ${inputs.join(', ')}`),
      ['sum ← ', 'b/sum ← sum', 'y ← b/sum'],
    );
  });

  it('reads constants of which one number stands for all', () => {
    const model = openSavedModel(graphOf([constant('c', [2, 3]), node('y', 'AddV2', ['x', 'c'])]));
    assert.deepEqual([...model.readWeight('c').values], [2, 2, 2, 2, 2, 2]);
  });
});

describe('a SavedModel is refused', () => {
  const refused = (files: Parameters<typeof faultOfSavedModel>[0], code: string, sentence: RegExp) => {
    const fault = faultOfSavedModel(files);
    assert.equal(fault?.code, code, fault?.message);
    assert.match(fault.message, sentence);
  };
  const whole = savedModel('ops');

  it('cut anywhere', () => {
    for (let length = 20; length < whole.graph.length; length += 997) {
      const fault = faultOfSavedModel({ ...whole, graph: whole.graph.slice(0, length) });
      assert.ok(fault?.code === 'corrupt' || fault?.code === 'not-a-model', `${length}: ${fault?.code}`);
    }
  });

  it('without its variables, or with those of another', () => {
    refused({ ...whole, variables: {} }, 'not-found', /variables\.index/);
    refused({ ...whole, variables: { ...whole.variables, [DATA]: new Uint8Array(4) } }, 'corrupt', /which has 4/);
    refused(
      { ...whole, variables: { ...whole.variables, [INDEX]: new Uint8Array(100) } },
      'corrupt',
      /does not end like one/,
    );
    const index = whole.variables[INDEX]!;
    refused(
      { ...whole, variables: { ...whole.variables, [INDEX]: index.slice(0, -3) } },
      'corrupt',
      /index of variables/,
    );
  });

  it('for functions that call themselves, or multiply without end', () => {
    const loop = functionOf('f', 'again:output:0', [node('again', 'PartitionedCall', ['x'], 'f')]);
    refused(graphOf([node('y', 'PartitionedCall', ['x'], 'f')], [loop]), 'corrupt', /calls itself/);
    const functions = Array.from({ length: 40 }, (_, i) =>
      functionOf(`f${i}`, 'b:output:0', [
        node('a', 'PartitionedCall', ['x'], `f${i + 1}`),
        node('b', 'PartitionedCall', ['a:output:0'], `f${i + 1}`),
      ]),
    );
    const last = functionOf('f40', 'r:activations:0', [node('r', 'Relu', ['x'])]);
    refused(
      graphOf([node('y', 'PartitionedCall', ['x'], 'f0')], [...functions, last]),
      'too-large',
      /more than \d+ nodes/,
    );
  });

  it('for what is not there', () => {
    refused(graphOf([node('y', 'PartitionedCall', ['x'], 'nowhere')]), 'corrupt', /function that is not there/);
    refused(graphOf([node('y', 'Relu', ['nowhere'])]), 'corrupt', /"nowhere", which is not there/);
    refused(graphOf([]), 'corrupt', /"y", which is not there/);
    refused(graphOf([node('y', 'Relu', ['z']), node('z', 'Relu', ['y'])]), 'corrupt', /depends on itself/);
  });

  it('for one number that would stand for a billion', () => {
    refused(
      graphOf([constant('c', [2 ** 15, 2 ** 15]), node('y', 'AddV2', ['x', 'c'])]),
      'too-large',
      /more than 100 times/,
    );
    refused(
      graphOf([constant('c', [2 ** 30, 2 ** 30]), node('y', 'AddV2', ['x', 'c'])]),
      'corrupt',
      /more values than any file/,
    );
  });
});
