import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/random';
import type { Model } from '../../../src/models/model';
import { loadNetwork } from '../../../src/probes/network';
import { networkAnswers } from '../../../src/probes/networkAnswers';
import { PiecewisePass } from '../../../src/probes/piecewise/piecewiseNetwork';
import { piecewiseOf } from '../../../src/probes/piecewise/piecewiseOf';
import { openKerasFile } from '../../models/keras/kerasFiles';
import { openBytes } from '../../models/openBytes';
import { graph, model, node, tensor, value } from '../../models/onnxBuilder';
import { openFile, runtime } from '../references';

/** Shares of scores, where the runtime gives shares. */
function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map(score => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

/** Why a network is not followed; where it is, its scores have to be those of the runtime. */
async function follow(network: Model, rowShape: readonly number[]): Promise<string | undefined> {
  const { classOutput } = await loadNetwork(network, runtime);
  if (classOutput === undefined) return 'no classes';
  const followed = piecewiseOf(network, rowShape, network.inputs[0]!.name, classOutput);
  if ('reason' in followed) return followed.reason;
  const random = new Random(0, 'rows');
  const width = rowShape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: 5 * width }, () => random.normal());
  const answers = await networkAnswers(network, { rows: 5, rowShape, values }, { runtime });
  const pass = new PiecewisePass(followed);
  for (let row = 0; row < 5; row++) {
    const expected = [...answers.values.subarray(row * answers.width, (row + 1) * answers.width)];
    const scores = [...pass.forward(values.subarray(row * width, (row + 1) * width))];
    const isShare = expected.every(share => share >= 0) && Math.abs(expected.reduce((a, b) => a + b) - 1) < 1e-4;
    const single: number[] = classOutput.sigmoid ? scores.map(score => 1 / (1 + Math.exp(-score))) : scores;
    const got: number[] = isShare && expected.length > 1 ? softmax(scores) : single;
    assert.equal(got.length, expected.length);
    got.forEach((score, k) => assert.ok(Math.abs(score - expected[k]!) < 1e-4 * (1 + Math.abs(score)), `${score}, not ${expected[k]}`)); // prettier-ignore
  }
  return undefined;
}

describe('the steps of a network are what the runtime computes', () => {
  for (const [file, rowShape] of [
    [['samples', 'models', 'digits-mlp.onnx'], [64]],
    [
      ['samples', 'models', 'digits-cnn.onnx'],
      [1, 8, 8],
    ],
    [['samples', 'models', 'iris.onnx'], [4]],
    [['test', 'fixtures', 'networks', 'resmlp.onnx'], [64]],
    [['test', 'fixtures', 'networks', 'neural-collapse.onnx'], [64]],
    [['test', 'fixtures', 'networks', 'rings.onnx'], [2]],
  ] as const)
    it(file.at(-1), async () => {
      assert.equal(await follow(openFile(...file), rowShape), undefined);
    });

  it('of Keras networks, or it says why they are not followed', async () => {
    const followed: string[] = [];
    for (const file of [
      'res.keras',
      'nested.keras',
      'conv1d.keras',
      'zoo1d.keras',
      'zoo2d.keras',
      'misc.keras',
      'mha.keras',
      'noinput.keras',
    ]) {
      const network = openKerasFile(file);
      const rowShape = network.inputs[0]?.shape?.slice(1).map(size => size ?? 6);
      if (rowShape === undefined || network.inputs.length !== 1) continue;
      const reason = await follow(network, rowShape);
      if (reason === undefined) followed.push(file);
      else assert.ok(reason.length > 5, file);
    }
    assert.ok(followed.length >= 2, followed.join());
  });
});

describe('an ONNX graph', () => {
  const open = (nodes: readonly Uint8Array<ArrayBuffer>[], initializers: readonly Uint8Array<ArrayBuffer>[], dims: readonly (string | number)[]) =>
    openBytes(model(graph({ inputs: [value('x', dims)], outputs: [value('y', ['n', 3])], initializers: [...initializers], nodes: [...nodes] }))); // prettier-ignore
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, k) => Math.sin(k + 1));

  it('is followed through padded and strided convolutions in groups, both poolings, and arithmetic with constants', async () => {
    const network = open(
      [
        node('Conv', ['x', 'w1', 'b1'], ['a'], {
          attributes: { pads: [0, 1, 1, 0], strides: [2, 1], group: 2 },
        }),
        node('LeakyRelu', ['a'], ['b'], { attributes: {} }),
        node('MaxPool', ['b'], ['c'], { attributes: { kernel_shape: [2, 2], pads: [1, 0, 0, 1] } }),
        node('Mul', ['c', 'channel'], ['d']),
        node('Sub', ['one', 'd'], ['e']),
        node('GlobalAveragePool', ['e'], ['f']),
        node('Flatten', ['f'], ['g']),
        node('Gemm', ['g', 'w2', 'b2'], ['h'], { attributes: {} }),
        node('Softmax', ['h'], ['y']),
      ],
      [
        tensor('w1', [4, 1, 3, 2], numbers(24)),
        tensor('b1', [4], numbers(4)),
        tensor('channel', [4, 1, 1], numbers(4)),
        tensor('one', [1], [1]),
        tensor('w2', [4, 3], numbers(12)),
        tensor('b2', [3], numbers(3)),
      ],
      ['n', 2, 7, 5],
    );
    assert.equal(await follow(network, [2, 7, 5]), undefined);
  });

  it('is not followed through what is no such step', async () => {
    const square = open([node('Mul', ['x', 'x'], ['y'])], [], ['n', 3]);
    assert.match((await follow(square, [3]))!, /Mul of two computed values/);
    const sine = open([node('Sin', ['x'], ['y'])], [], ['n', 3]);
    assert.match((await follow(sine, [3]))!, /Sin/);
    const steep = open([node('LeakyRelu', ['x'], ['y'], { attributes: { alpha: { float: -0.5 } } })], [], ['n', 3]);
    assert.match((await follow(steep, [3]))!, /slope/);
  });
});
