import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KERAS_PY } from './exampleSources';
import { networksIn, outline } from './sources';

const networks = async (text = KERAS_PY) =>
  new Map((await networksIn({ 'model.py': text })).map(one => [one.name, one]));

describe('layers of Keras in a source', () => {
  it('are those of a sequential network, as a list and by add', async () => {
    const found = await networks();
    assert.deepEqual(
      outline(found.get('model')!).filter(line => /\d$/.test(line) && line.includes('=')),
      ['1 Conv2D outputs=32', '5 Dense outputs=10'],
    );
    assert.deepEqual(outline(found.get('m')!), ['0 Dense outputs=64', 'out Dense outputs=3']);
  });

  it('are those that lead to the outputs of a functional network, in its order', async () => {
    assert.deepEqual(outline((await networks()).get('make_model')!), [
      '0 Rescaling',
      'stem Conv2D outputs=128',
      '2 BatchNormalization',
      '3 SeparableConv2D outputs=256',
      '4 Conv2D outputs=256',
      '5 SeparableConv2D outputs=512',
      '6 Conv2D outputs=512',
      '7 GlobalAveragePooling2D',
      '8 Dense outputs=?',
    ]);
  });

  it('are the attributes of a subclass, in lists as well', async () => {
    assert.deepEqual(outline((await networks()).get('Net')!), [
      'd1 Dense outputs=32',
      'blocks.0 Dense outputs=64',
      'blocks.1 Dense outputs=64',
    ]);
  });

  it('are found under every name that the package has', async () => {
    for (const [head, call] of [
      ['import keras', 'keras.layers.Dense'],
      ['from keras.layers import Dense', 'Dense'],
      ['import tensorflow as tf', 'tf.keras.layers.Dense'],
      ['from tensorflow.keras import layers as L', 'L.Dense'],
      ['from tensorflow.python.keras.layers import Dense as D', 'D'],
    ] as const) {
      const text = `${head}\nfrom keras import Sequential\nnet = Sequential([${call}(4, name="only")])\n`;
      assert.deepEqual(outline((await networks(text)).get('net')!), ['only Dense outputs=4'], head);
    }
  });
});
