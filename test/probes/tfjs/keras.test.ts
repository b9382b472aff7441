import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Cancellation } from '../../../src/base/cancellation';
import { Fault } from '../../../src/base/fault';
import type { InputRows } from '../../../src/probes/inputRows';
import { ACTIVATIONS as KNOWN_ACTIVATIONS, LAYERS, OPERATIONS } from '../../../src/models/keras/runnable';
import { ACTIVATIONS } from '../../../src/probes/tfjs/activations';
import { LAYER_FORWARDS, OPERATION_FORWARDS } from '../../../src/probes/tfjs/layerForward';
import { loadLibrary } from '../../../src/probes/tfjs/loadLibrary';
import { capture, type Capture, type CaptureOptions } from '../../../src/probes/capture';
import type { Model } from '../../../src/models/model';
import { randomInput } from '../../../src/probes/randomInput';
import { denseLayers, kerasArchive, openKeras, openKerasFile, stack } from '../../models/keras/kerasFiles';
import { referencesOf, type ReferenceArray } from '../../models/keras/npzFile';
import { largestDifference, root, runtime } from '../references';

const rowsOf = ({ shape, values }: ReferenceArray): InputRows => ({
  name: 'x.npy',
  rows: shape[0]!,
  rowShape: shape.slice(1),
  values,
});
const run = (model: Model, data: InputRows, options: Partial<CaptureOptions> = {}): Promise<Capture> =>
  capture(model, data, { runtime, reduction: 'flatten', ...options });

describe('activations of Keras networks are TensorFlow’s own, within 1e-4', () => {
  for (const [file, reference] of [
    ['res.keras', 'res.npz'],
    ['res.h5', 'res.npz'],
    ['nested.keras', 'nested.npz'],
    ['nested.h5', 'nested.npz'],
    ['rnn.keras', 'rnn.npz'],
    ['gru.keras', 'gru.npz'],
    ['mha.keras', 'mha.npz'],
    ['masked.keras', 'masked.npz'],
    ['masking.keras', 'masking.npz'],
    ['ops.keras', 'ops.npz'],
    ['ops.h5', 'ops.npz'],
    ['conv1d.keras', 'conv1d.npz'],
    ['misc.keras', 'misc.npz'],
    ['noinput.keras', 'noinput.npz'],
    ['zoo1d.keras', 'zoo1d.npz'],
    ['zoo2d.keras', 'zoo2d.npz'],
    ['zoo3d.keras', 'zoo3d.npz'],
  ] as const) {
    it(file, async () => {
      const expected = new Map(referencesOf(reference));
      const model = openKerasFile(file);
      const inputs = [...expected].filter(([name]) => name.startsWith('__input'));
      const others = Object.fromEntries(
        inputs.slice(1).map(([, rows], i) => [model.inputs[i + 1]!.name, rowsOf(rows)]),
      );
      const { layers, failures } = await run(model, rowsOf(inputs[0]![1]), { otherInputs: others });
      assert.deepEqual(failures, []);
      const output = expected.get('__output__');
      if (output !== undefined)
        assert.ok(largestDifference(layers.at(-1)!.values, output.values) <= 1e-4, 'the output');
      for (const [name, { shape, values }] of expected) {
        const got = layers.find(layer => layer.name === name);
        if (got === undefined) {
          assert.match(name, /^__(input|output)/);
          continue;
        }
        assert.deepEqual([got.count, ...got.shape], shape, name);
        assert.ok(largestDifference(got.values, values) <= 1e-4, `${name}: ${largestDifference(got.values, values)}`);
      }
    });
  }
});

