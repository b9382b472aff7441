import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { prunedChanges } from '../../../src/analyses/pruning/prunedWeights';
import { Random } from '../../../src/base/random';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import type { Model } from '../../../src/models/model';
import { networkUnits } from '../../../src/models/units/networkUnits';
import type { PrunableNetwork } from '../../../src/models/units/prunableNetwork';
import { networkAnswers } from '../../../src/probes/networkAnswers';
import { openBytes } from '../openBytes';
import type { Bytes } from '../onnxBuilder';
import { alone, written } from '../written';
import { Net, ZOO_NAMES, zooNetwork } from './onnxZoo';

const runtime = { folder: fileURLToPath(new URL('../../..', import.meta.url)) };
const ROWS = 7;

const titles = (network: PrunableNetwork) => network.groups.map(({ layers, units }) => `${layers.join(' ')} ${units}`);

async function run(model: Model, rowShape: readonly number[]): Promise<Float32Array> {
  const random = new Random(5, path.basename(import.meta.url));
  const size = ROWS * rowShape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, () => random.normal());
  return (await networkAnswers(model, { rows: ROWS, rowShape, values }, { runtime })).values;
}

/** The same network in which nothing is read of the units that go. */
function silenced(model: Model, network: PrunableNetwork, removed: Uint8Array): ModelChanges {
  const tensors = new Map<string, NewTensor>();
  for (const { weight, layout, units } of network.uses) {
    const { shape, values } = model.readWeight(weight);
    const own = (tensors.get(weight) as { values: Float32Array } | undefined)?.values ?? values.slice();
    units.forEach((unit, channel) => {
      if (unit < 0 || removed[unit] === 0) return;
      for (let o = 0; o < layout.outputs; o++)
        for (let t = 0; t < layout.taps; t++)
          own[layout.base + o * layout.outputStride + channel * layout.channelStride + t * layout.tapStride] = 0;
    });
    tensors.set(weight, { shape, values: own });
  }
  return { tensors };
}

function someUnits(network: PrunableNetwork, seed: number): Uint8Array {
  const random = new Random(seed, 'removed');
  const removed = new Uint8Array(network.units);
  for (const { from, units } of network.groups)
    for (const unit of random.permutation(units).slice(0, 1 + random.integer(units - 1))) removed[from + unit] = 1;
  return removed;
}

function without(bytes: Bytes, model: Model, network: PrunableNetwork, removed: Uint8Array): Bytes {
  const count = removed.reduce((a, b) => a + b, 0);
  return written(alone(bytes), prunedChanges(model, network, [], { removed, folds: [], count }, 'plain')).model;
}

describe('units of an ONNX network', () => {
  for (const name of ZOO_NAMES)
    it(`are found in ${name}, and what is left without them answers as if nothing had read them`, async () => {
      const { bytes, rowShape, groups } = zooNetwork(name, 3);
      const model = openBytes(bytes);
      const network = networkUnits(model);
      assert.deepEqual(titles(network), groups);
      for (const seed of [1, 2]) {
        const removed = someUnits(network, seed);
        const smaller = without(bytes, model, network, removed);
        assert.ok(smaller.length < bytes.length);
        const left = openBytes(smaller);
        const expected = await run(openBytes(written(alone(bytes), silenced(model, network, removed)).model), rowShape);
        const found = await run(left, rowShape);
        assert.equal(found.length, expected.length);
        found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-4, `${value}, not ${expected[i]}`));
        // What is left can be asked again: groups of the same layers with fewer units.
        const rest = networkUnits(left);
        for (const { layers, from, units } of network.groups) {
          const gone = removed.subarray(from, from + units).reduce((a, b) => a + b, 0);
          const again = rest.groups.find(group => group.layers.join() === layers.join())?.units ?? 1;
          // A single head is no head any more: then its channels are units.
          if (units - gone > 1) assert.equal(again, units - gone);
        }
      }
    });

  it('that stay are listed with their reason', () => {
    const reasons = (name: string) =>
      networkUnits(openBytes(zooNetwork(name, 3).bytes)).leftWhole.map(one => `${one.layers.join(' ')}: ${one.reason}`);
    assert.deepEqual(reasons('dense layers'), ['fc3: They are an output of the network.']);
    assert.deepEqual(reasons('several outputs'), [
      'fc2: They are an output of the network.',
      'fc3: They are an output of the network.',
    ]);
    assert.match(reasons('units normalised together').join('\n'), /^fc1: They are normalised together/);
  });

  it('of recurrent layers and of what an unknown operator reads stay', () => {
    const net = new Net(1);
    const one = net.op('Relu', [net.linear('input', 'fc1', 6, 8)]);
    const steps = net.op('LSTM', [one, net.weights('lstm.w', [1, 16, 8]), net.weights('lstm.r', [1, 16, 4])], {
      hidden_size: { integer: 4 },
    });
    const two = net.op('Relu', [net.linear(net.op('Squeeze', [steps, net.integers([1])]), 'fc2', 4, 5)]);
    const sorted = net.node('TopK', [two, net.integers([3])], {}, 2)[0]!;
    const network = networkUnits(openBytes(net.finish(['time', 'batch', 6], net.linear(sorted, 'fc3', 3, 2))));
    assert.deepEqual(titles(network), []);
    assert.deepEqual(
      network.leftWhole.map(one => one.reason).filter((reason, i, all) => all.indexOf(reason) === i),
      [
        'Recurrent layers are left whole.',
        'How TopK treats single units is not known here.',
        'They are an output of the network.',
      ],
    );
  });

  it('are the same sets whatever their order in the weights', () => {
    const { bytes } = zooNetwork('residual additions', 3);
    const model = openBytes(bytes);
    const order = [3, 0, 5, 1, 4, 2];
    const permuted = new Map<string, NewTensor>();
    for (const [name, axis] of [
      ['stem.weight', 0],
      ['stem.bias', 0],
      ['block.conv1.weight', 1],
      ['block.conv2.weight', 0],
      ['block.conv2.bias', 0],
      ['fc.weight', 1],
    ] as const) {
      const { shape, values } = model.readWeight(name);
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      const moved = values.map((_, i) => {
        const at = Math.floor(i / inner) % 6;
        return values[i + (order[at]! - at) * inner]!;
      });
      permuted.set(name, { shape, values: moved });
    }
    const other = openBytes(written(alone(bytes), { tensors: permuted }).model);
    assert.deepEqual(titles(networkUnits(other)), titles(networkUnits(model)));
  });

  it('do not change a byte of the file where none goes', () => {
    const { bytes } = zooNetwork('dense layers', 3);
    const model = openBytes(bytes);
    const network = networkUnits(model);
    assert.deepEqual(without(bytes, model, network, new Uint8Array(network.units)), bytes);
  });
});
