import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Fault } from '../../../src/base/fault';
import { isRunnable, RUNNABLE } from '../../../src/models/tensorflow/operators';
import { capture, type InputRows } from '../../../src/probes/capture';
import { loadLibrary } from '../../../src/probes/tfjs/loadLibrary';
import { floats, graphFiles, integers, openTfjs, tfjsFiles } from '../../models/tfjs/tfjsFiles';
import { largestDifference, root, runtime } from '../references';

const image: InputRows = {
  name: 'x.npy',
  rows: 9,
  rowShape: [4, 4, 2],
  values: Float32Array.from({ length: 9 * 32 }, (_, i) => Math.cos(i)),
};

describe('a TensorFlow.js graph', () => {
  it('gives what its operators compute, node by node', async () => {
    const model = openTfjs(graphFiles());
    const { layers, failures, outputs } = await capture(model, image, {
      runtime,
      reduction: 'flatten',
      outputs: true,
      batchRows: 4,
    });
    assert.deepEqual(failures, []);
    const values = (name: string) => layers.find(layer => layer.name === name)!.values;
    // From each node's own operands: the slow and obvious way.
    const weight = (name: string) => model.readWeight(name).values;
    const conv = values('conv');
    const kernel = weight('conv/kernel');
    for (let row = 0; row < 9; row++)
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 2; x++)
          for (let f = 0; f < 5; f++) {
            let sum = 0;
            // SAME padding of 4 by windows of 3 in steps of 2 adds one row and column after.
            for (let i = 0; i < 3; i++)
              for (let j = 0; j < 3; j++)
                for (let c = 0; c < 2; c++)
                  if (2 * y + i < 4 && 2 * x + j < 4)
                    sum +=
                      image.values[((row * 4 + 2 * y + i) * 4 + 2 * x + j) * 2 + c]! *
                      kernel[((i * 3 + j) * 2 + c) * 5 + f]!;
            assert.ok(Math.abs(conv[((row * 2 + y) * 2 + x) * 5 + f]! - sum) < 1e-5);
          }
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map(name => weight(`bn/${name}`)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const normalised = Float32Array.from(
      conv,
      (value, i) => ((value - mean[i % 5]!) / Math.sqrt(variance[i % 5]! + 1e-3)) * gamma[i % 5]! + beta[i % 5]!,
    );
    assert.ok(largestDifference(values('bn'), normalised) < 1e-5);
    assert.ok(
      largestDifference(
        values('relu'),
        normalised.map(value => Math.max(0, value)),
      ) < 1e-5,
    );
    assert.equal(outputs?.kind, 'classes');
    assert.ok(largestDifference(outputs.values, values('scores')) < 1e-6);
    for (let row = 0; row < 9; row++)
      assert.ok(Math.abs(outputs.values.subarray(row * 3, row * 3 + 3).reduce((a, b) => a + b) - 1) < 1e-5);
  });

  it('runs up to an operator that is not known', async () => {
    const files = graphFiles();
    const json = JSON.parse(JSON.stringify(files.json).replace('"op":"Mean"', '"op":"FancyMean"')) as Record<
      string,
      unknown
    >;
    const model = openTfjs({ ...files, json });
    const { layers } = await capture(model, image, { runtime, layers: ['relu'] });
    assert.equal(layers[0]?.count, 9);
    await assert.rejects(
      capture(model, image, { runtime }),
      (error: unknown) => error instanceof Fault && error.code === 'unsupported' && /FancyMean/.test(error.message),
    );
  });

  it('leaves nothing behind in the backend’s memory', async () => {
    const { tf } = await loadLibrary(runtime);
    await capture(openTfjs(graphFiles()), image, { runtime });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) await capture(openTfjs(graphFiles()), image, { runtime, batchRows: 2 });
    assert.equal(tf.memory().numTensors, before);
  });
});

