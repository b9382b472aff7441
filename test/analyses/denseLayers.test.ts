import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasInputsAsRows } from '../../src/analyses/denseLayers';
import type { Layer, Model, WeightInfo } from '../../src/models/model';

const weight: WeightInfo = { name: 'head.weight', shape: [10, 10], type: 'float32', trained: true };
const layer = (op: string): Layer => ({ name: 'head', op, outputShape: [null, 10], parameters: 100, weights: [weight], inputs: ['features'], output: 'logits' }); // prettier-ignore

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly transB?: number;
}

/** A model whose graph has these nodes. */
function onnx(...nodes: readonly Node[]): Pick<Model, 'program'> {
  const graph = {
    nodes: nodes.map(({ op, inputs, outputs = ['logits'], transB }) => ({
      op,
      inputs,
      outputs,
      attributes: new Map(transB === undefined ? [] : [['transB', { integer: transB }]]),
    })),
  };
  return { program: { kind: 'onnx', model: { file: { graph } } } as unknown as Model['program'] };
}

describe('which way a square matrix of a classifier stands', () => {
  it('is what its Gemm says: outputs as rows where that transposes it, else inputs', () => {
    const gemm = (transB?: number) =>
      onnx({ op: 'Gemm', inputs: ['features', weight.name, 'bias'], ...(transB === undefined ? {} : { transB }) });
    assert.equal(hasInputsAsRows(gemm(1), layer('Gemm'), weight), false);
    assert.equal(hasInputsAsRows(gemm(0), layer('Gemm'), weight), true);
    assert.equal(hasInputsAsRows(gemm(), layer('Gemm'), weight), true);
  });

  it('is inputs as rows for a MatMul, and outputs where a node before it transposes the matrix', () => {
    const direct = onnx({ op: 'MatMul', inputs: ['features', weight.name] });
    assert.equal(hasInputsAsRows(direct, layer('MatMul'), weight), true);
    const turned = onnx(
      { op: 'Transpose', inputs: [weight.name], outputs: ['turned'] },
      { op: 'MatMul', inputs: ['features', 'turned'] },
    );
    assert.equal(hasInputsAsRows(turned, layer('MatMul'), weight), false);
  });

  it('is what the product of a TensorFlow graph says', () => {
    const graph = (flag: boolean) => {
      const ordered = [{ name: 'head', op: 'MatMul', inputs: [], attributes: new Map([['transpose_b', { flag }]]) }];
      return { program: { kind: 'tensorflow', model: { ordered } } as unknown as Model['program'] };
    };
    assert.equal(hasInputsAsRows(graph(true), layer('MatMul'), weight), false);
    assert.equal(hasInputsAsRows(graph(false), layer('MatMul'), weight), true);
  });

  it('is the convention of the operator where no graph says it: Keras has inputs as rows, PyTorch outputs', () => {
    assert.equal(hasInputsAsRows({ program: undefined }, layer('Dense'), weight), true);
    assert.equal(hasInputsAsRows({ program: undefined }, layer('Linear'), weight), false);
    assert.equal(hasInputsAsRows(onnx({ op: 'Relu', inputs: ['x'] }), layer('Gemm'), weight), false);
  });
});
