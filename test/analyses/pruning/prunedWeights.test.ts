import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { followedChanges, prunedChanges, type WeightTreatment } from '../../../src/analyses/pruning/prunedWeights';
import {
  groupFiltrations,
  magnitudeOrder,
  randomOrder,
  removalOf,
  topologyOrder,
  type Removal,
  type RemovalOrder,
} from '../../../src/analyses/pruning/removalOrder';
import { Fault } from '../../../src/base/fault';
import { Cancellation } from '../../../src/base/cancellation';
import { Random } from '../../../src/base/random';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import type { Model } from '../../../src/models/model';
import { networkUnits } from '../../../src/models/units/networkUnits';
import { networkAnswers } from '../../../src/probes/networkAnswers';
import { followedMoments } from '../../../src/probes/units/followedMoments';
import { unitMoments, type UseMoments } from '../../../src/probes/units/unitMoments';
import { kerasFile } from '../../models/keras/kerasFiles';
import { openBytes } from '../../models/openBytes';
import type { Bytes } from '../../models/onnxBuilder';
import { Net, zooNetwork } from '../../models/units/onnxZoo';
import { alone, written } from '../../models/written';

const runtime = { folder: fileURLToPath(new URL('../../..', import.meta.url)) };
const ROWS = 300;

function rowsOf(rowShape: readonly number[]) {
  const random = new Random(5, 'rows');
  const size = ROWS * rowShape.reduce((a, b) => a * b, 1);
  return { rows: ROWS, rowShape, values: Float32Array.from({ length: size }, () => random.normal()) };
}

async function opened(bytes: Bytes, rowShape: readonly number[]) {
  const model = openBytes(bytes);
  const network = networkUnits(model);
  const data = rowsOf(rowShape);
  const rows = Uint32Array.from({ length: ROWS }, (_, i) => i);
  const moments = await unitMoments(model, data, network.uses, { runtime, rows, seed: 0 });
  return { bytes, model, network, data, moments };
}

const answers = async (model: Model, data: ReturnType<typeof rowsOf>) =>
  (await networkAnswers(model, data, { runtime })).values;

const squaredError = (one: Float32Array, other: Float32Array) =>
  one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0);

type Opened = Awaited<ReturnType<typeof opened>>;

async function errorOf(
  { bytes, model, network, data, moments }: Opened,
  order: RemovalOrder,
  count: number,
  treatment: WeightTreatment,
) {
  const changes = prunedChanges(model, network, moments, removalOf(network, order, count), treatment);
  return squaredError(await answers(openBytes(written(alone(bytes), changes).model), data), await answers(model, data));
}

const changedError = async ({ bytes, model, data }: Opened, changes: ModelChanges) =>
  squaredError(await answers(openBytes(written(alone(bytes), changes).model), data), await answers(model, data));

const followed = ({ bytes, model, network, data }: Opened, removal: Removal) =>
  followedChanges(model, network, removal, (changes, uses) =>
    followedMoments(model, openBytes(written(alone(bytes), changes).model), uses, data, {
      runtime,
      rows: Uint32Array.from({ length: ROWS }, (_, i) => i),
      seed: 0,
    }),
  );

const merged = ({ network, model, moments }: Opened) =>
  topologyOrder(groupFiltrations(network, model, moments, Cancellation.never));

/** The last hidden layer of a network, read by one linear layer: what is fitted is then the output itself. */
const LAST: Readonly<Record<string, string>> = {
  'dense layers': 'fc2',
  'convolutions with normalisation, pooling and flattening': 'fc1',
  'channels moved to the end and flattened': 'conv',
  'a gated unit': 'gate',
};

