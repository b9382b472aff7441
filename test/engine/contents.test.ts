import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { writeNpy, writeNpz, type NamedArray } from '../../src/data/writeNpz';
import { contents } from '../../src/engine/operations/contents';
import { f32, safetensorsBytes } from '../models/safetensors/safetensorsBytes';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'contents-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const written = (name: string, bytes: Uint8Array) => {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
};
const array = (name: string, ...shape: number[]): NamedArray => ({
  name,
  shape,
  values: new Float32Array(shape.reduce((size, axis) => size * axis, 1)),
});
const classes = (name: string, rows: number): NamedArray => ({ name, shape: [rows], values: new Int32Array(rows) });
const look = (file: string) =>
  contents({ file }, { cancellation: Cancellation.never } as Parameters<typeof contents>[1]);
/** What an .npz of these arrays is, and what else it may be. */
const archive = (...arrays: NamedArray[]) => {
  const { kind, open } = look(written('some.npz', writeNpz(arrays)));
  return [kind, ...open];
};

describe('What a file of arrays is', () => {
  it('is activations where it has a layer an array', () => {
    assert.deepEqual(archive(array('fc1', 20, 8), array('relu1', 20, 8)), ['activations']);
    assert.deepEqual(archive(array('/conv/Conv', 20, 4, 3, 3), array('fc', 20, 8), classes('y', 20)), ['activations']);
  });

  it('is data where it is called so, or where the parts have different rows', () => {
    assert.deepEqual(archive(array('X', 20, 8), classes('y', 20)), ['data']);
    assert.deepEqual(archive(array('x_train', 20, 8), classes('y_train', 20)), ['data']);
    assert.deepEqual(archive(array('a', 20, 8), array('b', 10, 8)), ['data']);
    assert.deepEqual(archive(classes('labels', 20)), ['data']);
  });

  it('is left open where it could be either', () => {
    assert.deepEqual(archive(array('arr_0', 20, 8)), ['activations', 'data']);
    assert.deepEqual(archive(array('X', 20, 8), array('fc1', 20, 8)), ['activations', 'data']);
    assert.deepEqual(archive(array('length', 20), array('width', 20)), ['data', 'activations']);
  });

  it('names the labels in it, and the arrays with their shapes', () => {
    const file = written('labelled.npz', writeNpz([array('fc1', 20, 8), classes('labels', 20), classes('y', 20)]));
    const { labels, arrays } = look(file);
    assert.deepEqual(labels, [`${file}#y`, `${file}#labels`]);
    assert.deepEqual(arrays, [{ name: 'fc1', shape: [20, 8] }]);
  });

  it('of tensors is told by their names and shapes', () => {
    const kinds = (tensors: Parameters<typeof safetensorsBytes>[0]) => {
      const { kind, open } = look(written('some.safetensors', safetensorsBytes(tensors)));
      return [kind, ...open];
    };
    assert.deepEqual(kinds({ fc1: f32([20, 8]), fc2: f32([20, 4]) }), ['activations']);
    assert.deepEqual(kinds({ 'fc.weight': f32([20, 8]), 'fc.bias': f32([20]) }), ['model']);
    assert.deepEqual(kinds({ q: f32([20, 20]), k: f32([20, 20]) }), ['activations', 'model']);
    assert.deepEqual(kinds({ w: f32([20, 8]) }), ['activations', 'model']);
  });

  it('of a folder is activations where arrays are all that it holds', () => {
    for (const name of ['fc1', 'fc2']) written(`acts/${name}.npy`, writeNpy({ shape: [4, 3], values: new Float32Array(12) })); // prettier-ignore
    assert.deepEqual(look(path.join(root, 'acts')).kind, 'activations');
    written('mixed/a.npy', writeNpy({ shape: [4, 3], values: new Float32Array(12) }));
    written('mixed/notes.txt', new TextEncoder().encode('no array'));
    assert.throws(() => look(path.join(root, 'mixed')), /holds no model\.json/);
  });

  it('of anything else is a model, for its reader to say what is wrong with it', () => {
    assert.equal(look(written('some.onnx', new Uint8Array([8, 7]))).kind, 'model');
    assert.throws(() => look(written('broken.npz', new Uint8Array([0x50, 0x4b, 3, 4, 0]))), { code: 'corrupt' });
  });
});