describe('a loop of a TensorFlow.js graph', () => {
  const type = { T: { type: 'DT_FLOAT' } };
  const node = (
    name: string,
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, unknown>> = type,
  ) => ({
    name,
    op,
    input,
    attr,
  });
  const constant = (name: string) => node(name, 'Const', [], { dtype: { type: 'DT_FLOAT' } });
  const frame = { ...type, frame_name: { s: btoa('loop') }, is_constant: { b: false } };
  const shape = { shape: { dim: [{ size: '-1' }, { size: '2' }] } };
  // As long as the sum of all is below 10: x · w.
  const nodes = [
    node('x', 'Placeholder', [], { dtype: { type: 'DT_FLOAT' }, shape }),
    constant('w'),
    constant('ten'),
    node('axes', 'Const', [], { dtype: { type: 'DT_INT32' } }),
    node('before', 'Relu', ['x']),
    node('enter', 'Enter', ['before'], frame),
    node('merge', 'Merge', ['enter', 'next']),
    node('sum', 'Sum', ['merge', 'axes'], { ...type, keep_dims: { b: false } }),
    node('less', 'Less', ['sum', 'ten']),
    node('go', 'LoopCond', ['less'], {}),
    node('switch', 'Switch', ['merge', 'go']),
    node('product', 'MatMul', ['switch:1', 'w'], { ...type, transpose_a: { b: false }, transpose_b: { b: false } }),
    node('next', 'NextIteration', ['product']),
    node('exit', 'Exit', ['switch']),
    node('after', 'Sigmoid', ['exit']),
  ];
  const files = tfjsFiles({ format: 'graph-model', modelTopology: { node: nodes } }, [
    floats('w', [2, 2], i => (i === 0 || i === 3 ? 2 : 0)),
    floats('ten', [], () => 10),
    integers('axes', [2], [0, 1]),
  ]);

  it('has no layers within it, and its weights go to the one that reads what comes out', () => {
    assert.deepEqual(
      openTfjs(files).layers.map(({ name, parameters, inputs }) => [name, parameters, inputs]),
      [
        ['before', 0, []],
        ['after', 4, ['before']],
      ],
    );
  });

  it('runs as often as its condition holds', async () => {
    const data = { name: 'x.npy', rows: 1, rowShape: [2], values: Float32Array.of(1, 0.5) };
    const { layers, failures } = await capture(openTfjs(files), data, { runtime, reduction: 'flatten' });
    assert.deepEqual(failures, []);
    // 1.5, 3, 6, 12.
    const expected = Float32Array.of(8, 4).map(value => 1 / (1 + Math.exp(-value)));
    assert.ok(largestDifference(layers[1]!.values, expected) < 1e-6);
  });
});

describe('the operators that are said to run', () => {
  it('are those that the converter knows', () => {
    const folder = path.join(root, 'node_modules', '@tensorflow', 'tfjs-converter', 'dist', 'operations', 'op_list');
    const known = new Set<string>();
    for (const file of fs.readdirSync(folder).filter(name => /^\w+\.js$/.test(name)))
      for (const [, name] of fs.readFileSync(path.join(folder, file), 'utf8').matchAll(/'tfOpName': '(\w+)'/g))
        known.add(name!);
    assert.deepEqual([...RUNNABLE].toSorted(), [...known].toSorted());
    assert.ok(!isRunnable('While'));
  });
});

describe('a model that TensorFlow.js saved', () => {
  it('computes what TensorFlow.js itself computes', async () => {
    const { tf } = await loadLibrary(runtime);
    const layersLibrary = await import('@tensorflow/tfjs-layers');
    const { layers } = layersLibrary;
    const theirs = layersLibrary.sequential({
      layers: [
        layers.conv2d({
          inputShape: [4, 4, 2],
          filters: 3,
          kernelSize: 3,
          activation: 'elu',
          biasInitializer: 'glorotNormal',
          name: 'conv',
        }),
        layers.batchNormalization({ name: 'norm', movingMeanInitializer: 'ones' }),
        layers.flatten({ name: 'flat' }),
        layers.dense({ units: 4, activation: 'hardSigmoid', name: 'dense' }),
      ],
    });
    const files = await saved(theirs);
    const model = openTfjs(files);
    assert.equal(model.format, 'tfjs-layers');
    const found = await capture(model, image, { runtime, reduction: 'flatten' });
    assert.deepEqual(found.failures, []);
    const input = tf.tensor(Float32Array.from(image.values), [9, 4, 4, 2]);
    const expected = theirs.predict(input);
    assert.ok(!Array.isArray(expected));
    assert.ok(largestDifference(found.layers.at(-1)!.values, expected.dataSync()) < 1e-5);
  });
});

/** What `model.save` writes. */
async function saved(model: LayersModel) {
  let files: { json: Record<string, unknown>; shards: Record<string, Uint8Array<ArrayBuffer>> } | undefined;
  await model.save({
    save: artifacts => {
      const data = artifacts.weightData;
      const bytes = new Uint8Array(Array.isArray(data) ? data[0]! : data!);
      files = {
        json: {
          format: artifacts.format,
          generatedBy: artifacts.generatedBy,
          convertedBy: artifacts.convertedBy,
          modelTopology: artifacts.modelTopology,
          weightsManifest: [{ paths: ['./weights.bin'], weights: artifacts.weightSpecs }],
        },
        shards: { './weights.bin': bytes },
      };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    },
  });
  return files!;
}
