import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { collapse } from '../../src/engine/operations/collapse';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'collapse-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context = {
  cancellation: Cancellation.never,
  progress: noProgress,
  cache: undefined,
  runtimePath: path.join(runtime.folder, 'node_modules'),
  libraries: dataLibraries(''),
  threads: 1,
} as unknown as OperationContext<never>;

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};
const digits = {
  data: path.join(root, 'samples', 'data', 'digits-train.npz'),
  labels: `${path.join(root, 'samples', 'data', 'digits-train.npz')}#y`,
  seed: 0,
};
const collapsed = path.join(root, 'test', 'fixtures', 'networks', 'neural-collapse.onnx');

/** Three classes that are the corners of a simplex after one layer, by a classifier whose rows are the same corners. */
const corners = [
  [2 / 3, -1 / 3, -1 / 3],
  [-1 / 3, 2 / 3, -1 / 3],
  [-1 / 3, -1 / 3, 2 / 3],
];
const simplex = (head: readonly number[], columns: number) =>
  model(
    graph({
      inputs: [value('x', ['n', 3])],
      outputs: [value('y', ['n', columns])],
      initializers: [tensor('centre', [3, 3], corners.flat()), tensor('head.weight', [3, columns], head)],
      nodes: [
        node('MatMul', ['x', 'centre'], ['features'], { name: 'features' }),
        node('MatMul', ['features', 'head.weight'], ['y'], { name: 'head' }),
      ],
    }),
  );
const oneHot = written(
  'x.npy',
  writeNpy({
    shape: [30, 3],
    values: Float32Array.from({ length: 90 }, (_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 1 : 0)),
  }),
);
const classes = written(
  'y.npy',
  writeNpy({ shape: [30], values: Float64Array.from({ length: 30 }, (_, row) => row % 3) }),
);

describe('collapse', () => {
  it('gives zeros for a network whose classes are the corners of a simplex', async () => {
    const network = written('simplex.onnx', simplex(corners.flat(), 3));
    const result = await collapse({ model: network, data: oneHot, labels: classes, seed: 0 }, context);
    assert.equal(result.layer, 'features');
    assert.equal(result.classes, 3);
    for (const measure of [result.nc1, result.nc1Ratio, result.nc2Norm, result.nc2Angle, result.nc3, result.nc4])
      assert.ok(measure !== null && Math.abs(measure) < 1e-6, `${measure}`);
  });

  it('takes the input of the last layer with weights, over all rows, and the other layers beside it', async () => {
    const result = await collapse({ ...digits, model: collapsed, points: 200 }, context);
    assert.equal(result.layer, 'relu3');
    assert.equal(result.rows, 1437);
    // What PyTorch gave for this network (a manifest of the training run): 0.01214, 0.0709, 0.
    assert.ok(Math.abs(result.nc1! - 0.01214) < 1e-4, `${result.nc1}`);
    assert.ok(Math.abs(result.nc3! - 0.0709) < 1e-3, `${result.nc3}`);
    assert.equal(result.nc4, 0);
    assert.ok(result.accuracy!.value > 0.999);
    assert.deepEqual(result.layers.map(one => one.layer), ['fc1', 'bn1', 'relu1', 'fc2', 'bn2', 'relu2', 'features', 'bn3', 'relu3', 'head']); // prettier-ignore
    assert.deepEqual([...new Set(result.layers.map(one => one.rows))].sort(), [1437, 200]);
  });

  it('measures a layer that is named alone, without NC3 where the classifier does not read it', async () => {
    const result = await collapse({ ...digits, model: collapsed, layer: 'relu1' }, context);
    assert.equal(result.layer, 'relu1');
    assert.equal(result.nc3, null);
    assert.ok(result.warnings.some(({ code }) => code === 'no-self-duality'));
    assert.deepEqual(result.layers.map(one => one.layer), ['relu1']); // prettier-ignore
  });

  it('says why there is no NC3 for a single output, and still has NC4', async () => {
    const network = written('single.onnx', simplex([1, -1, 0], 1));
    const two = written('two.npy', writeNpy({ shape: [30], values: Float64Array.from({ length: 30 }, (_, row) => (row % 3 === 0 ? 1 : 0)) })); // prettier-ignore
    const result = await collapse({ model: network, data: oneHot, labels: two, seed: 0 }, context);
    assert.equal(result.nc3, null);
    assert.match(result.warnings.find(({ code }) => code === 'no-self-duality')!.message, /single output/);
    assert.equal(result.nc4, 0);
  });

  it('leaves out classes that no row has, and says so', async () => {
    const network = written('unseen.onnx', simplex(corners.flat(), 3));
    const named = { model: network, data: oneHot, labels: classes, classes: ['0', '1', '2'], seed: 0 };
    assert.equal((await collapse(named, context)).classes, 3);
    const two = written('zeros.npy', writeNpy({ shape: [30], values: Float64Array.from({ length: 30 }, (_, row) => row % 2) })); // prettier-ignore
    const result = await collapse({ ...named, labels: two }, context);
    assert.equal(result.classes, 2);
    assert.ok(result.warnings.some(({ code }) => code === 'classes-left-out'));
  });

  it('refuses what has no labels, no such layer, one class, or no features', async () => {
    const refused = (run: Promise<unknown>, code: string, says: RegExp) =>
      assert.rejects(run, (error: unknown) => error instanceof Fault && error.code === code && says.test(`${error.message} ${error.source}`)); // prettier-ignore
    const unlabelled = { data: digits.data, seed: 0 };
    await refused(collapse({ ...unlabelled, model: collapsed }, context), 'usage', /--labels/);
    await refused(collapse({ ...digits, model: collapsed, layer: 'relu9' }, context), 'usage', /relu3.*--layer/);
    const one = written('one.npy', writeNpy({ shape: [30], values: new Float64Array(30) }));
    const network = written('again.onnx', simplex(corners.flat(), 3));
    await refused(collapse({ model: network, data: oneHot, labels: one, seed: 0 }, context), 'empty', /two/);
    const linear = written(
      'linear.onnx',
      model(
        graph({
          inputs: [value('x', ['n', 3])],
          outputs: [value('y', ['n', 3])],
          initializers: [tensor('w', [3, 3], corners.flat())],
          nodes: [node('MatMul', ['x', 'w'], ['y'], { name: 'only' })],
        }),
      ),
    );
    await refused(collapse({ model: linear, data: oneHot, labels: classes, seed: 0 }, context), 'empty', /only.*input/);
  });
});
