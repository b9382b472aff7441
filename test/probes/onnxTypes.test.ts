import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as ort from 'onnxruntime-node';
import { runnable } from '../../src/models/onnx/runnable';
import { capture } from '../../src/probes/capture';
import { toFloat16 } from '../../src/probes/float16';
import {
  externalTensor,
  graph,
  model,
  node,
  rawFloats,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../models/onnxBuilder';
import { FakeSiblings, openBytes, openOnnx } from '../models/openBytes';
import { largestDifference, runtime } from './references';

/** Values that bfloat16 and float16 hold exactly: eighths from −1 to 1. */
const EXACT = Array.from({ length: 8 }, (_, i) => ((i * 5) % 17) / 8 - 1);
const INPUT = Array.from({ length: 12 }, (_, i) => ((i * 7) % 16) / 4 - 2);
const rows = { name: 'rows.npy', rows: 3, rowShape: [4], values: Float32Array.from(INPUT) };

/** x (3 × 4) · w (4 × 2), row by row. */
const product = (x: readonly number[], w: readonly number[]): number[] =>
  [0, 1, 2].flatMap(i => [0, 1].map(j => [0, 1, 2, 3].reduce((sum, k) => sum + x[i * 4 + k]! * w[k * 2 + j]!, 0)));
const relu = (x: readonly number[]) => x.map(one => Math.max(0, one));
const half = (values: readonly number[]): Bytes => new Uint8Array(Uint16Array.from(values, toFloat16).buffer);
const brain = (values: readonly number[]): Bytes =>
  new Uint8Array(Uint16Array.from(new Uint32Array(Float32Array.from(values).buffer), word => word >>> 16).buffer);

const network = (code: number, stored: Bytes): Bytes =>
  model(
    graph({
      nodes: [
        node('MatMul', ['x', 'fc.weight'], ['a'], { name: '/fc/MatMul' }),
        node('Relu', ['a'], ['y'], { name: '/relu/Relu' }),
      ],
      initializers: [rawTensor('fc.weight', [4, 2], code, stored)],
      inputs: [value('x', ['batch', 4], code)],
      outputs: [value('y', ['batch', 2], code)],
    }),
  );

const captured = async (content: Bytes, siblings = new FakeSiblings()) => {
  const { layers, failures, warnings } = await capture(openBytes(content, siblings), rows, { runtime });
  assert.deepEqual(failures, []);
  return { ...Object.fromEntries(layers.map(({ name, values }) => [name, [...values]])), warnings };
};

describe('networks in narrow floats', () => {
  it('run in float16, whose activations come out as numbers', async () => {
    const found = await captured(network(10, half(EXACT)));
    assert.deepEqual(found, { fc: product(INPUT, EXACT), relu: relu(product(INPUT, EXACT)), warnings: [] });
  });

  it('run in bfloat16 widened to float32, and say so', async () => {
    const { warnings, ...found } = await captured(network(16, brain(EXACT)));
    assert.deepEqual(found, { fc: product(INPUT, EXACT), relu: relu(product(INPUT, EXACT)) });
    assert.deepEqual(
      warnings.map(one => one.code),
      ['widened'],
    );
  });

  it('widen bfloat16 wherever it stands: in constants, casts, bodies, and files beside the model', async () => {
    const branch = (op: string) =>
      graph({
        nodes: [
          node('Constant', [], ['two'], { attributes: { value: { tensor: rawTensor('', [], 16, brain([2])) } } }),
          node(op, ['a', 'two'], ['out']),
        ],
        outputs: [value('out', undefined, 16)],
      });
    const content = model(
      graph({
        nodes: [
          node('Cast', ['x'], ['xb'], { attributes: { to: 16 } }),
          node('MatMul', ['xb', 'fc.weight'], ['a'], { name: 'fc' }),
          node('If', ['flag'], ['b'], {
            name: 'choice',
            attributes: { then_branch: { graph: branch('Mul') }, else_branch: { graph: branch('Add') } },
          }),
          node('Cast', ['b'], ['y'], { name: 'back', attributes: { to: 1 } }),
        ],
        initializers: [
          rawTensor('flag', [], 9, Uint8Array.of(1)),
          externalTensor('fc.weight', [4, 2], { location: 'w.bin', offset: '0', length: '16' }, 16),
        ],
        inputs: [value('x', ['batch', 4])],
        outputs: [value('y', ['batch', 2])],
        values: [value('a', ['batch', 2], 16)],
      }),
    );
    const found = await captured(content, new FakeSiblings({ 'w.bin': brain(EXACT) }));
    const a = product(INPUT, EXACT);
    assert.deepEqual(found, { fc: a, choice: a.map(one => one * 2), warnings: found.warnings });
  });
});

describe('quantised networks', () => {
  const scalar = (name: string, number: number) => tensor(name, [], [number]);
  const zero = (name: string, number: number, code = 2) => rawTensor(name, [], code, Uint8Array.of(number));
  const quantised = [64, -32, 127, -127, 5, 0, -90, 33];
  const settings = [
    scalar('xs', 1 / 32),
    zero('xz', 128),
    scalar('ws', 1 / 64),
    zero('wz', 0, 3),
    scalar('ys', 1 / 8),
    zero('yz', 100),
  ];
  const weight = rawTensor('fc.weight_quantized', [4, 2], 3, new Uint8Array(Int8Array.from(quantised).buffer));
  const real = quantised.map(one => one / 64);
  const rounded = product(INPUT, real).map(one => {
    const exact = one * 8;
    const nearest = Math.abs(exact % 1) === 0.5 ? 2 * Math.round(exact / 2) : Math.round(exact);
    return (Math.min(255, Math.max(0, nearest + 100)) - 100) / 8;
  });
  const ends = { inputs: [value('x', ['batch', 4])], outputs: [value('y', ['batch', 2])] };

  it('by QLinear operators: their layers give the values that the whole numbers stand for', async () => {
    const content = model(
      graph({
        nodes: [
          node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
          node('QLinearMatMul', ['xq', 'xs', 'xz', 'fc.weight_quantized', 'ws', 'wz', 'ys', 'yz'], ['q'], {
            name: '/fc/MatMul_quant',
          }),
          node('DequantizeLinear', ['q', 'ys', 'yz'], ['d']),
          node('Relu', ['d'], ['y'], { name: '/relu/Relu' }),
        ],
        initializers: [...settings, weight],
        ...ends,
      }),
    );
    assert.deepEqual(await captured(content), { fc: rounded, relu: relu(rounded), warnings: [] });
    assert.equal(openBytes(content).parameters, 8);
  });

  it('by pairs of QuantizeLinear and DequantizeLinear around float operators', async () => {
    const content = model(
      graph({
        nodes: [
          node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
          node('DequantizeLinear', ['xq', 'xs', 'xz'], ['xd']),
          node('DequantizeLinear', ['fc.weight_quantized', 'ws', 'wz'], ['w']),
          node('MatMul', ['xd', 'w'], ['a'], { name: '/fc/MatMul' }),
          node('QuantizeLinear', ['a', 'ys', 'yz'], ['aq']),
          node('DequantizeLinear', ['aq', 'ys', 'yz'], ['ad']),
          node('Relu', ['ad'], ['y'], { name: '/relu/Relu' }),
        ],
        initializers: [...settings, weight],
        ...ends,
      }),
    );
    assert.deepEqual(await captured(content), { fc: product(INPUT, real), relu: relu(rounded), warnings: [] });
  });

  it('at run time (MatMulInteger): the scale beside a weight is no parameter', async () => {
    const content = model(
      graph({
        nodes: [
          node('DynamicQuantizeLinear', ['x'], ['xq', 's', 'z']),
          node('MatMulInteger', ['xq', 'fc.weight_quantized', 'z', 'wz'], ['i'], { name: '/fc/MatMul_quant' }),
          node('Cast', ['i'], ['f'], { name: '/fc/MatMul_quant_output_cast', attributes: { to: 1 } }),
          node('Mul', ['s', 'fc.weight_scale'], ['sw']),
          node('Mul', ['f', 'sw'], ['y'], { name: '/fc/MatMul_quant_output_scale_mul' }),
        ],
        initializers: [weight, zero('wz', 0, 3), scalar('fc.weight_scale', 1 / 64)],
        ...ends,
      }),
    );
    const opened = openBytes(content);
    assert.deepEqual(
      opened.layers.map(({ name, parameters }) => [name, parameters]),
      [['fc', 8]],
    );
    assert.deepEqual(
      opened.warnings.map(one => one.code),
      ['batch-scale'],
    );
    const { layers } = await capture(opened, rows, { runtime });
    // The input is rounded to 255 steps of its range.
    assert.ok(largestDifference(layers[0]!.values, product(INPUT, real)) < 4 * (4 / 255));
  });
});

describe('networks with more weights than one message holds', () => {
  it('are given to the runtime with their weights beside them, from whichever file they come', async () => {
    const siblings = new FakeSiblings({ 'w.bin': rawFloats([...EXACT, ...weights(4)]) });
    const content = model(
      graph({
        nodes: [
          node('MatMul', ['x', 'fc1.weight'], ['a'], { name: '/fc1/MatMul' }),
          node('MatMul', ['a', 'fc2.weight'], ['y'], { name: '/fc2/MatMul' }),
        ],
        initializers: [
          externalTensor('fc1.weight', [4, 2], { location: 'w.bin', offset: '0', length: '32' }),
          externalTensor('fc2.weight', [2, 2], { location: 'w.bin', offset: '32', length: '16' }),
        ],
        inputs: [value('x', ['batch', 4])],
        outputs: [value('y', ['batch', 2])],
      }),
    );
    const opened = openOnnx(content, siblings);
    assert.deepEqual(runnable(opened, ['y'], false).files, []);
    const { bytes, files } = runnable(opened, ['y'], false, content.length + 40);
    assert.deepEqual(
      files.map(file => [file.path, file.data.length]),
      [
        ['w0', 32],
        ['w1', 16],
      ],
    );
    const session = await ort.InferenceSession.create(bytes, { externalData: files });
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.from(INPUT), [3, 4]) });
    const [p, q, r, s] = weights(4) as [number, number, number, number];
    const a = product(INPUT, EXACT);
    const expected = [0, 1, 2].flatMap(i => [a[i * 2]! * p + a[i * 2 + 1]! * r, a[i * 2]! * q + a[i * 2 + 1]! * s]);
    assert.ok(largestDifference(y!.data as Float32Array, expected) < 1e-6);
    await session.release();
  });
});
