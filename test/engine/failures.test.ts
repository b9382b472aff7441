import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runTask } from '../../src/analyses/taskTable';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { failures } from '../../src/engine/operations/failures';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'failures-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context = {
  cancellation: Cancellation.never,
  progress: noProgress,
  cache: undefined,
  runtimePath: path.join(runtime.folder, 'node_modules'),
  libraries: dataLibraries(''),
  threads: 1,
  task: (name: 'failureScan', input: Parameters<typeof runTask<'failureScan'>>[1]) =>
    Promise.resolve(runTask(name, input, Cancellation.never, noProgress)),
} as unknown as OperationContext<never>;

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};

/** Class 1 where x > 0, with a layer between that keeps both coordinates. */
const halfPlane = written(
  'plane.onnx',
  model(
    graph({
      inputs: [value('x', ['n', 2])],
      outputs: [value('y', ['n', 2])],
      initializers: [tensor('same', [2, 2], [1, 0, 0, 1]), tensor('head.weight', [2, 2], [-1, 1, 0, 0])],
      nodes: [
        node('MatMul', ['x', 'same'], ['middle'], { name: 'middle' }),
        node('MatMul', ['middle', 'head.weight'], ['y'], { name: 'head' }),
      ],
    }),
  ),
);
/** Four clusters of 50 rows around (±5, ±5); `wrong` are those whose label is not what the network says. */
function rowsWith(name: string, wrong: (row: number) => boolean) {
  const random = new Random(1, 'rows');
  const sign = (row: number, axis: number) => (((row >> axis) & 1) === 0 ? -1 : 1);
  const values = Float32Array.from({ length: 400 }, (_, k) => 5 * sign(k >> 1, k % 2) + 0.5 * random.normal());
  const labels = Float64Array.from({ length: 200 }, (_, row) => (sign(row, 0) > 0 !== wrong(row) ? 1 : 0));
  return {
    data: written(`${name}-x.npy`, writeNpy({ shape: [200, 2], values })),
    labels: written(`${name}-y.npy`, writeNpy({ shape: [200], values: labels })),
    model: halfPlane,
    seed: 0,
    parameters: { shufflings: 39 },
  };
}
/** x > 0 and y < 0, most of it. */
const inQuarter = (row: number) => row % 4 === 1 && row % 5 !== 1;

describe('failures', () => {
  it('lists the region that fails, with its error, the classes it confuses, what is typical of it, and its nearest correct rows', async () => {
    const result = await failures(rowsWith('quarter', inQuarter), context);
    assert.equal(result.layer, 'middle');
    assert.equal(result.baseError, 0.2);
    const [region] = result.regions;
    for (const { members } of result.regions)
      assert.ok(
        members.every(row => row % 4 === 1),
        'all members lie in the quarter',
      );
    assert.ok(region!.members.length >= 15, `${region!.members.length}`);
    assert.ok(region!.error > 0.75 && region!.interval[0] < region!.error && region!.error < region!.interval[1]);
    assert.equal(region!.pValue, 1 / 40);
    const [commonest] = region!.classes;
    assert.deepEqual([commonest!.label, commonest!.predicted], ['0', '1']);
    // Labelled 0, like the rows with x < 0 that are handled correctly: in x it differs from them by far.
    assert.equal(region!.describes[0]!.name, '[0]');
    assert.ok(region!.describes[0]!.difference > 1.5);
    assert.match(region!.describedAgainst, /class 0 handled correctly/);
    assert.deepEqual(
      [...region!.wrong],
      [...region!.wrong].sort((a, b) => b - a),
      'wrong ones come first',
    );
    for (const { member, row } of region!.nearestCorrect) {
      assert.ok(inQuarter(member));
      assert.ok(row % 2 === 0 || !inQuarter(row));
    }
  });

  it('lists none where errors have no place', async () => {
    const random = new Random(5, 'errors');
    const anywhere = new Set(Array.from({ length: 20 }, () => random.integer(200)));
    const result = await failures(
      rowsWith('random', row => anywhere.has(row)),
      context,
    );
    assert.ok(result.errors > 10);
    assert.deepEqual(result.regions, []);
  });

  it('lists none where all is right, and searches a sample with the error of all rows beside it', async () => {
    const right = await failures(
      rowsWith('right', () => false),
      context,
    );
    assert.deepEqual([right.baseError, right.regions.length, right.withinChance], [0, 0, 0]);
    const few = rowsWith('few', inQuarter);
    const sampled = await failures({ ...few, parameters: { points: 30, shufflings: 19 } }, context);
    assert.deepEqual([sampled.points, sampled.rows, sampled.baseError], [30, 200, 0.2]);
    assert.ok(sampled.warnings.some(({ code }) => code === 'few-points'));
  });

  it('refuses what has no labels, no such layer, or no classes', async () => {
    const refused = (run: Promise<unknown>, code: string, says: RegExp) =>
      assert.rejects(run, (error: unknown) => error instanceof Fault && error.code === code && says.test(`${error.message} ${error.source}`)); // prettier-ignore
    const { labels, ...unlabelled } = rowsWith('refused', inQuarter);
    await refused(failures(unlabelled, context), 'usage', /--labels/);
    await refused(failures({ ...unlabelled, labels, layer: 'midle' }, context), 'usage', /middle.*--layer/);
    const three = written('three.npy', writeNpy({ shape: [200], values: Float64Array.from({ length: 200 }, (_, row) => row % 3) })); // prettier-ignore
    await refused(failures({ ...unlabelled, labels: three }, context), 'shape-mismatch', /3 classes/);
  });

  it('reads a sample of the digits', async () => {
    const data = path.join(root, 'samples', 'data', 'digits-test.npz');
    const input = {
      model: path.join(root, 'samples', 'models', 'digits-mlp.onnx'),
      data,
      labels: `${data}#y`,
      seed: 0,
    };
    const result = await failures({ ...input, parameters: { points: 120, shufflings: 19 } }, context);
    assert.equal(result.rows, 360);
    assert.ok(result.baseError > 0.02 && result.baseError < 0.06);
  });
});
