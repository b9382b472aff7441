import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PruneResult } from '../../src/analyses/prune';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { DisposableStore } from '../../src/base/lifecycle';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { writeNpz } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { openDataFile } from '../../src/engine/openFiles';
import { openModelFile } from '../../src/engine/openModelFile';
import type { OperationContext } from '../../src/engine/operationContext';
import { prune } from '../../src/engine/operations/prune';
import type { PruneInput } from '../../src/engine/pruneTypes';
import { accuracy } from '../../src/probes/accuracy';
import { capture } from '../../src/probes/capture';
import { Net } from '../models/units/onnxZoo';
import { OnnxGraphBuilder } from '../../src/models/onnx/graphBuilder';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prune-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const project = fileURLToPath(new URL('../..', import.meta.url));
const at = (name: string) => path.join(folder, name);
const sample = (name: string) => path.join(project, 'samples', name);

const context: OperationContext<never> = {
  cancellation: Cancellation.never,
  progress: noProgress,
  partial: () => assert.fail('pruning has no parts'),
  task: () => assert.fail('pruning forks nothing'),
  cache: undefined,
  runtimePath: path.join(project, 'package.json'),
  libraries: dataLibraries(''),
  threads: 1,
};

const digits: Omit<PruneInput, 'model'> = {
  data: `${sample('data/digits-train.npz')}#X`,
  labels: `${sample('data/digits-train.npz')}#y`,
  holdout: `${sample('data/digits-test.npz')}#X`,
  holdoutLabels: `${sample('data/digits-test.npz')}#y`,
};
const mlp = sample('models/digits-mlp.onnx');

const share = ({ groups }: PruneResult) =>
  groups.reduce((sum, group) => sum + group.removed.length, 0) / groups.reduce((sum, group) => sum + group.units, 0);

async function accuracyOf(model: string): Promise<number> {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(model, store);
    const { data, labels } = openDataFile(digits.holdout!, digits.holdoutLabels, {}, store, context);
    const { outputs } = await capture(opened.model, data, { runtime: { folder: project }, layers: [], outputs: true });
    return accuracy(outputs!, labels!.labels).value;
  } finally {
    store.dispose();
  }
}

/** A network whose hidden units all come twice, with a little noise: as it stands, or as a share of the spread of each layer's weights. */
function widened(file: string, noise: number, ofSpread = false): string {
  const store = new DisposableStore();
  const { model } = openModelFile(mlp, store);
  const graph = new OnnxGraphBuilder();
  const random = new Random(4, 'widened');
  graph.input('input', 'float32', ['batch', 64]);
  let [from, width] = ['input', 64];
  for (const layer of ['fc1', 'fc2', 'fc3', 'fc4']) {
    const last = layer === 'fc4';
    const { shape, values } = model.readWeight(`${layer}.weight`);
    const bias = model.readWeight(`${layer}.bias`).values;
    const [outputs, inputs] = shape as [number, number];
    const rows = Array.from({ length: last ? outputs : 2 * outputs }, (_, i) => i % outputs);
    const repeats = width / inputs;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const noisy = (value: number) => value + noise * (ofSpread ? spread : 1) * random.normal();
    const weights = rows.flatMap(o =>
      Array.from({ length: width }, (_, k) => noisy(values[o * inputs + (k % inputs)]!) / repeats),
    );
    const raw = (name: string, dims: readonly number[], numbers: readonly number[]) =>
      graph.raw(name, 'float32', dims, new Uint8Array(Float32Array.from(numbers).buffer));
    raw(`${layer}.weight`, [rows.length, width], weights);
    raw(
      `${layer}.bias`,
      [rows.length],
      rows.map(o => noisy(bias[o]!)),
    );
    const sum = last ? 'logits' : `${layer}/sum`;
    graph.node({
      name: layer,
      op: 'Gemm',
      inputs: [from, `${layer}.weight`, `${layer}.bias`],
      outputs: [sum],
      attributes: { transB: { integer: 1 } },
    });
    if (!last) graph.node({ name: `relu_${layer}`, op: 'Relu', inputs: [sum], outputs: [`${layer}/relu`] });
    [from, width] = [`${layer}/relu`, rows.length];
  }
  graph.output('logits');
  fs.writeFileSync(file, graph.model('widened', 'tests'));
  store.dispose();
  return file;
}

