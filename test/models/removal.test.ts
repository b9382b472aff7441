import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import { openModel } from '../../src/models/formats';
import type { Model } from '../../src/models/model';
import { mapBetween, refuseMap, removalChanges, writableModel, type LinearMap } from '../../src/models/removal';
import { capture } from '../../src/probes/capture';
import { runtime } from '../probes/references';
import { floats, graphFiles, tfjsFiles } from './tfjs/tfjsFiles';
import { alone, siblingsOf, written, type Files } from './written';

const kerasFile = (name: string) =>
  alone(new Uint8Array(fs.readFileSync(path.join(import.meta.dirname, 'keras', 'files', name))));
const open = (files: Files): Model => openModel(new MemorySource('model', files.model), siblingsOf(files));

function without(files: Files, entry: string, exit: string, map?: LinearMap): Model {
  const model = open(files);
  const named = (name: string) => model.layers.find(layer => layer.name === name)!;
  const changes = removalChanges(model, { entry: named(entry), exit: named(exit), layers: [] }, map);
  return open(written(files, changes));
}

/** What layers give for a few rows. */
async function activations(model: Model, rowShape: readonly number[], layers: readonly string[]) {
  const rows = 3;
  const size = rowShape.reduce((a, b) => a * b, rows);
  const data = { rows, rowShape, values: Float32Array.from({ length: size }, (_, i) => Math.cos(i)) };
  const found = await capture(model, data, { runtime, layers, reduction: 'flatten' });
  assert.deepEqual(found.failures, []);
  return found.layers.map(layer => layer.values);
}

