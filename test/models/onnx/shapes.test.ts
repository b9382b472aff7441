import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  attribute,
  bytes,
  graph,
  int64Tensor,
  join,
  model,
  node,
  tensor,
  value,
  weights,
  type AttributeValue,
  type Bytes,
  type Dim,
} from '../onnxBuilder';
import { openOnnx } from '../openBytes';

interface Case {
  readonly op: string;
  readonly inputs: readonly (readonly Dim[])[];
  readonly expected: readonly (number | null)[] | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Whole-number inputs after the others, such as axes. */
  readonly whole?: readonly (readonly number[])[];
  /** Weights after the first input. */
  readonly stored?: readonly (readonly number[])[];
  /** Floats after the others, such as scales. */
  readonly floats?: readonly number[];
  readonly opset?: number;
}

/** The inferred shape of the node's first output, free dimensions as null. */
function inferred(one: Case): readonly (number | null)[] | undefined {
  const initializers: Bytes[] = [];
  const names = one.inputs.map((_, i) => `x${i}`);
  for (const dims of one.stored ?? []) {
    const name = `w${names.length}`;
    names.push(name);
    initializers.push(tensor(name, dims, weights(dims.reduce((a, b) => a * b, 1))));
  }
  for (const list of one.whole ?? []) {
    const name = `i${names.length}`;
    names.push(name);
    initializers.push(int64Tensor(name, [list.length], list));
  }
  if (one.floats !== undefined) {
    names.push('f');
    initializers.push(tensor('f', [one.floats.length], one.floats));
  }
  if (one.op === 'Resize' && one.floats !== undefined) names.splice(1, 0, '');
  const content = graph({
    nodes: [node(one.op, names, ['y'], { attributes: one.attributes ?? {} })],
    initializers,
    inputs: one.inputs.map((dims, i) => value(`x${i}`, dims)),
    outputs: [value('y')],
  });
  return openOnnx(model(content, { opset: one.opset ?? 17 })).outputs[0]?.shape;
}

const N = 'batch';

/** Expected shapes follow the operators' definitions in the ONNX specification. */
const CASES: readonly Case[] = [
  { op: 'Gemm', inputs: [[N, 8]], stored: [[5, 8], [5]], attributes: { transB: 1 }, expected: [null, 5] },
  { op: 'MatMul', inputs: [[N, 7, 8]], stored: [[8, 5]], expected: [null, 7, 5] },
  {
    op: 'MatMul',
    inputs: [
      [N, 4, 6, 8],
      [N, 4, 8, 6],
    ],
    expected: [null, 4, 6, 6],
  },
  {
    op: 'Conv',
    inputs: [[N, 3, 32, 32]],
    stored: [[8, 3, 3, 3]],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    expected: [null, 8, 16, 16],
  },
  {
    op: 'Conv',
    inputs: [[N, 3, 30, 30]],
    stored: [[8, 3, 3, 3]],
    attributes: { dilations: [2, 2] },
    expected: [null, 8, 26, 26],
  },
  {
    op: 'Conv',
    inputs: [[N, 3, 31, 31]],
    stored: [[8, 3, 3, 3]],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
    expected: [null, 8, 16, 16],
  },
  {
    op: 'Conv',
    inputs: [[N, 3, 'height', 'width']],
    stored: [[8, 3, 3, 3]],
    attributes: { pads: [1, 1, 1, 1] },
    expected: [null, 8, null, null],
  },
  { op: 'Conv', inputs: [[N, 4, 20]], stored: [[6, 4, 5]], expected: [null, 6, 16] },
  {
    op: 'ConvTranspose',
    inputs: [[N, 8, 7, 7]],
    stored: [[8, 4, 4, 4]],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
    expected: [null, 4, 14, 14],
  },
  {
    op: 'MaxPool',
    inputs: [[N, 3, 7, 7]],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    expected: [null, 3, 3, 3],
  },
  {
    op: 'MaxPool',
    inputs: [[N, 3, 7, 7]],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
    expected: [null, 3, 4, 4],
  },
  { op: 'GlobalAveragePool', inputs: [[N, 3, 7, 7]], expected: [null, 3, 1, 1] },
  { op: 'Flatten', inputs: [[N, 3, 4, 5]], expected: [null, 60] },
  { op: 'Reshape', inputs: [[N, 3, 4, 5]], whole: [[0, -1]], expected: [null, 60] },
  { op: 'Reshape', inputs: [[N, 60]], whole: [[-1, 3, 20]], expected: [null, 3, 20] },
  { op: 'Reshape', inputs: [[2, 60]], whole: [[4, -1]], expected: [4, 30] },
  { op: 'Reshape', inputs: [[N, 6]], attributes: { shape: [0, 2, 3] }, opset: 1, expected: [null, 2, 3] },
  { op: 'Transpose', inputs: [[N, 3, 4, 5]], attributes: { perm: [0, 2, 3, 1] }, expected: [null, 4, 5, 3] },
  { op: 'Squeeze', inputs: [[N, 1, 5]], whole: [[1]], expected: [null, 5] },
  { op: 'Squeeze', inputs: [[N, 1, 5]], attributes: { axes: [1] }, opset: 11, expected: [null, 5] },
  { op: 'Unsqueeze', inputs: [[N, 5]], whole: [[-1]], expected: [null, 5, 1] },
  {
    op: 'Concat',
    inputs: [
      [N, 3],
      [N, 4],
    ],
    attributes: { axis: 1 },
    expected: [null, 7],
  },
  { op: 'Split', inputs: [[N, 7]], whole: [[3, 4]], attributes: { axis: 1 }, expected: [null, 3] },
  { op: 'Slice', inputs: [[N, 10]], whole: [[1], [-2], [1], [2]], expected: [null, 4] },
  {
    op: 'Slice',
    inputs: [[N, 10]],
    attributes: { starts: [2], ends: [9999], axes: [1] },
    opset: 9,
    expected: [null, 8],
  },
  { op: 'Gather', inputs: [[N, 10, 4]], whole: [[0, 3]], attributes: { axis: 1 }, expected: [null, 2, 4] },
  { op: 'Pad', inputs: [[N, 3, 4, 4]], whole: [[0, 0, 1, 2, 0, 0, 3, 4]], expected: [null, 3, 8, 10] },
  { op: 'Resize', inputs: [[N, 3, 4, 4]], floats: [1, 1, 2, 2.6], expected: [null, 3, 8, 10] },
  { op: 'Upsample', inputs: [[N, 3, 4, 4]], floats: [1, 1, 2, 2], opset: 9, expected: [null, 3, 8, 8] },
  { op: 'DepthToSpace', inputs: [[N, 12, 4, 4]], attributes: { blocksize: 2 }, expected: [null, 3, 8, 8] },
  {
    op: 'ReduceMean',
    inputs: [[N, 3, 4, 5]],
    attributes: { axes: [2, 3], keepdims: 0 },
    opset: 13,
    expected: [null, 3],
  },
  { op: 'ReduceSum', inputs: [[N, 3, 4]], whole: [[-1]], expected: [null, 3, 1] },
  {
    op: 'Add',
    inputs: [
      [N, 1, 5],
      [3, 1],
    ],
    expected: [null, 3, 5],
  },
  {
    op: 'Einsum',
    inputs: [
      [N, 4, 6, 8],
      [N, 4, 7, 8],
    ],
    attributes: { equation: 'bhqd,bhkd->bhqk' },
    expected: [null, 4, 6, 7],
  },
  {
    op: 'LSTM',
    inputs: [['time', N, 5]],
    stored: [
      [1, 24, 5],
      [1, 24, 6],
    ],
    attributes: { hidden_size: 6 },
    expected: [null, 1, null, 6],
  },
  { op: 'LayerNormalization', inputs: [[N, 7, 8]], stored: [[8]], expected: [null, 7, 8] },
  { op: 'Softmax', inputs: [[N, 7]], expected: [null, 7] },
  { op: 'Expand', inputs: [[1, 4]], whole: [[3, 4]], expected: [3, 4] },
  { op: 'Tile', inputs: [[N, 4]], whole: [[1, 3]], expected: [null, 12] },
];