describe('weights of a pruned network', () => {
  for (const [name, layer] of Object.entries(LAST))
    it(`are fitted so that the squared error on the rows is never above that of leaving units out or folding them: ${name}`, async () => {
      const { bytes, rowShape } = zooNetwork(name, 4);
      const one = await opened(bytes, rowShape);
      const group = one.network.groups.findIndex(({ layers }) => layers.includes(layer));
      for (const order of [merged(one), magnitudeOrder(one.network, one.model), randomOrder(one.network, 1)])
        for (const count of [1, 2, one.network.groups[group]!.units - 1]) {
          const at = async (treatment: WeightTreatment) => {
            const removal = removalOf(one.network, order, 0, new Map([[group, count]]));
            const changes = prunedChanges(one.model, one.network, one.moments, removal, treatment);
            return squaredError(
              await answers(openBytes(written(alone(one.bytes), changes).model), one.data),
              await answers(one.model, one.data),
            );
          };
          const [fit, fold, plain] = [await at('fit'), await at('fold'), await at('plain')];
          assert.ok(fit <= plain * (1 + 1e-4) + 1e-6, `${fit} against ${plain} without`);
          assert.ok(fit <= fold * (1 + 1e-2) + 1e-6, `${fit} against ${fold} folded`);
        }
    });

  it('change nothing to 1e-5 where exact duplicates and constant units are folded or fitted', async () => {
    const net = new Net(8);
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 8)]);
    const bytes = net.finish(['batch', 6], net.dense(one, 'fc2', 8, 4));
    const { shape, values } = openBytes(bytes).readWeight('fc1.weight');
    const bias = openBytes(bytes).readWeight('fc1.bias').values;
    // Units 1 and 3 repeat unit 0, one of them twice as strong; unit 5 never fires.
    for (let k = 0; k < 6; k++) {
      values[6 + k] = values[k]!;
      values[18 + k] = 2 * values[k]!;
      values[30 + k] = 0;
    }
    [bias[1], bias[3], bias[5]] = [bias[0]!, 2 * bias[0]!, -1];
    const repeated = written(alone(bytes), {
      tensors: new Map([
        ['fc1.weight', { shape, values }],
        ['fc1.bias', { shape: [8], values: bias }],
      ]),
    }).model;
    const found = await opened(repeated, [6]);
    for (const treatment of ['fold', 'fit'] as const) {
      assert.ok((await errorOf(found, merged(found), 3, treatment)) < 1e-5 ** 2 * ROWS * 4, treatment);
      assert.ok((await errorOf(found, merged(found), 4, treatment)) > 1e-3, treatment);
    }
  });

  it('are fitted through convolutions, whatever their padding, stride and groups', async () => {
    for (const name of [
      'residual additions',
      'a concatenation',
      'convolutions in groups',
      'a transposed convolution',
      'depthwise and pointwise convolutions',
      'attention with heads',
      'squeeze and excitation',
    ]) {
      const { bytes, rowShape } = zooNetwork(name, 6);
      const one = await opened(bytes, rowShape);
      const order = merged(one);
      const [fit, plain] = [await errorOf(one, order, 3, 'fit'), await errorOf(one, order, 3, 'plain')];
      assert.ok(fit < plain, `${name}: ${fit} against ${plain}`);
    }
  });

  it('are fitted where a layer computes on its way what they read: heads of Keras and separable convolutions', async () => {
    for (const [name, rowShape] of [
      ['mha.keras', [6, 8]],
      ['res.keras', [12, 12, 3]],
    ] as const) {
      const one = await opened(kerasFile(name), rowShape);
      const count = name === 'mha.keras' ? 1 : 3;
      const [fit, plain] = [
        await errorOf(one, merged(one), count, 'fit'),
        await errorOf(one, merged(one), count, 'plain'),
      ];
      assert.ok(fit < plain, `${name}: ${fit} against ${plain}`);
    }
  });

  it('are fitted layer by layer with less error than all at once, where much goes', async () => {
    for (const name of [
      'dense layers',
      'convolutions with normalisation, pooling and flattening',
      'residual additions',
      'a transposed convolution',
      'attention with heads',
    ]) {
      const { bytes, rowShape } = zooNetwork(name, 6);
      const one = await opened(bytes, rowShape);
      const removal = removalOf(one.network, randomOrder(one.network, 1), Math.round(0.7 * one.network.units));
      const [apart, once] = [
        await changedError(one, await followed(one, removal)),
        await changedError(one, prunedChanges(one.model, one.network, one.moments, removal, 'fit')),
      ];
      assert.ok(apart < once, `${name}: ${apart} against ${once}`);
    }
  });

  it('are the same layer by layer and at once up to the first layer that reads what is left', async () => {
    for (const [name, layer] of [
      ['dense layers', 'fc2'],
      ['convolutions in groups', 'grouped'],
      ['channels moved to the end and flattened', 'conv'],
    ] as const) {
      const { bytes, rowShape } = zooNetwork(name, 4);
      const one = await opened(bytes, rowShape);
      const group = one.network.groups.findIndex(({ layers }) => layers.includes(layer));
      const removal = removalOf(one.network, randomOrder(one.network, 1), 0, new Map([[group, 2]]));
      const apart = await answers(openBytes(written(alone(bytes), await followed(one, removal)).model), one.data);
      const changes = prunedChanges(one.model, one.network, one.moments, removal, 'fit');
      const once = await answers(openBytes(written(alone(bytes), changes).model), one.data);
      const size = once.reduce((sum, value) => sum + value * value, 0);
      assert.ok(squaredError(apart, once) < 1e-6 * size, `${name}: ${squaredError(apart, once)} of ${size}`);
    }
  });

  it('of heads that repeat others in other channels are folded into them at no cost', async () => {
    const { bytes } = zooNetwork('attention with heads', 6);
    const model = openBytes(bytes);
    const tensors = new Map<string, NewTensor>();
    // Head 1 asks and answers as head 0 does; it gives the channels of that in another order, mixed.
    const copies = { query: [0, 1, 2], key: [0, 1, 2], value: [2, 0, 1] } as const;
    for (const [part, order] of Object.entries(copies))
      for (const name of [`${part}.weight`, `${part}.bias`]) {
        const { shape, values } = model.readWeight(name);
        for (let row = 0; row < values.length; row += 12) {
          const [a, b, c] = order.map(i => values[row + i]!) as [number, number, number];
          values.set(part === 'value' ? [a, a + b, c - b] : [a, b, c], row + 3);
        }
        tensors.set(name, { shape, values });
      }
    const one = await opened(written(alone(bytes), { tensors }).model, [5, 6]);
    const heads = one.network.groups.findIndex(({ layers }) => layers.includes('query'));
    const removal = removalOf(one.network, merged(one), 0, new Map([[heads, 1]]));
    const changes = prunedChanges(one.model, one.network, one.moments, removal, 'fold');
    const left = await answers(openBytes(written(alone(one.bytes), changes).model), one.data);
    const whole = await answers(one.model, one.data);
    assert.ok(squaredError(left, whole) < 1e-6 * whole.reduce((sum, value) => sum + value * value, 0));
  });

  it('are gathered with a look at the stop sign every few dozens of samples', async () => {
    let looks = 0;
    class Counting extends Cancellation {
      override throwIfCancelled(): void {
        looks++;
        super.throwIfCancelled();
      }
    }
    const { model, network, data } = await opened(zooNetwork('residual additions', 4).bytes, [2, 4, 4]);
    const rows = Uint32Array.from({ length: ROWS }, (_, i) => i);
    await unitMoments(model, data, network.uses, { runtime, rows, seed: 0, cancellation: new Counting() });
    // 16 positions a row.
    assert.ok(looks > (16 * ROWS) / 64, `${looks}`);
  });

  it('are refused before rows are read where their covariances would not fit into memory', async () => {
    const { model, network, data } = await opened(zooNetwork('dense layers', 4).bytes, [6]);
    const options = { runtime, rows: Uint32Array.of(0, 1), seed: 0, memoryLimitBytes: 1000 };
    await assert.rejects(
      unitMoments(model, data, network.uses, options),
      (error: unknown) => error instanceof Fault && error.code === 'too-large' && error.message.includes('allowed'),
    );
  });

  it('are never fitted where another layer shares them', async () => {
    const one = await opened(zooNetwork('dense layers', 4).bytes, [6]);
    const shared: readonly UseMoments[] = one.moments.map(moments => ({
      ...moments,
      use: { ...moments.use, shared: true },
    }));
    const removal = removalOf(one.network, merged(one), 4);
    assert.deepEqual(
      prunedChanges(one.model, one.network, shared, removal, 'fit'),
      prunedChanges(one.model, one.network, one.moments, removal, 'plain'),
    );
  });
});

