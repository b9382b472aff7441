import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { robustness } from '../../src/engine/operations/robustness';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'robustness-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const contextWith = (cancellation: Cancellation) =>
  ({
    cancellation,
    progress: noProgress,
    cache: undefined,
    runtimePath: path.join(runtime.folder, 'node_modules'),
    libraries: dataLibraries(''),
    threads: 1,
  }) as unknown as OperationContext<never>;
const context = contextWith(Cancellation.never);

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};

/** Class 1 where x > 0: moving x by its own size breaks a row, moving y breaks none. `more` are nodes between. */
const network = (more: readonly string[] = []) =>
  written(
    `plane${more.join('-')}.onnx`,
    model(
      graph({
        inputs: [value('x', ['n', 2])],
        outputs: [value('y', ['n', 2])],
        initializers: [tensor('same', [2, 2], [1, 0, 0, 1]), tensor('head.weight', [2, 2], [-1, 1, 0, 0])],
        nodes: [
          node('MatMul', ['x', 'same'], ['hidden0'], { name: 'hidden0' }),
          ...more.map((op, at) => node(op, [`hidden${at}`], [`hidden${at + 1}`], { name: `hidden${at + 1}` })),
          node('MatMul', [`hidden${more.length}`, 'head.weight'], ['y'], { name: 'head' }),
        ],
      }),
    ),
  );

/** 40 rows with x = ±0.2 and 40 with x = ±1, each with y spread about two places far apart, all labelled as the network says. */
const near = (row: number) => row < 40;
const sign = (row: number) => (row % 2 === 0 ? -1 : 1);
const random = new Random(3, 'rows');
const data = written(
  'x.npy',
  writeNpy({
    shape: [80, 2],
    values: Float32Array.from({ length: 160 }, (_, k) => {
      const row = k >> 1;
      return k % 2 === 0 ? (near(row) ? 0.2 : 1) * sign(row) : (near(row) ? 0 : 8) + 0.1 * random.normal();
    }),
  }),
);
const labels = written(
  'y.npy',
  writeNpy({ shape: [80], values: Float64Array.from({ length: 80 }, (_, row) => (sign(row) > 0 ? 1 : 0)) }),
);

describe('robustness', () => {
  it('breaks the rows that a gradient can break, proves the others, and says which region breaks first', async () => {
    const input = { model: network(), data, labels, seed: 0, parameters: { epsilon: 0.3 } };
    const result = await robustness(input, context);
    assert.equal(result.accuracy, 1);
    assert.equal(result.gradients.kind, 'network');
    assert.equal(result.attacks.fgsm.value, 0.5);
    assert.equal(result.adversarialAccuracy, 0.5);
    assert.equal(result.attacks.none.value, 1);
    // The margin of x is 2x, and the box takes 2r off it: the radius is x.
    assert.ok(
      Math.abs(result.proved!.smallest - 0.2) < 0.02 && result.proved!.smallest <= 0.2,
      `${result.proved!.smallest}`,
    );
    assert.equal(result.proved!.rows, 80);
    assert.equal(result.stable.length, 4);
    for (const region of result.stable) {
      const isNear = near(region.members[0]!);
      assert.ok([...region.members].every(row => near(row) === isNear));
      assert.equal(region.members.length, 20);
      assert.deepEqual([region.broken[0], region.breaksAt], isNear ? [1, 0.3] : [0, null]);
      assert.ok(region.proved!.smallest > (isNear ? 0.19 : 0.95));
      assert.ok(region.radius! >= region.proved!.smallest - 1e-9 && region.radius! < 1.1);
    }
  });

  it('estimates gradients where a network’s steps are not followed, says why, and proves nothing', async () => {
    // Softsign is no step that is followed, and keeps the sign of x.
    const input = { model: network(['Softsign']), data, labels, seed: 0, parameters: { epsilon: 0.3 } };
    const result = await robustness(input, context);
    assert.equal(result.gradients.kind, 'finite-differences');
    assert.match(result.gradients.reason!, /Softsign/);
    assert.equal(result.adversarialAccuracy, 0.5);
    assert.equal(result.proved, null);
    assert.match(result.unproved!, /Softsign/);
    assert.ok(result.stable.every(region => region.proved === null));
    assert.equal(result.uncertainty.auc, null);
  });

  it('attacks smooth networks with their own gradients, without proofs', async () => {
    const input = { model: network(['Tanh']), data, labels, seed: 0, parameters: { epsilon: 0.3 } };
    const result = await robustness(input, context);
    assert.equal(result.gradients.kind, 'network');
    assert.equal(result.adversarialAccuracy, 0.5);
    assert.match(result.unproved!, /tanh is not piecewise linear/);
  });

  it('tells permuted and inverted digits from digits, with what is simpler beside it', async () => {
    const digits = path.join(root, 'samples', 'data', 'digits-test.npz');
    const input = {
      model: path.join(root, 'samples', 'models', 'digits-mlp.onnx'),
      data: digits,
      labels: `${digits}#y`,
      seed: 0,
    };
    const result = await robustness({ ...input, parameters: { points: 120, steps: 5, restarts: 1 } }, context);
    assert.ok(result.uncertainty.auc! >= 0.85, `${result.uncertainty.auc}`);
    assert.deepEqual(Object.keys(result.uncertainty.baselines), ['maxSoftmax', 'nearest', 'zeros']);
    // As many zeros in another order.
    assert.equal(result.uncertainty.shifts.permuted.baselines.zeros.value, 0.5);
    assert.ok(result.attacks.noise.value > result.attacks.fgsm.value + 0.2);
    assert.ok(result.attacks.fgsm.value >= result.adversarialAccuracy);
    assert.ok(result.proved!.median > 0.005 && result.proved!.median < 0.1);
  });

  it('warns of an epsilon that is not in the units of the data', async () => {
    const told = async (epsilon: number) =>
      (await robustness({ model: network(), data, labels, seed: 0, parameters: { epsilon, steps: 1 } }, context)).warnings.map(({ code }) => code); // prettier-ignore
    assert.ok((await told(25)).includes('large-epsilon'));
    assert.ok((await told(1e-6)).includes('small-epsilon'));
  });

  it('refuses what cannot be attacked: labels that are missing, whole numbers, an epsilon of 0', async () => {
    const refused = (run: Promise<unknown>, code: string, says: RegExp) =>
      assert.rejects(run, (error: unknown) => error instanceof Fault && error.code === code && says.test(`${error.message} ${error.source}`)); // prettier-ignore
    await refused(robustness({ model: network(), data, seed: 0 }, context), 'usage', /--labels/);
    const zero = { model: network(), data, labels, seed: 0, parameters: { epsilon: 0 } };
    await refused(robustness(zero, context), 'usage', /--epsilon/);
    const tokens = written(
      'tokens.onnx',
      model(
        graph({
          inputs: [value('ids', ['n', 2], 7)],
          outputs: [value('y', ['n', 2])],
          initializers: [tensor('w', [2, 2], [1, 0, 0, 1])],
          nodes: [
            node('Cast', ['ids'], ['floats'], { name: 'cast' }),
            node('MatMul', ['floats', 'w'], ['y'], { name: 'head' }),
          ],
        }),
      ),
    );
    await refused(robustness({ model: tokens, data, labels, seed: 0 }, context), 'unsupported', /cannot be moved/);
  });

  it('stops when it is cancelled', async () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    await assert.rejects(
      robustness({ model: network(), data, labels, seed: 0 }, contextWith(cancellation)),
      isCancelled,
    );
  });
});