const withoutTimes = ({ milliseconds, ...rest }: PruneResult) => {
  assert.ok(milliseconds.before.median > 0 && milliseconds.runs > 0);
  return rest;
};

const refuses = (input: PruneInput, code: string, says: RegExp) =>
  assert.rejects(
    prune(input, context),
    (error: unknown) => error instanceof Fault && error.code === code && says.test(error.message),
  );

describe('pruning', () => {
  it('removes planted duplicates at no loss, and the cost jumps right after them', async () => {
    for (const [model, least] of [
      [widened(at('double.onnx'), 1e-3, true), 60],
      // Near a hundredth of what the weights are.
      [widened(at('noisier.onnx'), 1e-3), 10],
    ] as const) {
      const result = await prune({ model, ...digits, parameters: { ratio: 0.5 } }, context);
      assert.equal(share(result), 0.5);
      assert.ok(result.accuracyAfter >= result.accuracyBefore - 1e-9);
      for (const { bars, units, removed } of result.groups) {
        // Units that never fire go as well, with their copies.
        const dead = bars.filter(bar => bar < 1e-5).length;
        assert.ok(removed.length >= units / 2 - dead, `${removed.length} of ${units}`);
        const jumps = bars.map((bar, i) => (i <= dead ? 0 : bar / bars[i - 1]!));
        const place = jumps.indexOf(Math.max(...jumps));
        assert.ok(place >= units / 2 && place <= units / 2 + dead, `${place} of ${units}, ${dead} never fire`);
        assert.ok(jumps[place]! > least, `${jumps[place]}`);
      }
    }
  });

  it('removes 40 % of a digits network for half a point and two rows at most, and writes what it measured', async () => {
    const out = at('smaller.onnx');
    const result = await prune({ model: mlp, ...digits, parameters: { ratio: 0.4 }, out }, context);
    assert.ok(Math.abs(share(result) - 0.4) < 0.005);
    assert.ok(result.accuracyBefore - result.accuracyAfter <= 0.005 + 2 / 360 + 1e-9);
    assert.deepEqual(result.written, [out]);
    assert.equal(fs.statSync(out).size, result.bytesAfter);
    assert.ok(result.bytesAfter < 0.6 * result.bytesBefore);
    assert.equal(await accuracyOf(out), result.accuracyAfter);
    await refuses({ model: mlp, ...digits, out }, 'exists', /is there already/);
  });

  it('is better at 80 % than magnitude and random in the mean of five seeds, all with the refit', async () => {
    const mean = { topology: 0, magnitude: 0, random: 0 };
    for (const method of ['topology', 'magnitude', 'random'] as const)
      for (let seed = 0; seed < 5; seed++)
        mean[method] +=
          (await prune({ model: mlp, ...digits, parameters: { ratio: 0.8, method, seed } }, context)).accuracyAfter / 5;
    assert.ok(mean.topology > mean.magnitude && mean.topology > mean.random, JSON.stringify(mean));
  });

  it('picks the largest ratio within the tolerance, and measures all methods and each layer on the rows held out', async () => {
    const parameters = { curve: true, perLayer: true, tolerance: 0.01 };
    const result = await prune({ model: mlp, ...digits, parameters }, context);
    assert.ok(result.ratio >= 0.3 && result.ratio < 0.95);
    assert.deepEqual(result.picked, { tolerance: 0.01 });
    assert.equal(result.curve!.length, 30);
    for (const { low, accuracy: value, high } of result.curve!) assert.ok(low <= value && value <= high);
    assert.deepEqual(
      result.layers!.map(layer => layer.layer),
      ['fc1', 'fc2', 'fc3'],
    );
    for (const { removable, units, change } of result.layers!)
      assert.ok(removable < units && change.low <= change.value && change.value <= change.high);
    const again = await prune({ model: mlp, ...digits, parameters: { ...parameters, curve: false } }, context);
    const { curve, findings, ...same } = withoutTimes(result);
    assert.ok(curve !== undefined && findings.length > again.findings.length);
    const { findings: fewer, ...rest } = withoutTimes(again);
    assert.ok(fewer.length > 0);
    assert.deepEqual(rest, same);
  });

  it('gives single layers the ratio that they are told, and nothing to none', async () => {
    const result = await prune({ model: mlp, ...digits, parameters: { ratio: 0, layerRatios: { fc2: 0.5 } } }, context);
    assert.deepEqual(
      result.groups.map(group => group.removed.length),
      [0, 32, 0],
    );
    const none = await prune({ model: mlp, ...digits, parameters: { ratio: 0 }, out: at('same.onnx') }, context);
    assert.equal(none.change.value, 0);
    assert.deepEqual(fs.readFileSync(at('same.onnx')), fs.readFileSync(mlp));
    await refuses(
      { model: mlp, ...digits, parameters: { layerRatios: { fc4: 0.5 } } },
      'usage',
      /fc4 cannot be removed. They are an output/,
    );
    await refuses(
      { model: mlp, ...digits, parameters: { layerRatios: { fc: 0.5 } } },
      'usage',
      /no layer fc whose units/,
    );
  });

  it('sets rows aside where none are held out, and without labels measures how far answers stay the same', async () => {
    const result = await prune({ model: mlp, data: digits.data, parameters: { ratio: 0.3 } }, context);
    assert.equal(result.measure, 'agreement');
    assert.equal(result.heldOut, 'split');
    assert.equal(result.accuracyBefore, 1);
    assert.deepEqual(result.rows, { fit: 862, validation: 216, heldOut: 359 });
    assert.match(result.caveats.join(' '), /No held-out data was given.*Without labels/);
  });

  it('measures what is kept of outputs that are no classes', async () => {
    const net = new Net(2);
    const hidden = net.op('Tanh', [net.dense('input', 'fc1', 5, 20)]);
    fs.writeFileSync(at('regression.onnx'), net.finish(['batch', 5], net.dense(hidden, 'fc2', 20, 1)));
    const random = new Random(3, 'rows');
    const values = Float32Array.from({ length: 2000 }, () => random.normal());
    fs.writeFileSync(at('rows.npz'), writeNpz([{ name: 'X', shape: [400, 5], values }]));
    const run = (ratio: number) =>
      prune({ model: at('regression.onnx'), data: at('rows.npz'), parameters: { ratio } }, context);
    const [some, most] = [await run(0.2), await run(0.8)];
    assert.equal(some.measure, 'fit');
    assert.equal(some.accuracyBefore, 1);
    assert.ok(some.accuracyAfter > 0.9 && most.accuracyAfter < some.accuracyAfter);
    assert.ok(
      some.accuracyAfterInterval[0] <= some.accuracyAfter && some.accuracyAfter <= some.accuracyAfterInterval[1],
    );
  });

  it('refuses networks of which nothing can go, and labels of one part alone', async () => {
    const net = new Net(2);
    fs.writeFileSync(at('linear.onnx'), net.finish(['batch', 64], net.dense('input', 'fc1', 64, 10)));
    await refuses(
      { model: at('linear.onnx'), ...digits },
      'unsupported',
      /No units of this network can be removed. fc1: They are an output/,
    );
    const { holdoutLabels, ...rest } = digits;
    assert.ok(holdoutLabels);
    await refuses({ model: mlp, ...rest }, 'usage', /Only one of the data and the held-out data has labels/);
  });
});
