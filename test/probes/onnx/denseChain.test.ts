import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/random';
import { movableNetwork } from '../../../src/engine/lossProgram';
import { ChainGradient, denseChain } from '../../../src/probes/onnx/denseChain';
import { networkWeights } from '../../../src/probes/onnx/networkWeights';
import { graph, model, node, tensor, value } from '../../models/onnxBuilder';
import { openBytes } from '../../models/openBytes';
import { openFile } from '../references';

/** A chain of MatMul and Add, whose weights lie input first, as Gemm's do not. */
const multiplied = (activation: string, outputs: number) =>
  movableNetwork(
    openBytes(
      model(
        graph({
          inputs: [value('x', ['n', 2])],
          outputs: [value('y', ['n', outputs])],
          initializers: [
            tensor('a', [2, 3], [0.3, -0.8, 0.5, 0.9, 0.2, -0.4]),
            tensor('b', [3], [0.1, 0.2, -0.3]),
            tensor(
              'c',
              [3, outputs],
              Array.from({ length: 3 * outputs }, (_, k) => Math.sin(k + 1)),
            ),
          ],
          nodes: [
            node('MatMul', ['x', 'a'], ['h']),
            node('Add', ['h', 'b'], ['i']),
            node(activation, ['i'], ['j']),
            node('MatMul', ['j', 'c'], ['y']),
          ],
        }),
      ),
    ),
    [2],
  );

function agreesWithDifferences(network: ReturnType<typeof multiplied>, scores: string, width: number, classes: number) {
  const { tensors, values } = networkWeights(network);
  const chain = denseChain(network, scores, tensors)!;
  const random = new Random(3, 'rows');
  const rows = 5;
  const inputs = Float32Array.from({ length: rows * width }, () => random.normal());
  const targets = Int32Array.from({ length: rows }, () => random.integer(classes));
  const gradient = new Float64Array(values.length);
  const of = new ChainGradient(chain, rows);
  const loss = of.of(values, inputs, targets, gradient);
  assert.ok(loss > 0);
  const other = new Float64Array(values.length);
  for (let k = 0; k < values.length; k += Math.ceil(values.length / 60)) {
    // So small that hardly a rectifier changes sides; the loss is computed in 64 bits.
    const step = 2 ** -14;
    const moved = (by: number) => {
      const weights = Float32Array.from(values);
      weights[k] = weights[k]! + by;
      return { at: weights[k]!, loss: of.of(weights, inputs, targets, other) };
    };
    const [up, down] = [moved(step), moved(-step)];
    const slope = (up.loss - down.loss) / (up.at - down.at);
    assert.ok(
      Math.abs(slope - gradient[k]!) < 1e-3 * Math.max(1, Math.abs(slope)),
      `weight ${k}: ${gradient[k]} and ${slope}`,
    );
  }
}

describe('the gradient of a chain of dense layers', () => {
  it('is what differences of the loss say, for weights either way round and every activation', () => {
    for (const activation of ['Relu', 'Tanh', 'Sigmoid'])
      for (const [outputs, classes] of [
        [3, 3],
        [1, 2],
      ] as const)
        agreesWithDifferences(multiplied(activation, outputs), 'y', 2, classes);
    const digits = movableNetwork(openFile('samples', 'models', 'digits-mlp.onnx'), [64]);
    agreesWithDifferences(digits, digits.outputs[0]!.name, 64, 10);
  });

  it('is not had of what is no such chain', () => {
    const convolutions = movableNetwork(openFile('samples', 'models', 'digits-cnn.onnx'), [1, 8, 8]);
    assert.equal(
      denseChain(convolutions, convolutions.outputs[0]!.name, networkWeights(convolutions).tensors),
      undefined,
    );
    const residual = movableNetwork(openFile('test', 'fixtures', 'networks', 'resmlp.onnx'), [64]);
    assert.equal(denseChain(residual, residual.outputs[0]!.name, networkWeights(residual).tensors), undefined);
  });
});
