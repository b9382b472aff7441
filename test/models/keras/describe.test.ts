import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Layer, Model } from '../../../src/models/model';
import { denseLayers, kerasArchive, openKeras, openKerasFile, stack } from './kerasFiles';

const layerOf = (model: Model, name: string): Layer => {
  const found = model.layers.find(layer => layer.name === name);
  assert.ok(found !== undefined, `no layer ${name}; there are ${model.layers.map(layer => layer.name).join(', ')}`);
  return found;
};
const words = (model: Model) => model.layers.map(({ name, op }) => `${name} ${op}`);

describe('a Keras model', () => {
  it('of version 2 is described layer by layer, in Keras’s words', () => {
    const model = openKerasFile('keras2.h5');
    assert.equal(model.format, 'keras-h5');
    assert.equal(model.producer, 'keras 2.11.0');
    assert.deepEqual(model.inputs, [{ name: 'dense_input', shape: [null, 64], type: 'float32' }]);
    assert.deepEqual(model.outputs, [{ name: 'dense_3', shape: [null, 10], type: 'float32' }]);
    assert.deepEqual(words(model), ['dense Dense', 'dense_1 Dense', 'dense_2 Dense', 'dense_3 Dense']);
    assert.equal(model.parameters, 18986);
    const { shape, values } = model.readWeight('dense/kernel:0');
    assert.deepEqual(shape, [64, 128]);
    assert.equal(values.length, 64 * 128);
  });

  for (const file of ['res.keras', 'res.h5']) {
    it(`with branches has the shapes and sources of its layers (${file})`, () => {
      const model = openKerasFile(file);
      assert.equal(model.producer, 'keras 3.15.1');
      assert.deepEqual(words(model), [
        'conv2d Conv2D',
        'batch_normalization BatchNormalization',
        're_lu ReLU',
        'depthwise_conv2d DepthwiseConv2D',
        'sum Add',
        'separable_conv2d SeparableConv2D',
        'global_average_pooling2d GlobalAveragePooling2D',
        'dropout Dropout',
        'scores Dense',
      ]);
      assert.deepEqual(layerOf(model, 'conv2d').outputShape, [null, 6, 6, 4]);
      assert.equal(layerOf(model, 'conv2d').channelAxis, 3);
      assert.deepEqual(layerOf(model, 'sum').inputs, ['re_lu', 'depthwise_conv2d']);
      assert.deepEqual(layerOf(model, 'separable_conv2d').outputShape, [null, 4, 4, 6]);
      // As Keras counts what it trains: gamma and beta, not the running mean and variance.
      assert.equal(layerOf(model, 'batch_normalization').parameters, 8);
      assert.equal(layerOf(model, 'batch_normalization').weights.length, 4);
      assert.equal(model.parameters, 261);
      assert.deepEqual(model.unsupported, []);
    });
  }

  for (const file of ['nested.keras', 'nested.h5']) {
    it(`within a model is part of it; each call of a shared layer is a layer, its weights count once (${file})`, () => {
      const model = openKerasFile(file);
      assert.deepEqual(words(model), [
        'inner/dense Dense',
        'inner/layer_normalization LayerNormalization',
        'inner/dense_1 Dense',
        'inner/dense:1 Dense',
        'inner/layer_normalization:1 LayerNormalization',
        'inner/dense_1:1 Dense',
        'concatenate Concatenate',
        'dense_2 Dense',
      ]);
      assert.deepEqual(layerOf(model, 'concatenate').inputs, ['inner/dense_1', 'inner/dense_1:1']);
      assert.equal(model.parameters, 112);
      assert.deepEqual(
        model.inputs.map(input => input.name),
        ['a', 'b'],
      );
    });
  }

  it('with recurrent layers keeps both directions’ weights', () => {
    const model = openKerasFile('rnn.keras');
    assert.deepEqual(layerOf(model, 'bidirectional').outputShape, [null, 7, 8]);
    assert.deepEqual(
      layerOf(model, 'bidirectional').weights.map(({ name, shape }) => `${name} ${shape.join('x')}`),
      [
        'bidirectional/forward/kernel 5x16',
        'bidirectional/forward/recurrent_kernel 4x16',
        'bidirectional/forward/bias 16',
        'bidirectional/backward/kernel 5x16',
        'bidirectional/backward/recurrent_kernel 4x16',
        'bidirectional/backward/bias 16',
      ],
    );
    assert.equal(model.parameters, 489);
    assert.deepEqual(layerOf(openKerasFile('gru.keras'), 'gru').weights[2]?.shape, [2, 12]);
  });

  it('with every other kind of layer follows the shapes that Keras gives', () => {
    const shapes = (file: string) => openKerasFile(file).layers.map(layer => layer.outputShape?.slice(1).join('x'));
    assert.deepEqual(shapes('conv1d.keras'), ['16x4', '8x4', '10x3', '30', '3']);
    assert.deepEqual(shapes('misc.keras'), [
      '10x10x2',
      '20x20x3',
      '20x20x3',
      '40x40x3',
      '34x34x3',
      '12x12x3',
      '12x12x3',
      '3x12x12',
      '3x144',
      '3x144',
      '3x144',
      '144',
      '4',
    ]);
    assert.deepEqual(shapes('mha.keras'), ['6x8', '6x8', '6x8']);
  });

  it('with arithmetic between layers names its operations', () => {
    const model = openKerasFile('ops.keras');
    assert.deepEqual(words(model), ['dense_7 Dense', 'add_1 Add', 'relu Relu', 'multiply Multiply']);
    assert.deepEqual(words(openKerasFile('ops.h5')), words(model));
    assert.deepEqual(model.unsupported, []);
  });

  it('that was built by its first call takes any number of rows', () => {
    assert.deepEqual(openKerasFile('noinput.keras').inputs[0]?.shape, [null, 3]);
  });

  it('without the shape of its input tells it from the first kernel', () => {
    const config = { class_name: 'Sequential', config: { name: 's', layers: denseLayers } };
    assert.deepEqual(openKeras(kerasArchive(config)).inputs, [
      { name: 'dense_10_input', shape: [null, 3], type: 'float32' },
    ]);
  });

  it('with a layer of its author’s is described, and the layer named', () => {
    const custom = { class_name: 'Swirl', registered_name: 'mine>Swirl', module: null, config: { name: 'swirl' } };
    const model = openKeras(kerasArchive(stack(denseLayers[0]!, custom, denseLayers[1]!)));
    assert.deepEqual(words(model), ['dense_10 Dense', 'swirl Swirl', 'dense_11 Dense']);
    assert.deepEqual(model.unsupported, [{ operator: 'Swirl', node: 'swirl', layersBefore: ['dense_10'] }]);
    assert.equal(layerOf(model, 'dense_11').outputShape, undefined);
  });
});

