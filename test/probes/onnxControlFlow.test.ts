import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import type { Model } from '../../src/models/model';
import { shownLayers } from '../../src/models/shownLayers';
import { capture } from '../../src/probes/capture';
import {
  externalTensor,
  graph,
  int64Tensor,
  model,
  node,
  rawFloats,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../models/onnxBuilder';
import { FakeSiblings, openBytes } from '../models/openBytes';
import { largestDifference, runtime } from './references';

type Matrix = readonly (readonly number[])[];

const matrix = (rows: number, columns: number, flat: readonly number[] = weights(rows * columns)): Matrix =>
  Array.from({ length: rows }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => b[0]!.map((_, j) => row.reduce((sum, one, k) => sum + one * b[k]![j]!, 0)));
const map = (a: Matrix, f: (one: number, column: number) => number): Matrix => a.map(row => row.map(f));
const total = (a: Matrix): number => a.flat().reduce((sum, one) => sum + one, 0);

const IN = matrix(3, 4);
const CELL = matrix(4, 4);
const BIAS = [0.1, -0.2, 0.3, -0.4];
const LEFT = matrix(
  4,
  4,
  weights(16).map(one => -one),
);
const OUT = matrix(4, 2);
const INPUT = matrix(
  5,
  3,
  Array.from({ length: 15 }, (_, i) => Math.cos(i)),
);
const rows = { name: 'rows.npy', rows: 5, rowShape: [3], values: Float32Array.from(INPUT.flat()) };
const stored = (name: string, m: Matrix) => tensor(name, [m.length, m[0]!.length], m.flat());

/** x · IN → Loop(3 turns: tanh(h · CELL + BIAS), then h · LEFT where the sum is positive, else its ReLU) → · OUT. */
function nested(cell: Bytes = stored('cell.weight', CELL)): Bytes {
  const then = graph({
    nodes: [node('MatMul', ['t', 'left.weight'], ['then_out'], { name: '/left/MatMul' })],
    outputs: [value('then_out')],
    initializers: [stored('left.weight', LEFT)],
  });
  const otherwise = graph({
    nodes: [node('Relu', ['t'], ['else_out'], { name: '/Relu' })],
    outputs: [value('else_out')],
  });
  const body = graph({
    nodes: [
      node('MatMul', ['h', 'cell.weight'], ['m'], { name: '/cell/MatMul' }),
      node('Add', ['cell.bias', 'm'], ['a'], { name: '/cell/Add' }),
      node('Tanh', ['a'], ['t'], { name: '/Tanh' }),
      node('ReduceSum', ['t'], ['s'], { name: '/Sum', attributes: { keepdims: 0 } }),
      node('Greater', ['s', 'nothing'], ['c']),
      node('If', ['c'], ['next'], {
        name: '/If',
        attributes: { then_branch: { graph: then }, else_branch: { graph: otherwise } },
      }),
      node('Identity', ['go'], ['goes']),
    ],
    inputs: [value('i', [], 7), value('go', [], 9), value('h')],
    outputs: [value('goes', [], 9), value('next')],
    initializers: [cell],
  });
  return model(
    graph({
      nodes: [
        node('MatMul', ['x', 'fc1.weight'], ['h0'], { name: '/fc1/MatMul' }),
        node('Loop', ['turns', 'yes', 'h0'], ['last'], { name: '/Loop', attributes: { body: { graph: body } } }),
        node('MatMul', ['last', 'fc2.weight'], ['y'], { name: '/fc2/MatMul' }),
      ],
      initializers: [
        stored('fc1.weight', IN),
        stored('fc2.weight', OUT),
        tensor('cell.bias', [4], BIAS),
        tensor('nothing', [], [0]),
        int64Tensor('turns', [], [3]),
        rawTensor('yes', [], 9, Uint8Array.of(1)),
      ],
      inputs: [value('x', ['batch', 3])],
      outputs: [value('y', ['batch', 2])],
    }),
  );
}

const first = times(INPUT, IN);
let last = first;
for (let turn = 0; turn < 3; turn++) {
  const t = map(times(last, CELL), (one, column) => Math.tanh(one + BIAS[column]!));
  last = total(t) > 0 ? times(t, LEFT) : map(t, one => Math.max(0, one));
}

/** Rows of [4 steps, 3] → Scan(h = tanh(x · IN + h · CELL)), all states along the second axis → its last state · OUT. */
function recurrent(): Bytes {
  const body = graph({
    nodes: [
      node('MatMul', ['xt', 'gate.weight'], ['p'], { name: '/gate/MatMul' }),
      node('MatMul', ['h', 'state.weight'], ['q'], { name: '/state/MatMul' }),
      node('Add', ['p', 'q'], ['pq']),
      node('Tanh', ['pq'], ['next']),
      node('Identity', ['next'], ['seen']),
    ],
    inputs: [value('h', [null, 4]), value('xt', [null, 3])],
    outputs: [value('next'), value('seen')],
    initializers: [stored('gate.weight', IN), stored('state.weight', CELL)],
  });
  return model(
    graph({
      nodes: [
        node('Scan', ['h0', 'x'], ['last', 'states'], {
          name: 'rnn',
          attributes: {
            body: { graph: body },
            num_scan_inputs: 1,
            scan_input_axes: [1],
            scan_output_axes: [1],
          },
        }),
        node('MatMul', ['states', 'head.weight'], ['y'], { name: 'head' }),
      ],
      initializers: [tensor('h0', [2, 4], new Array<number>(8).fill(0)), stored('head.weight', OUT)],
      inputs: [value('x', [2, 4, 3])],
      outputs: [value('y', [2, 4, 2])],
    }),
  );
}

const brief = (opened: Model) =>
  shownLayers(opened).map(({ name, op, outputShape, parameters, within }) => [
    name,
    op,
    outputShape,
    parameters,
    within?.layer,
  ]);

describe('ONNX graphs with loops and branches', () => {
  it('list the layers of bodies by their modules, those within others too, before the layer that they are', () => {
    const opened = openBytes(nested());
    assert.deepEqual(brief(opened), [
      ['fc1', 'MatMul', [null, 4], 12, undefined],
      ['cell', 'MatMul', [null, 4], 20, '/Loop'],
      ['/Loop/Tanh', 'Tanh', [null, 4], 0, '/Loop'],
      ['left', 'MatMul', [null, 4], 16, '/Loop/If'],
      ['/Loop/If/Relu', 'Relu', [null, 4], 0, '/Loop/If'],
      ['/Loop/If', 'If', [null, 4], 0, '/Loop'],
      ['/Loop', 'Loop', [null, 4], 0, undefined],
      ['fc2', 'MatMul', [null, 2], 8, undefined],
    ]);
    assert.equal(opened.parameters, 56);
    assert.deepEqual(shownLayers(opened).find(one => one.name === '/Loop')?.inputs, ['fc1', '/Loop/If']);
    assert.deepEqual(opened.readWeight('cell.weight').shape, [4, 4]);
  });

  it('say that what values decide is decided for all rows of a batch together', () => {
    assert.deepEqual(
      openBytes(nested()).warnings.map(({ code, message }) => [code, message.includes('"/If"')]),
      [['batch-decides', true]],
    );
    assert.deepEqual(openBytes(recurrent()).warnings, []);
  });

  it('run outside of bodies, with the numbers that the loop gives when it is written out', async () => {
    const { layers, failures } = await capture(openBytes(nested()), rows, { runtime });
    assert.deepEqual(failures, []);
    const expected: Record<string, Matrix> = { fc1: first, '/Loop': last, fc2: times(last, OUT) };
    assert.deepEqual(
      layers.map(layer => layer.name),
      Object.keys(expected),
    );
    for (const { name, values } of layers) assert.ok(largestDifference(values, expected[name]!.flat()) < 1e-5, name);
  });

  it('run with the weights of a body in another file', async () => {
    const weightFile = new FakeSiblings({ 'w.bin': rawFloats(CELL.flat()) });
    const content = nested(externalTensor('cell.weight', [4, 4], { location: 'w.bin', offset: '0', length: '64' }));
    const { layers } = await capture(openBytes(content, weightFile), rows, { runtime, layers: ['/Loop'] });
    assert.ok(largestDifference(layers[0]!.values, last.flat()) < 1e-5);
  });

  it('scan sequences along the axes that they name', async () => {
    const opened = openBytes(recurrent());
    assert.deepEqual(brief(opened), [
      ['gate', 'MatMul', [2, 4], 12, 'rnn'],
      ['state', 'MatMul', [2, 4], 16, 'rnn'],
      ['rnn/Add_0', 'Add', [2, 4], 0, 'rnn'],
      ['rnn/Tanh_0', 'Tanh', [2, 4], 0, 'rnn'],
      ['rnn', 'Scan', [2, 4, 4], 8, undefined],
      ['head', 'MatMul', [2, 4, 2], 8, undefined],
    ]);
    const x = Array.from({ length: 2 * 4 * 3 }, (_, i) => Math.sin(i + 0.5));
    const data = { name: 'x.npy', rows: 2, rowShape: [4, 3], values: Float32Array.from(x) };
    const { layers } = await capture(opened, data, { runtime, layers: ['rnn', 'head'], reduction: 'flatten' });
    const states = [0, 1].map(row => {
      let h: Matrix = [[0, 0, 0, 0]];
      return [0, 1, 2, 3].map(step => {
        const at = (row * 4 + step) * 3;
        const p = times([x.slice(at, at + 3)], IN);
        const q = times(h, CELL);
        h = map(p, (one, column) => Math.tanh(one + q[0]![column]!));
        return h[0]!;
      });
    });
    assert.ok(largestDifference(layers[0]!.values, states.flat(2)) < 1e-5);
    assert.ok(largestDifference(layers[1]!.values, times(states.flat(), OUT).flat()) < 1e-5);
  });

  it('refuse a layer of a body in a sentence that says why, and name the layer to ask for', async () => {
    for (const [name, why] of [
      ['cell', /within "\/Loop" \(Loop\): it has another value in each turn/],
      ['left', /within "\/Loop\/If" \(If\): it is computed only where the branch is taken/],
    ] as const) {
      const error: unknown = await capture(openBytes(nested()), rows, { runtime, layers: [name] }).catch(
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Fault && error.code === 'unsupported');
      assert.match(error.message, why);
      assert.equal(error.hint, 'Ask for "/Loop", which has what comes out of it.');
    }
  });

  it('keep weights of one name in both branches apart', () => {
    const branch = (scale: number) =>
      graph({
        nodes: [node('MatMul', ['x', 'w'], ['out'], { name: 'mm' })],
        outputs: [value('out')],
        initializers: [tensor('w', [3, 2], new Array<number>(6).fill(scale))],
      });
    const opened = openBytes(
      model(
        graph({
          nodes: [
            node('If', ['flag'], ['y'], {
              name: 'choice',
              attributes: { then_branch: { graph: branch(1) }, else_branch: { graph: branch(2) } },
            }),
          ],
          initializers: [rawTensor('flag', [], 9, Uint8Array.of(1))],
          inputs: [value('x', ['batch', 3])],
          outputs: [value('y', ['batch', 2])],
        }),
      ),
    );
    const names = opened.innerLayers!.flatMap(layer => layer.weights.map(weight => weight.name));
    assert.deepEqual(names, ['w', 'choice/else_branch/w']);
    assert.deepEqual(
      names.map(name => opened.readWeight(name).values[0]),
      [1, 2],
    );
    assert.equal(opened.parameters, 12);
  });
});
