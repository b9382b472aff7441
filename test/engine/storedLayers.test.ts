import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { DisposableStore } from '../../src/base/lifecycle';
import { writeNpy, writeNpz } from '../../src/data/writeNpz';
import { describe as describeFile } from '../../src/engine/operations/describe';
import { forecast } from '../../src/engine/operations/forecast';
import { openInspectSource } from '../../src/engine/inspectSource';
import { defaultInspectParameters } from '../../src/analyses/inspect';
import { openStoredLayers } from '../../src/engine/storedLayers';
import { f32, safetensorsBytes } from '../models/safetensors/safetensorsBytes';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'stored-layers-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const values = Float32Array.from({ length: 12 }, (_, i) => i);
const bytesOf = { '/fc1/Gemm': values, 'relu': values.map(value => value * 2) }; // prettier-ignore
const written = (name: string, bytes: Uint8Array) => {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
};
function opened(file: string) {
  const store = new DisposableStore();
  try {
    return openStoredLayers(file, store, Cancellation.never)?.layers.map(({ name, rowShape, read }) => [
      name,
      rowShape,
      [...read()],
    ]);
  } finally {
    store.dispose();
  }
}

describe('activations that somebody saved', () => {
  it('are the arrays of an .npz, called as networks call their nodes', () => {
    const arrays = Object.entries(bytesOf).map(([name, array]) => ({ name, shape: [4, 3], values: array }));
    assert.deepEqual(opened(written('acts.npz', writeNpz(arrays))), [
      ['/fc1/Gemm', [3], [...values]],
      ['relu', [3], [...values].map(value => value * 2)],
    ]);
  });
  it('are the tensors of a .safetensors that have the same rows', () => {
    const file = safetensorsBytes({ fc1: f32([4, 3]), pooled: f32([4]) });
    assert.deepEqual(opened(written('acts.safetensors', file))?.map(([name, shape]) => [name, shape]), [['fc1', [3]], ['pooled', [1]]]); // prettier-ignore
  });
  it('are the .npy of a folder, in natural order', () => {
    for (const name of ['layer10', 'layer9']) written(`folder/${name}.npy`, writeNpy({ shape: [4, 3], values }));
    assert.deepEqual(opened(path.join(root, 'folder'))?.map(([name]) => name), ['layer9', 'layer10']); // prettier-ignore
  });
  it('are told from weights, which are a model’s', () => {
    assert.equal(opened(written('w1.safetensors', safetensorsBytes({ 'fc.weight': f32([4, 3]), 'fc.bias': f32([4]) }))), undefined); // prettier-ignore
    assert.equal(opened(written('w2.safetensors', safetensorsBytes({ a: f32([4, 3]), b: f32([5]) }))), undefined);
  });
  it('are described as layers without a network; a .safetensors as what it holds', () => {
    const context = { cancellation: Cancellation.never } as Parameters<typeof describeFile>[1];
    const arrays = Object.entries(bytesOf).map(([name, array]) => ({ name, shape: [4, 3], values: array }));
    const { format, layers, parameters } = describeFile({ model: written('d.npz', writeNpz(arrays)) }, context);
    assert.deepEqual([format, parameters], ['activations', 0]);
    assert.deepEqual(layers.map(({ name, outputShape }) => [name, outputShape]), [['/fc1/Gemm', [null, 3]], ['relu', [null, 3]]]); // prettier-ignore
    const tensors = written('d.safetensors', safetensorsBytes({ fc1: f32([4, 3]) }));
    assert.equal(describeFile({ model: tensors }, context).format, 'safetensors');
  });
  it('may have their labels beside them, which are no layers', () => {
    const classes = Int32Array.from([0, 1, 1, 0]);
    const labelled = written(
      'labelled.npz',
      writeNpz([{ name: 'fc1', shape: [4, 3], values }, { name: 'y', shape: [4], values: classes }]),
    ); // prettier-ignore
    written('beside/fc1.npy', writeNpy({ shape: [4, 3], values }));
    written('beside/labels.npy', writeNpy({ shape: [4], values: classes }));
    const tensor = { dtype: 'I32', shape: [4], data: new Uint8Array(classes.buffer) };
    const tensors = written('labelled.safetensors', safetensorsBytes({ fc1: f32([4, 3]), y: tensor }));
    for (const [file, labels] of [
      [labelled, `${labelled}#y`],
      [path.join(root, 'beside'), path.join(root, 'beside', 'labels.npy')],
      [tensors, `${tensors}#y`],
    ] as const) {
      const store = new DisposableStore();
      const stored = openStoredLayers(file, store, Cancellation.never)!;
      assert.deepEqual(stored.layers.map(({ name }) => name), ['fc1'], file); // prettier-ignore
      assert.deepEqual(stored.labels.map(({ reference, rows }) => [reference, rows]), [[labels, 4]]); // prettier-ignore
      const context = { cancellation: Cancellation.never } as Parameters<typeof openInspectSource>[2];
      const source = openInspectSource({ model: file, labels }, defaultInspectParameters, context, store);
      assert.deepEqual([...source.labels!.values], [0, 1, 1, 0], file);
      const [warning] = openInspectSource({ model: file }, defaultInspectParameters, context, store).warnings;
      assert.match(warning?.message ?? '', /is no layer/);
      store.dispose();
    }
  });
  it('are forecast by their shapes alone', () => {
    const context = { cancellation: Cancellation.never, threads: 2 } as Parameters<typeof forecast>[1];
    const arrays = Object.entries(bytesOf).map(([name, array]) => ({ name, shape: [4, 3], values: array }));
    const { layers, points } = forecast({ model: written('f.npz', writeNpz(arrays)) }, context);
    assert.deepEqual([layers, points], [2, 4]);
  });
  it('must have the same rows', () => {
    const arrays = [{ name: 'a', shape: [4, 3], values }, { name: 'b', shape: [3, 4], values }]; // prettier-ignore
    assert.throws(() => opened(written('uneven.npz', writeNpz(arrays))), /b has shape \(3, 4\)/);
  });
});