describe('a Keras network', () => {
  const dense = openKeras(kerasArchive(stack(...denseLayers)));
  const three: InputRows = {
    name: 'x.npy',
    rows: 23,
    rowShape: [3],
    values: Float32Array.from({ length: 69 }, (_, i) => Math.sin(i)),
  };
  const refusal = async (work: Promise<unknown>): Promise<Fault> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Fault, `not a fault: ${String(error)}`);
    return error;
  };

  it('gives the same activations whatever the batches, and its answer for every row', async () => {
    const whole = await run(dense, three, { outputs: true });
    const parts = await run(dense, three, {
      outputs: true,
      batchRows: 5,
      rows: Uint32Array.of(3, 22),
      layers: ['dense_10'],
    });
    assert.deepEqual(
      parts.layers.map(layer => layer.name),
      ['dense_10'],
    );
    const expected = [3, 22].flatMap(row => [...whole.layers[0]!.values.subarray(row * 5, row * 5 + 5)]);
    assert.ok(largestDifference(parts.layers[0]!.values, expected) < 1e-6);
    assert.ok(largestDifference(parts.outputs!.values, whole.outputs!.values) < 1e-6);
    assert.equal(whole.outputs?.kind, 'classes');
    assert.equal(whole.runtime.kind, 'wasm');
  });

  it('with a single score says whether it is a probability', async () => {
    const kind = async (activation: string) => {
      const config = { name: 'dense_11', units: 2, activation };
      const narrow = { class_name: 'Cropping1D', config: { name: 'c', cropping: [0, 1] } };
      const column = { class_name: 'Reshape', config: { name: 'r', target_shape: [2, 1] } };
      const row = { class_name: 'Flatten', config: { name: 'f' } };
      const last = { class_name: 'Activation', config: { name: 'a', activation } };
      const model = openKeras(
        kerasArchive(
          stack(
            denseLayers[0]!,
            { class_name: 'Dense', config: { ...config, activation: 'linear' } },
            column,
            narrow,
            row,
            last,
          ),
        ),
      );
      return (await run(model, three, { outputs: true, layers: [] })).outputs?.kind;
    };
    assert.equal(await kind('sigmoid'), 'probability');
    assert.equal(await kind('linear'), 'logit');
  });

  it('with a layer that is not known runs up to it', async () => {
    const custom = { class_name: 'Swirl', registered_name: 'mine>Swirl', module: null, config: { name: 'swirl' } };
    const model = openKeras(kerasArchive(stack(denseLayers[0]!, custom, denseLayers[1]!)), 'swirl.keras');
    const { layers } = await run(model, three, { layers: ['dense_10'] });
    assert.equal(layers[0]?.count, 23);
    const fault = await refusal(run(model, three));
    assert.equal(fault.code, 'unsupported');
    assert.match(fault.message, /Swirl of node "swirl"/);
    assert.match(fault.hint ?? '', /dense_10/);
    assert.equal(fault.source, 'swirl.keras');
  });

  it('brings images to its own order of axes, and gives activations in it', async () => {
    const model = openKerasFile('res.keras');
    const given = referencesOf('res.npz').get('__input0__')!;
    const [rows, height, width, channels] = given.shape as [number, number, number, number];
    const values = new Float32Array(given.values.length);
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < height * width; at++)
        for (let c = 0; c < channels; c++)
          values[(row * channels + c) * height * width + at] =
            given.values[(row * height * width + at) * channels + c]!;
    const { layers, treatment } = await run(model, { rows, rowShape: [channels, height, width], values });
    assert.match(treatment, /channels last/);
    assert.deepEqual(layers[0]?.shape, [6, 6, 4]);
    assert.ok(largestDifference(layers[0].values, referencesOf('res.npz').get('conv2d')!.values) <= 1e-4);
  });

  it('whose channels come first computes as one whose channels come last', async () => {
    const conv = {
      class_name: 'Conv2D',
      config: {
        name: 'conv2d',
        filters: 4,
        kernel_size: 3,
        strides: 2,
        padding: 'same',
        data_format: 'channels_first',
      },
    };
    const input = { class_name: 'InputLayer', config: { batch_shape: [null, 3, 12, 12], name: 'image' } };
    const config = { class_name: 'Sequential', config: { name: 's', layers: [input, conv] } };
    const model = openKeras(kerasArchive(config, 'res.weights.h5'));
    assert.equal(model.layers[0]?.channelAxis, 1);
    assert.deepEqual(model.layers[0].outputShape, [null, 4, 6, 6]);
    const given = referencesOf('res.npz').get('__input0__')!;
    const { layers } = await run(model, { rows: given.shape[0]!, rowShape: [12, 12, 3], values: given.values });
    const last = referencesOf('res.npz').get('conv2d')!.values;
    for (let at = 0; at < 36; at++)
      for (let c = 0; c < 4; c++) assert.ok(Math.abs(layers[0]!.values[c * 36 + at]! - last[at * 4 + c]!) < 1e-4);
  });

  it('that looks rows up refuses rows that its table has not, and is given tokens where there is no data', async () => {
    const model = openKerasFile('rnn.keras');
    const tokens = randomInput(model, 5, 1);
    assert.match(tokens.treatment, /token ids uniform in 0–19/);
    assert.deepEqual((await run(model, tokens)).failures, []);
    const fault = await refusal(run(model, { rows: 1, rowShape: [7], values: Float32Array.of(0, 1, 2, 3, 4, 5, 20) }));
    assert.equal(fault.code, 'shape-mismatch');
    assert.match(fault.message, /"embedding" .*index 20 is outside the 20 rows/);
  });

  it('stops between batches when cancelled', async () => {
    const cancellation = new Cancellation();
    let batches = 0;
    const progress = () => {
      if (++batches === 3) cancellation.cancel();
    };
    const fault = await refusal(run(dense, three, { cancellation, batchRows: 1, progress }));
    assert.equal(fault.code, 'cancelled');
    assert.equal(batches, 3);
  });

  it('runs on the TensorFlow of a folder that is trusted, where it is installed there', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'workspace-'));
    const installed = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    fs.mkdirSync(installed, { recursive: true });
    fs.writeFileSync(path.join(installed, 'package.json'), '{"name": "@tensorflow/tfjs-node", "main": "index.js"}');
    const parts = ['tfjs-core', 'tfjs-converter'].map(
      name => `...require(${JSON.stringify(path.join(root, 'node_modules', '@tensorflow', name))})`,
    );
    fs.writeFileSync(path.join(installed, 'index.js'), `module.exports = { ${parts.join(', ')} };`);
    const inner = path.join(folder, 'inner');
    fs.mkdirSync(inner);
    const usedIn = async (acceleratorFolders: readonly string[] | undefined) =>
      (await run(dense, three, { runtime: { ...runtime, acceleratorFolders } })).runtime.name;
    await run(dense, three);
    assert.equal(await usedIn([folder]), '@tensorflow/tfjs-node');
    // Not for what lies around a folder, nor where nothing is trusted.
    assert.equal(await usedIn([inner]), '@tensorflow/tfjs-backend-wasm');
    assert.equal(await usedIn(undefined), '@tensorflow/tfjs-backend-wasm');
    // Where it does not load, the other backend computes.
    fs.renameSync(path.join(folder, 'node_modules'), path.join(inner, 'node_modules'));
    const broken = path.join(inner, 'node_modules', '@tensorflow', 'tfjs-node', 'index.js');
    fs.writeFileSync(broken, 'throw new Error("built for another Node");');
    assert.equal(await usedIn([folder, inner]), '@tensorflow/tfjs-backend-wasm');
    fs.rmSync(folder, { recursive: true });
  });

  it('leaves nothing behind in the backend’s memory', async () => {
    const { tf } = await loadLibrary(runtime);
    await run(openKerasFile('rnn.keras'), rowsOf(referencesOf('rnn.npz').get('__input0__')!));
    const before = tf.memory().numTensors;
    for (const name of ['rnn', 'gru', 'mha', 'zoo1d', 'zoo2d'])
      await run(openKerasFile(`${name}.keras`), rowsOf(referencesOf(`${name}.npz`).get('__input0__')!));
    await refusal(run(dense, { ...three, rowShape: [4], rows: 17 }));
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('what is said to run', () => {
  it('is what there is code for', () => {
    assert.deepEqual([...LAYERS].toSorted(), [...LAYER_FORWARDS.keys()].toSorted());
    assert.deepEqual([...OPERATIONS].toSorted(), [...OPERATION_FORWARDS.keys()].toSorted());
    assert.deepEqual([...KNOWN_ACTIVATIONS].toSorted(), [...ACTIVATIONS.keys()].toSorted());
  });
});
