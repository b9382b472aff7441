import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAttention } from '../../../src/probes/attention/findAttention';
import { graph, int64Tensor, model, node, tensor, value, type Bytes } from '../../models/onnxBuilder';
import { openOnnx } from '../../models/openBytes';

const SIZE = 4;
const square = new Array<number>(SIZE * SIZE).fill(0.1);

/** Queries, keys and values of x by weights, then what a test puts between. */
function network(
  nodes: readonly Bytes[],
  options: {
    readonly opset?: number;
    readonly opsets?: Record<string, number>;
    readonly outputs?: readonly Bytes[];
  } = {},
) {
  return openOnnx(
    model(
      graph({
        nodes: [
          ...['q', 'k', 'v'].map(name => node('MatMul', ['x', `${name}.weight`], [name], { name: `${name}/MatMul` })),
          node('Transpose', ['k'], ['kt'], { attributes: { perm: [0, 2, 1] } }),
          ...nodes,
        ],
        initializers: [
          ...['q', 'k', 'v', 'o'].map(name => tensor(`${name}.weight`, [SIZE, SIZE], square)),
          tensor('scale', [], [2]),
          tensor('mask', [1, 1], [0]),
          int64Tensor('shape', [3], [0, 0, 0]),
        ],
        inputs: [value('x', ['batch', 'tokens', SIZE])],
        outputs: options.outputs ?? [value('y', ['batch', 'tokens', SIZE])],
      }),
      { opset: options.opset ?? 17, ...(options.opsets === undefined ? {} : { opsets: options.opsets }) },
    ),
  );
}

const product = node('MatMul', ['q', 'kt'], ['scores'], { name: 'scores' });
const softmax = (input: string, attributes: Record<string, number> = { axis: -1 }) =>
  node('Softmax', [input], ['shares'], { name: 'attend', attributes });
const mixed = (shares = 'shares') => node('MatMul', [shares, 'v'], ['y'], { name: 'mix' });
const names = (found: ReturnType<typeof findAttention>) => found.found.map(one => one.name);

describe('attention in a graph', () => {
  it('is a Softmax between a product of two computed tensors and one with a third', () => {
    assert.deepEqual(findAttention(network([product, softmax('scores'), mixed()])), {
      found: [{ tensor: 'shares', name: 'attend', output: undefined }],
      hidden: [],
    });
  });

  const between: readonly (readonly [string, readonly Bytes[]])[] = [
    [
      'scaled, masked by a sum, and dropped out',
      [
        product,
        node('Div', ['scores', 'scale'], ['scaled']),
        node('Add', ['scaled', 'mask'], ['masked']),
        softmax('masked'),
        node('Dropout', ['shares'], ['kept']),
        mixed('kept'),
      ],
    ],
    [
      'of queries that were scaled before, masked by Where, and guarded against empty rows',
      [
        node('Mul', ['q', 'scale'], ['small']),
        node('MatMul', ['small', 'kt'], ['scores']),
        node('IsInf', ['scores'], ['where']),
        node('Where', ['where', 'mask', 'scores'], ['masked']),
        softmax('masked'),
        node('IsNaN', ['shares'], ['nan']),
        node('Where', ['nan', 'mask', 'shares'], ['sound']),
        mixed('sound'),
      ],
    ],
    [
      'computed in halves, and with its scores capped',
      [
        product,
        node('Tanh', ['scores'], ['capped']),
        node('Cast', ['capped'], ['wide'], { attributes: { to: 1 } }),
        softmax('wide'),
        node('Cast', ['shares'], ['half'], { attributes: { to: 10 } }),
        node('Cast', ['half'], ['again'], { attributes: { to: 1 } }),
        mixed('again'),
      ],
    ],
    [
      'written as sums over indices',
      [
        node('Einsum', ['q', 'k'], ['scores'], { attributes: { equation: 'bid,bjd->bij' } }),
        softmax('scores'),
        node('Einsum', ['shares', 'v'], ['y'], { attributes: { equation: 'bij,bjd->bid' } }),
      ],
    ],
  ];
  for (const [what, nodes] of between)
    it(`is found ${what}`, () => assert.deepEqual(names(findAttention(network(nodes))), ['attend']));

  it('is over the last axis, also where that is said as before opset 13', () => {
    const last = network([product, softmax('scores', { axis: 2 }), mixed()], { opset: 11 });
    assert.deepEqual(names(findAttention(last)), ['attend']);
    const others = network([product, softmax('scores', { axis: 1 }), mixed()]);
    assert.deepEqual(names(findAttention(others)), []);
  });

  it('is told to be an output, through what changes no value', () => {
    const found = findAttention(
      network([product, softmax('scores'), mixed(), node('Identity', ['shares'], ['attention_0'])], {
        outputs: [value('y', ['batch', 'tokens', SIZE]), value('attention_0', ['batch', 'tokens', 'tokens'])],
      }),
    );
    assert.deepEqual(found.found, [{ tensor: 'shares', name: 'attend', output: 'attention_0' }]);
  });

  it('is none where a factor is a weight: a classifier, a gate', () => {
    const classifier = [node('MatMul', ['q', 'o.weight'], ['scores']), softmax('scores'), mixed()];
    assert.deepEqual(names(findAttention(network(classifier))), []);
    const gate = [product, softmax('scores'), node('MatMul', ['shares', 'o.weight'], ['y'])];
    assert.deepEqual(names(findAttention(network(gate))), []);
    const transposed = [
      node('Transpose', ['o.weight'], ['turned']),
      node('MatMul', ['q', 'turned'], ['scores']),
      softmax('scores'),
      mixed(),
    ];
    assert.deepEqual(names(findAttention(network(transposed))), []);
  });

  it('is told to be inside where one operator does all of it', () => {
    const fused = network(
      [node('MultiHeadAttention', ['q', 'k', 'v'], ['y'], { name: 'mha', domain: 'com.microsoft', attributes: { num_heads: 2 } })], // prettier-ignore
      { opsets: { 'com.microsoft': 1 } },
    );
    assert.deepEqual(findAttention(fused), {
      found: [],
      hidden: [{ node: 'mha', op: 'com.microsoft.MultiHeadAttention' }],
    });
  });

  it('is taken from outputs that are called attention where there is no pattern', () => {
    const fused = network(
      [
        node('MultiHeadAttention', ['q', 'k', 'v'], ['y'], { name: 'mha', domain: 'com.microsoft', attributes: { num_heads: 2 } }), // prettier-ignore
        node('Identity', ['x'], ['attentions.0']),
        node('Identity', ['x'], ['attention_mask_out']),
      ],
      {
        opsets: { 'com.microsoft': 1 },
        outputs: ['attentions.0', 'attention_mask_out'].map(name => value(name, ['batch', 2, 'tokens', 'tokens'])),
      },
    );
    assert.deepEqual(names(findAttention(fused)), ['attentions.0']);
  });
});
