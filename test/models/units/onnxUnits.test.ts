import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NewTensor } from '../../../src/models/changes';
import { networkUnits } from '../../../src/models/units/networkUnits';
import { openBytes } from '../openBytes';
import { alone, written } from '../written';
import { Net, ZOO_NAMES, zooNetwork } from './onnxZoo';
import { checkRemoval, groupTitles as titles, withoutUnits } from './removal';

describe('units of an ONNX network', () => {
  for (const name of ZOO_NAMES)
    it(`are found in ${name}, and what is left without them answers as if nothing had read them`, async () => {
      const { bytes, rowShape, groups } = zooNetwork(name, 3);
      await checkRemoval(alone(bytes), rowShape, groups);
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

  it('of quantised weights stay, with what reads them, and say why', () => {
    const net = new Net(1);
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 8)]);
    net.graph.raw('fc2.weight', 'int8', [8, 5], new Uint8Array(40));
    const weight = net.op('DequantizeLinear', ['fc2.weight', net.scalar(0.1)]);
    const two = net.op('Relu', [
      net.op('MatMul', [
        net.op('DequantizeLinear', [net.op('QuantizeLinear', [one, net.scalar(0.1)]), net.scalar(0.1)]),
        weight,
      ]),
    ]);
    const network = networkUnits(openBytes(net.finish(['batch', 6], net.dense(two, 'fc3', 5, 2))));
    assert.deepEqual(titles(network), []);
    assert.deepEqual(
      network.leftWhole.map(({ layers, units, reason }) => `${layers.join()} ${units} ${reason.split(':')[0]!}`),
      [
        'fc1 8 Weights that give or read them are quantised',
        'fc2 5 Weights that give or read them are quantised',
        'fc3 2 They are an output of the network.',
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
    assert.deepEqual(withoutUnits(alone(bytes), model, network, new Uint8Array(network.units)).model, bytes);
  });
});