describe('the order in which units go', () => {
  it('leaves every group one unit at least, and gives single layers what they are told', async () => {
    const { network, model, moments } = await opened(
      zooNetwork('convolutions with normalisation, pooling and flattening', 4).bytes,
      [2, 6, 6],
    );
    const orders = [
      topologyOrder(groupFiltrations(network, model, moments, Cancellation.never)),
      magnitudeOrder(network, model),
      randomOrder(network, 3),
    ];
    for (const order of orders) {
      assert.equal(order.units.length, network.units - network.groups.length);
      assert.equal(new Set(order.units).size, order.units.length);
      const removal = removalOf(network, order, 5, new Map([[1, 4]]));
      const gone = network.groups.map(({ from, units }) =>
        removal.removed.subarray(from, from + units).reduce((a, b) => a + b, 0),
      );
      assert.equal(gone[1], 4);
      assert.equal(gone[0]! + gone[2]!, 5);
    }
  });

  it('takes the same share of every group by magnitude and at random, and depends on the seed alone', () => {
    const { bytes } = zooNetwork('dense layers', 4);
    const model = openBytes(bytes);
    const network = networkUnits(model);
    const half = (order: RemovalOrder) => {
      const { removed } = removalOf(network, order, 10);
      return network.groups.map(({ from, units }) => removed.subarray(from, from + units).reduce((a, b) => a + b, 0));
    };
    assert.deepEqual(half(magnitudeOrder(network, model)), [6, 4]);
    assert.deepEqual(half(randomOrder(network, 1)), [6, 4]);
    assert.deepEqual(randomOrder(network, 1), randomOrder(network, 1));
    assert.notDeepEqual(randomOrder(network, 1).units, randomOrder(network, 2).units);
  });
});
