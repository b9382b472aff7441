import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { bypass } from '../../../src/models/onnx/bypass';
import * as onnx from '../onnxBuilder';
import { openOnnx } from '../openBytes';
import { alone, written, type Files } from '../written';

/** Debian's package python3-onnx, or another ONNX of the system's Python. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import onnx'], { timeout: 60_000 }).status === 0,
);

const CHECK = `
import json, os, sys
import onnx
from onnx import numpy_helper, shape_inference
found = {}
for name in sorted(os.listdir(sys.argv[1])):
    file = os.path.join(sys.argv[1], name, 'model.onnx')
    onnx.checker.check_model(file)
    model = shape_inference.infer_shapes(onnx.load(file), check_type=True, strict_mode=True)
    shape = lambda value: [d.dim_value or d.dim_param for d in value.type.tensor_type.shape.dim]
    found[name] = {
        'weights': {t.name: list(numpy_helper.to_array(t).shape) for t in model.graph.initializer},
        'values': {v.name: shape(v) for v in list(model.graph.value_info) + list(model.graph.output)},
    }
print(json.dumps(found))
`;

const root = path.join(import.meta.dirname, '..', '..', '..');
const sample = (...names: string[]) => alone(new Uint8Array(fs.readFileSync(path.join(root, ...names))));
const tensor = (...shape: number[]): NewTensor => ({
  shape,
  values: onnx.weights(shape.reduce((a, b) => a * b, 1)),
});

/** x (4) → h (3), whose weights lie beside the model → y (2), in a loop's place a branch that reads them too. */
function external(): Files {
  const stored = (name: string, dims: readonly number[], offset: number) =>
    onnx.externalTensor(name, dims, {
      location: 'w.bin',
      offset: String(offset),
      length: String(dims.reduce((a, b) => a * b, 4)),
    });
  const branch = (op: string) =>
    onnx.graph({ nodes: [onnx.node(op, ['h'], ['out'])], outputs: [onnx.value('out', ['batch', 3])] }, op);
  const graph = onnx.graph({
    nodes: [
      onnx.node('MatMul', ['x', 'fc1.weight'], ['h'], { name: 'fc1' }),
      onnx.node('If', ['flag'], ['c'], {
        name: 'choice',
        attributes: { then_branch: { graph: branch('Relu') }, else_branch: { graph: branch('Tanh') } },
      }),
      onnx.node('MatMul', ['c', 'fc2.weight'], ['y'], { name: 'fc2' }),
    ],
    initializers: [
      stored('fc1.weight', [4, 3], 0),
      stored('fc2.weight', [3, 2], 48),
      onnx.rawTensor('flag', [], 9, Uint8Array.of(1)),
    ],
    inputs: [onnx.value('x', ['batch', 4])],
    outputs: [onnx.value('y', ['batch', 2])],
  });
  return { model: onnx.model(graph), beside: { 'w.bin': onnx.rawFloats(onnx.weights(18)) } };
}

describe('ONNX that is written, by ONNX’s own checker', { skip: python === undefined ? 'no onnx here' : false }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'onnx-checker-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('is a valid model whose inferred shapes are those of the changed tensors', () => {
    const mlp = sample('samples', 'models', 'digits-mlp.onnx');
    const residual = sample('test', 'fixtures', 'networks', 'resmlp.onnx');
    const narrower: ModelChanges = {
      tensors: new Map([
        ['fc1.weight', tensor(100, 64)],
        ['fc1.bias', tensor(100)],
        ['fc2.weight', tensor(64, 100)],
      ]),
    };
    const model = openOnnx(residual.model);
    const block = model.layers.find(layer => layer.name === '/blocks.0/Add')!;
    const first = model.layers.find(layer => layer.name === block.inputs[0])!;
    const cases: Readonly<Record<string, Files>> = {
      narrower: written(mlp, narrower),
      bypassed: written(residual, bypass(model, first.output, block.output)),
      external: written(external(), {
        tensors: new Map([['fc2.weight', tensor(3, 5)]]),
        onnx: { shapes: new Map([['y', ['batch', 5]]]) },
      }),
      values: written(external(), { tensors: new Map([['fc1.weight', tensor(4, 3)]]) }),
    };
    for (const [name, files] of Object.entries(cases)) {
      fs.mkdirSync(path.join(folder, name));
      fs.writeFileSync(path.join(folder, name, 'model.onnx'), files.model);
      for (const [file, bytes] of Object.entries(files.beside)) fs.writeFileSync(path.join(folder, name, file), bytes);
    }
    const run = spawnSync(python!, ['-c', CHECK, folder], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const found = JSON.parse(run.stdout) as Readonly<
      Record<string, Readonly<Record<'weights' | 'values', Readonly<Record<string, readonly (number | string)[]>>>>>
    >;
    assert.deepEqual(found['narrower']!.weights['fc1.weight'], [100, 64]);
    assert.equal(
      Object.values(found['narrower']!.values).some(shape => shape.at(-1) === 100),
      true,
    );
    assert.equal('blocks.0.fc1.weight' in found['bypassed']!.weights, false);
    assert.deepEqual(found['external']!.weights['fc2.weight'], [3, 5]);
    assert.deepEqual(found['values']!.values['y'], ['batch', 2]);
  });
});