describe('a file of weights alone', () => {
  it('in the layout of Keras 2 has its layers by name', () => {
    const model = openKerasFile('keras2.weights.h5');
    assert.equal(model.format, 'keras-weights');
    assert.equal(model.parameters, 18986);
    assert.deepEqual(words(model), ['dense Dense', 'dense_1 Dense', 'dense_2 Dense', 'dense_3 Dense']);
    assert.equal(model.program, undefined);
  });

  it('counts no statistics, also of a normalisation without a scale', () => {
    const model = openKerasFile('unscaled.weights.h5');
    assert.deepEqual(
      model.layers.map(({ name, parameters }) => [name, parameters]),
      [
        ['batch_normalization', 4],
        ['dense', 16],
        ['normalization', 0],
      ],
    );
  });

  it('in the layout of Keras 3 has its layers by the names beside them', () => {
    const model = openKerasFile('res.weights.h5');
    assert.equal(model.parameters, 261);
    assert.deepEqual(
      layerOf(model, 'scores').weights.map(weight => weight.name),
      ['scores/kernel', 'scores/bias'],
    );
    assert.equal(layerOf(model, 'scores').op, 'Dense');
    const rnn = openKerasFile('rnn.weights.h5');
    assert.equal(rnn.parameters, 489);
    assert.equal(layerOf(rnn, 'bidirectional/forward_layer/cell').op, 'LSTM');
  });
});