describe('shapes without value_info follow the operators’ definitions', () => {
  for (const one of CASES) {
    const details = Object.keys(one.attributes ?? {}).join(', ');
    it(`${one.op} of ${one.inputs.map(dims => `[${dims.join(', ')}]`).join(' and ')}${details === '' ? '' : ` with ${details}`}`, () => {
      assert.deepEqual(inferred(one), one.expected);
    });
  }

  it('through a shape that the graph computes, with its free dimensions', () => {
    // x.view(x.shape[0], x.shape[1], 4, -1).transpose(1, 2), as attention splits its heads
    const nodes = [
      node('Shape', ['x'], ['s']),
      node('Gather', ['s', 'zero'], ['n']),
      node('Gather', ['s', 'one'], ['t']),
      node('Unsqueeze', ['n', 'axes'], ['n1']),
      node('Unsqueeze', ['t', 'axes'], ['t1']),
      node('Concat', ['n1', 't1', 'rest'], ['target'], { attributes: { axis: 0 } }),
      node('Reshape', ['x', 'target'], ['h']),
      node('Transpose', ['h'], ['y'], { attributes: { perm: [0, 2, 1, 3] } }),
    ];
    const initializers = [
      int64Tensor('zero', [], [0]),
      int64Tensor('one', [], [1]),
      int64Tensor('axes', [1], [0]),
      int64Tensor('rest', [2], [4, -1]),
    ];
    const read = openOnnx(
      model(graph({ nodes, initializers, inputs: [value('x', ['batch', 'seq', 64])], outputs: [value('y')] })),
    );
    assert.deepEqual(read.facts.get('y')?.dims, ['batch', 4, 'seq', 16]);
  });

  it('are what the file declares where no rule knows', () => {
    const nodes = [node('Fancy', ['x'], ['h'], { domain: 'com.example' }), node('Relu', ['h'], ['y'])];
    const read = openOnnx(
      model(
        graph({ nodes, inputs: [value('x', ['batch', 4])], outputs: [value('y')], values: [value('h', ['batch', 7])] }),
      ),
    );
    assert.deepEqual(read.outputs[0]?.shape, [null, 7]);
  });

  it('are unknown where nothing says', () => {
    const nodes = [node('Fancy', ['x'], ['y'], { domain: 'com.example' })];
    const read = openOnnx(model(graph({ nodes, inputs: [value('x', ['batch', 4])], outputs: [value('y')] })));
    assert.equal(read.layers[0]?.outputShape, undefined);
  });

  it('follow a stored constant’s value', () => {
    const constant = join(bytes(2, 'target'), bytes(4, 'Constant'), bytes(5, attribute('value_ints', [0, 2, 2])));
    const read = openOnnx(
      model(
        graph({
          nodes: [constant, node('Reshape', ['x', 'target'], ['y'])],
          inputs: [value('x', ['batch', 4])],
          outputs: [value('y')],
        }),
      ),
    );
    assert.deepEqual(read.outputs[0]?.shape, [null, 2, 2]);
  });
});
