import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import { openModel } from '../../src/models/formats';
import type { Model } from '../../src/models/model';
import { mapBetween, removalChanges, writableModel, type LinearMap } from '../../src/models/removal';
import { capture } from '../../src/probes/capture';
import { runtime } from '../probes/references';
import { graphFiles } from './tfjs/tfjsFiles';
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

  it('is refused where a linear map would have to stand in its place, or where its bounds lie in different networks', () => {
    const map: LinearMap = { form: { kind: 'features' }, inputs: 1, outputs: 1, weight: [1], bias: [0] };
    assert.throws(() => without(kerasFile('res.keras'), 're_lu', 'separable_conv2d', map), unsupported(/ONNX/));
    const nested = open(kerasFile('nested.keras'));
    const [inner] = nested.layers.filter(layer => layer.name.includes('/'));
    const [outer] = nested.layers.filter(layer => !layer.name.includes('/')).slice(-1);
    assert.throws(() => removalChanges(nested, { entry: inner!, exit: outer!, layers: [] }, undefined), unsupported(/different networks/)); // prettier-ignore
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
    assert.deepEqual(mapBetween(layer([4, 8, 8], 1), layer([6, 4, 4], 1)), { form: { kind: 'patches', stride: 2 }, inputs: 16, outputs: 6 }); // prettier-ignore
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
