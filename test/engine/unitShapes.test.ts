import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MLP } from '../models/layerList/weightFiles';
import { unitShapes } from '../../src/engine/operations/unitShapes';

const samples = path.join(import.meta.dirname, '../../samples/models');

describe('the shapes of weights where a layer keeps fewer units', () => {
  it('change along with what reads them, through pooling and flattening', () => {
    const { shapes, layers } = unitShapes({
      model: path.join(samples, 'digits-cnn.onnx'),
      layers: ['conv4'],
      units: 30,
    });
    assert.deepEqual(layers, ['conv4']);
    assert.deepEqual(shapes, {
      'conv4.weight': [30, 48, 3, 3],
      'conv4.bias': [30],
      'fc1.weight': [32, 120],
    });
  });

  it('change for several layers at once, each axis for its own', () => {
    const model = path.join(samples, 'digits-mlp.onnx');
    const { shapes, layers } = unitShapes({ model, layers: ['fc1', 'fc2'], units: 30 });
    assert.deepEqual(layers, ['fc1', 'fc2']);
    assert.deepEqual(shapes, {
      'fc1.weight': [30, 64],
      'fc1.bias': [30],
      'fc2.weight': [30, 30],
      'fc2.bias': [30],
      'fc3.weight': [32, 30],
    });
  });

  it('of weights alone are known once it is said what runs them: an activation, or a list of the layers beside them', t => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    const model = path.join(folder, 'net.safetensors');
    fs.writeFileSync(model, MLP);
    const asked = { model, layers: ['fc1'], units: 2 };
    assert.throws(() => unitShapes(asked), { code: 'unsupported' });
    const { shapes } = unitShapes({ ...asked, answer: { activation: 'relu', place: 'after' } });
    assert.deepEqual(Object.entries(shapes).map(([name, [units]]) => [name, units]), [['fc1.weight', 2], ['fc1.bias', 2], ['fc2.weight', 3]]); // prettier-ignore
    const list = { input: { shape: [4] }, layers: [{ type: 'Linear', weights: 'fc1', activation: 'relu' }, { type: 'Linear', weights: 'fc2' }] }; // prettier-ignore
    fs.writeFileSync(path.join(folder, 'net.layers.json'), JSON.stringify(list));
    assert.deepEqual(unitShapes(asked).shapes, shapes);
  });

  it('are refused for what stays whole, and for a number of units that it has not', () => {
    const model = path.join(samples, 'digits-mlp.onnx');
    assert.throws(() => unitShapes({ model, layers: ['fc4'], units: 3 }), { code: 'unsupported' });
    assert.throws(() => unitShapes({ model, layers: ['fc1'], units: 0 }), { code: 'usage' });
    assert.throws(() => unitShapes({ model, layers: ['fc1'], units: 129 }), { code: 'usage' });
  });
});