const inputsOf = (model: Model, name: string) => model.layers.find(layer => layer.name === name)?.inputs;
const unsupported = (says: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'unsupported' && says.test(error.message);

describe('a part that is taken out of a Keras network', () => {
  for (const name of ['res.keras', 'res.h5'])
    it(`goes with its branches and weights, and what read it reads what it read: ${name}`, async () => {
      const files = kerasFile(name);
      const before = open(files);
      const after = without(files, 're_lu', 'sum');
      const gone = before.layers
        .map(layer => layer.name)
        .filter(one => !after.layers.some(({ name: left }) => left === one));
      assert.deepEqual(gone, ['depthwise_conv2d', 'sum']);
      assert.deepEqual(inputsOf(after, 'separable_conv2d'), ['re_lu']);
      assert.equal(before.parameters - after.parameters, 40);
      const [was] = await activations(before, [12, 12, 3], ['re_lu']);
      const [is, scores] = await activations(after, [12, 12, 3], ['re_lu', 'scores']);
      assert.deepEqual(is, was);
      assert.equal(scores?.every(Number.isFinite), true);
    });

  it('is refused where its bounds lie in different networks', () => {
    const nested = open(kerasFile('nested.keras'));
    const [inner] = nested.layers.filter(layer => layer.name.includes('/'));
    const [outer] = nested.layers.filter(layer => !layer.name.includes('/')).slice(-1);
    assert.throws(() => removalChanges(nested, { entry: inner!, exit: outer!, layers: [] }, undefined), unsupported(/different networks/)); // prettier-ignore
  });
});

/** Images through three convolutions and two dense layers, as TensorFlow.js keeps them. */
function imageFiles(): Files {
  const layer = (name: string, class_name: string, config: object) => ({ class_name, config: { name, ...config } });
  const layers = [
    layer('a', 'Conv2D', { filters: 4, kernel_size: [3, 3], padding: 'same', batch_input_shape: [null, 8, 8, 3] }),
    layer('b', 'Conv2D', { filters: 5, kernel_size: [3, 3], strides: [2, 2], padding: 'same', activation: 'relu' }),
    layer('c', 'Conv2D', { filters: 6, kernel_size: [3, 3], padding: 'same', activation: 'relu' }),
    layer('flat', 'Flatten', {}),
    layer('drop', 'Dropout', { rate: 0.5 }),
    layer('d', 'Dense', { units: 3, activation: 'relu' }),
    layer('out', 'Dense', { units: 2 }),
  ];
  const { json, shards } = tfjsFiles(
    {
      format: 'layers-model',
      modelTopology: { class_name: 'Sequential', config: { name: 's', layers }, keras_version: 'tfjs-layers 4.22.0' },
    },
    [
      ...(['a', 'b', 'c'] as const).flatMap((name, k) => [
        floats(`${name}/kernel`, [3, 3, k + 3, k + 4]),
        floats(`${name}/bias`, [k + 4]),
      ]),
      floats('d/kernel', [96, 3]),
      floats('d/bias', [3]),
      floats('out/kernel', [3, 2]),
      floats('out/bias', [2]),
    ],
  );
  return { model: new TextEncoder().encode(JSON.stringify(json)), beside: shards };
}

describe('a linear map in the place of a part of a Keras network', () => {
  const image = [8, 8, 3];
  const mapOf = (shape: Pick<LinearMap, 'form' | 'inputs' | 'outputs'>): LinearMap => ({
    ...shape,
    weight: Float64Array.from({ length: shape.inputs * shape.outputs }, (_, k) => Math.sin(3 * k)),
    bias: Float64Array.from({ length: shape.outputs }, (_, k) => k / 8),
  });
  /** What the map gives for one row of the entry's values. */
  const applied = (map: LinearMap, shape: readonly number[], row: ArrayLike<number>): number[] => {
    const { form, inputs, outputs, weight, bias } = map;
    const [height, width, channels] = shape as [number, number, number];
    const patch = (place: number, input: number) => {
      if (form.kind !== 'patches') return row[place * inputs + input]!;
      const { stride } = form;
      const [channel, y, x] = [Math.floor(input / stride ** 2), Math.floor(input / stride) % stride, input % stride];
      const [top, left] = [Math.floor(place / (width / stride)) * stride, (place % (width / stride)) * stride];
      return row[((top + y) * width + left + x) * channels + channel]!;
    };
    const places =
      form.kind === 'patches' ? (height * width) / form.stride ** 2 : shape.reduce((a, b) => a * b, 1) / inputs;
    return Array.from({ length: places * outputs }, (_, at) => {
      let sum = bias[at % outputs]!;
      for (let i = 0; i < inputs; i++)
        sum += patch(Math.floor(at / outputs), i) * weight[i * outputs + (at % outputs)]!;
      return sum;
    });
  };

  const cases: readonly (readonly [
    what: string,
    files: Files,
    rowShape: readonly number[],
    ends: readonly [string, string],
    stays: string,
    gone: readonly string[],
  ])[] = [
    ['one position of an image, of TensorFlow.js', imageFiles(), image, ['b', 'c'], 'c', []],
    ['patches of an image, of TensorFlow.js', imageFiles(), image, ['a', 'c'], 'c', ['b']],
    ['all values of an image, of TensorFlow.js', imageFiles(), image, ['c', 'd'], 'd', ['drop']],
    ['features, of HDF5', kerasFile('keras2.h5'), [64], ['dense', 'dense_2'], 'dense_2', ['dense_1']],
    [
      'features, of an archive of Keras 3',
      kerasFile('res.keras'),
      [12, 12, 3],
      ['global_average_pooling2d', 'scores'],
      'scores',
      ['dropout'],
    ],
  ];
  for (const [what, files, rowShape, [entry, exit], stays, gone] of cases)
    it(`is a layer of the part itself, which gives what the map does: ${what}`, async () => {
      const before = open(files);
      const named = (name: string) => before.layers.find(layer => layer.name === name)!;
      const shape = mapBetween(named(entry), named(exit));
      const map = mapOf(shape);
      refuseMap(before, { entry: named(entry), exit: named(exit), layers: [] }, shape.form);
      const after = without(files, entry, exit, map);
      assert.deepEqual(
        before.layers.map(layer => layer.name).filter(name => !after.layers.some(layer => layer.name === name)),
        gone,
      );
      const [from, to] = await activations(after, rowShape, [entry, stays]);
      const size = named(entry).outputShape!.slice(1) as number[];
      const expected = [0, 1, 2].flatMap(row => {
        const width = size.reduce((a, b) => a * b, 1);
        return applied(map, size, from!.subarray(row * width, (row + 1) * width));
      });
      assert.equal(to!.length, expected.length);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expected.forEach((value, k) =>
        assert.ok(Math.abs(to![k]! - value) <= 1e-5 * largest, `${k}: ${to![k]}, not ${value}`),
      );
    });

  it('is refused before it is fitted where no layer of the part can be it, and in a graph', () => {
    const refused = (files: Files, entry: string, exit: string, says: RegExp) => {
      const model = open(files);
      const named = (name: string) => model.layers.find(layer => layer.name === name)!;
      const removal = { entry: named(entry), exit: named(exit), layers: [] };
      assert.throws(() => refuseMap(model, removal, { kind: 'features' }), unsupported(says));
    };
    refused(kerasFile('res.keras'), 're_lu', 'separable_conv2d', /Conv2D layer with a bias/);
    const { json, shards } = graphFiles();
    refused(
      { model: new TextEncoder().encode(JSON.stringify(json)), beside: shards },
      'conv',
      'bn',
      /export the model to ONNX/,
    );
  });
});

describe('a part that is taken out of a TensorFlow.js graph', () => {
  it('goes with its constants, and the weights of those', async () => {
    const { json, shards } = graphFiles();
    const files = { model: new TextEncoder().encode(JSON.stringify(json)), beside: shards };
    const before = open(files);
    const after = without(files, 'conv', 'bn');
    assert.ok(!after.layers.some(layer => layer.name === 'bn'));
    assert.deepEqual(inputsOf(after, 'relu'), ['conv']);
    const [conv] = await activations(before, [4, 4, 2], ['conv']);
    const [relu] = await activations(after, [4, 4, 2], ['relu']);
    assert.deepEqual(
      [...relu!],
      Array.from(conv!, value => Math.max(0, value)),
    );
    assert.ok(after.parameters < before.parameters);
  });
});

describe('a linear map between two layers', () => {
  const layer = (shape: readonly (number | null)[], channelAxis?: number) => ({
    name: 'l',
    op: 'X',
    outputShape: [null, ...shape],
    parameters: 0,
    weights: [],
    output: 'l',
    channelAxis,
    inputs: [],
  });

  it('is over features, tokens, patches of positions, or all values of a row', () => {
    assert.deepEqual(mapBetween(layer([8]), layer([3])), { form: { kind: 'features' }, inputs: 8, outputs: 3 });
    assert.deepEqual(mapBetween(layer([null, 8]), layer([null, 3])), {
      form: { kind: 'features' },
      inputs: 8,
      outputs: 3,
    });
    assert.deepEqual(mapBetween(layer([4, 8, 8], 1), layer([6, 4, 4], 1)), { form: { kind: 'patches', stride: 2, channels: 'first' }, inputs: 16, outputs: 6 }); // prettier-ignore
    assert.deepEqual(mapBetween(layer([8, 8, 4], 3), layer([4, 4, 6], 3)), { form: { kind: 'patches', stride: 2, channels: 'last' }, inputs: 16, outputs: 6 }); // prettier-ignore
    assert.deepEqual(mapBetween(layer([8, 8, 4], 3), layer([8, 8, 6], 3)), { form: { kind: 'features' }, inputs: 4, outputs: 6 }); // prettier-ignore
    assert.deepEqual(mapBetween(layer([4, 2, 2], 1), layer([5])), { form: { kind: 'flat' }, inputs: 16, outputs: 5 });
  });

  it('is refused, saying why, between shapes that do not correspond, or are not known, or are too large', () => {
    const refused = (from: readonly (number | null)[], to: readonly (number | null)[], says: RegExp, axis?: number) =>
      assert.throws(() => mapBetween(layer(from, axis), layer(to, axis)), unsupported(says));
    refused([4, 8, 8], [6, 3, 3], /positions/, 1);
    refused([3, 8], [4, 8], /tokens/);
    refused([8], [2, 2, 2], /axes/, 1);
    refused([600], [3], /600 inputs/);
    refused([null, null, 4], [5], /axes/);
  });
});

describe('the file that parts are taken out of', () => {
  it('is the model’s own, and for weights without a program there is none', () => {
    const files = kerasFile('res.keras');
    const source = new MemorySource('model', files.model);
    assert.equal(writableModel(open(files), source, siblingsOf(files)).source, source);
    const weights = kerasFile('res.weights.h5');
    assert.throws(() => writableModel(open(weights), source, siblingsOf(weights)), unsupported(/weights alone/));
  });
});
