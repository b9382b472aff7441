import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TFJS_TS } from './exampleSources';
import { networksIn, outline } from './sources';

const networks = async (text: string, file = 'model.ts') =>
  new Map((await networksIn({ [file]: text })).map(one => [one.name, one]));

describe('layers of TensorFlow.js in a source', () => {
  it('are those of a sequential network, with defaults, constants and loops', async () => {
    assert.deepEqual(outline((await networks(TFJS_TS)).get('buildModel')!), [
      'c1 conv2d outputs=8',
      '1 flatten',
      '2 dense outputs=128',
      '3 dense outputs=128',
      '4 dense outputs=10',
    ]);
  });

  it('are those that lead to the outputs of a functional network', async () => {
    assert.deepEqual(outline((await networks(TFJS_TS)).get('functional')!), [
      'a dense outputs=16',
      '1 dense outputs=3',
    ]);
  });

  it('are found in plain JavaScript, required, imported, or with the global name', async () => {
    for (const head of ["const tf = require('@tensorflow/tfjs');", "import * as tf from '@tensorflow/tfjs';", '']) {
      const text = `${head}\nconst model = tf.sequential({ layers: [tf.layers.dense({ units: 5, name: 'd' })] });\n`;
      assert.deepEqual(outline((await networks(text, 'model.js')).get('model')!), ['d dense outputs=5']);
    }
  });

  it('come from other files and from classes', async () => {
    const files = {
      'main.ts': `import { Network } from './network';\nconst net = new Network(7);\n`,
      'network.ts': `import * as tf from '@tensorflow/tfjs';\nexport class Network {\n  readonly model = 1;\n  layers;\n  constructor(units: number) { this.layers = tf.sequential(); this.layers.add(tf.layers.dense({ units })); }\n}\n`,
    };
    const [network] = await networksIn(files);
    assert.deepEqual(outline(network!), ['layers.0 dense outputs=7']);
  });
});
