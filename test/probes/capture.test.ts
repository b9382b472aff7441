import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { capture, type CaptureOptions, type InputRows, type LayerActivations } from '../../src/probes/capture';
import {
  externalTensor,
  graph,
  int64Tensor,
  join,
  model,
  node,
  perceptron,
  rawFloats,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../models/onnxBuilder';
import { FakeSiblings, openBytes } from '../models/openBytes';
import { largestDifference, openFile, references, root, runtime, wasm } from './references';

const rowsOf = (rowShape: readonly number[], rows: number, from = (i: number) => Math.sin(i)): InputRows => {
  const size = rowShape.reduce((a, b) => a * b, 1);
  return { name: 'rows.npy', rows, rowShape, values: Float32Array.from({ length: rows * size }, (_, i) => from(i)) };
};
const run = (content: Bytes, data: InputRows, options: Partial<CaptureOptions> = {}) =>
  capture(openBytes(content), data, { runtime, ...options });
const layer = (layers: readonly LayerActivations[], name: string) => {
  const found = layers.find(one => one.name === name);
  assert.ok(found !== undefined, `no layer ${name}`);
  return found;
};
const refusal = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Fault, `not a fault: ${String(error)}`);
  return error;
};

describe('activations are PyTorch’s own, within 1e-4', () => {
  const networks: [string, string[], string][] = [
    ['a perceptron', ['samples', 'models', 'digits-mlp.onnx'], 'digits-mlp.npz'],
    ['a convolutional network', ['samples', 'models', 'digits-cnn.onnx'], 'digits-cnn.npz'],
    ['a residual network', ['test', 'fixtures', 'networks', 'resmlp.onnx'], 'resmlp.npz'],
    [
      'a network with batch normalisation',
      ['test', 'fixtures', 'networks', 'neural-collapse.onnx'],
      'neural-collapse.npz',
    ],
  ];
  for (const [what, file, reference] of networks) {
    for (const options of [runtime, wasm]) {
      it(`of ${what}, with the ${'kind' in options ? 'WebAssembly' : 'native'} runtime`, async () => {
        const { __input__: input, ...expected } = references(reference);
        assert.ok(input !== undefined && Object.keys(expected).length > 5);
        const data = { rows: input.shape[0]!, rowShape: input.shape.slice(1), values: input.values };
        const {
          layers,
          failures,
          runtime: used,
        } = await capture(openFile(...file), data, { runtime: options, reduction: 'flatten' });
        assert.deepEqual(failures, []);
        assert.equal(used.kind, 'kind' in options ? 'wasm' : 'native');
        for (const [name, { shape, values }] of Object.entries(expected)) {
          const got = layer(layers, name);
          assert.deepEqual([got.count, ...got.shape], shape, name);
          assert.ok(largestDifference(got.values, values) <= 1e-4, name);
        }
      });
    }
  }
});

describe('rows', () => {
  const mlp = perceptron([6, 5, 4, 3]);

  it('give the same activations whatever the batches, and whichever are kept', async () => {
    const data = rowsOf([6], 23);
    const whole = await run(mlp, data);
    const rows = Uint32Array.of(2, 3, 11, 22);
    const some = await run(mlp, data, { rows, batchRows: 3, layers: ['relu2'] });
    assert.deepEqual(
      some.layers.map(one => one.name),
      ['relu2'],
    );
    const [a, b] = [layer(whole.layers, 'relu2'), layer(some.layers, 'relu2')];
    assert.deepEqual([...b.rowOfPoint], [...rows]);
    const expected = [...rows].flatMap(row => [...a.values.subarray(row * 4, row * 4 + 4)]);
    assert.ok(largestDifference(b.values, expected) < 1e-6);
    assert.ok(b.values.buffer instanceof SharedArrayBuffer);
  });

  it('pass once, whether they are sampled or only answered for', async () => {
    const seen: number[] = [];
    const data = rowsOf([6], 30);
    const result = await run(mlp, data, {
      layers: ['fc1'],
      rows: Uint32Array.of(0, 29),
      outputs: true,
      batchRows: 7,
      progress: fraction => seen.push(fraction),
    });
    assert.equal(layer(result.layers, 'fc1').count, 2);
    assert.equal(result.outputs?.rows, 30);
    assert.equal(result.outputs.width, 3);
    const whole = await run(mlp, data, { layers: ['fc3'] });
    assert.ok(largestDifference(result.outputs.values, layer(whole.layers, 'fc3').values) < 1e-6);
    assert.equal(seen.at(-1), 1);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
  });

  it('hand out each layer before the outputs of the other rows', async () => {
    const order: string[] = [];
    await run(mlp, rowsOf([6], 20), {
      rows: Uint32Array.of(1),
      outputs: true,
      onLayer: one => order.push(one.name),
      progress: fraction => order.push(fraction === 1 ? 'end' : 'some'),
    });
    assert.deepEqual(order, ['some', 'fc1', 'relu1', 'fc2', 'relu2', 'fc3', 'end']);
  });

  it('of another width are refused with both widths, by the data’s name', async () => {
    const fault = await refusal(run(mlp, rowsOf([7], 2)));
    assert.equal(fault.code, 'shape-mismatch');
    assert.match(fault.message, /\b7\b.*\b6\b/);
    assert.equal(fault.source, 'rows.npy');
  });

  it('stop between batches when cancelled', async () => {
    const cancellation = new Cancellation();
    let batches = 0;
    const fault = await refusal(
      run(mlp, rowsOf([6], 100), {
        cancellation,
        batchRows: 1,
        progress: () => {
          if (++batches === 3) cancellation.cancel();
        },
      }),
    );
    assert.equal(fault.code, 'cancelled');
    assert.equal(batches, 3);
  });

  it('need a layer that is there; the nearest names are given', async () => {
    const fault = await refusal(run(mlp, rowsOf([6], 2), { layers: ['relu9'] }));
    assert.equal(fault.code, 'usage');
    assert.match(fault.message, /"relu9".*relu[12]/);
  });
});

describe('inputs of every kind', () => {
  const sum = (dims: readonly (number | string)[], type: number, castTo = 1) =>
    model(
      graph({
        nodes: [
          node('Cast', ['x'], ['c'], { name: 'cast', attributes: { to: castTo } }),
          node('Add', ['c', 'one'], ['y'], { name: 'plus' }),
        ],
        initializers: [tensor('one', [], [1])],
        inputs: [value('x', dims, type)],
        outputs: [value('y')],
      }),
    );

  for (const [name, type] of [
    ['double', 11],
    ['float16', 10],
  ] as const) {
    it(`takes ${name}`, async () => {
      const { layers } = await run(
        sum(['batch', 3], type),
        rowsOf([3], 2, i => i / 4),
      );
      assert.deepEqual([...layer(layers, 'plus').values], [1, 1.25, 1.5, 1.75, 2, 2.25]);
    });
  }

  it('takes whole numbers, and refuses fractions where they are needed', async () => {
    const lookup = model(
      graph({
        nodes: [node('Gather', ['e.weight', 'ids'], ['y'], { name: '/e/Gather' })],
        initializers: [tensor('e.weight', [3, 2], [0, 1, 2, 3, 4, 5])],
        inputs: [value('ids', ['batch', 'seq'], 7)],
        outputs: [value('y')],
      }),
    );
    const { layers } = await run(
      lookup,
      rowsOf([2], 2, i => [0, 2, 1, 1][i]!),
      { reduction: 'flatten' },
    );
    assert.deepEqual([...layer(layers, 'e').values], [0, 1, 4, 5, 2, 3, 2, 3]);
    assert.deepEqual(layer(layers, 'e').shape, [2, 2]);
    assert.equal(
      (
        await refusal(
          run(
            lookup,
            rowsOf([2], 2, i => i / 2),
          ),
        )
      ).code,
      'shape-mismatch',
    );
    const outside = await refusal(
      run(
        lookup,
        rowsOf([2], 1, () => 9),
      ),
    );
    assert.equal(outside.code, 'shape-mismatch');
    assert.match(outside.message, /Gather/);
  });

  it('brings rows to the network’s layout, and says so', async () => {
    const image = (dims: readonly (number | string)[]) =>
      model(
        graph({
          nodes: [node('Relu', ['x'], ['y'], { name: 'act' })],
          inputs: [value('x', dims)],
          outputs: [value('y')],
        }),
      );
    const flat = await run(
      image(['batch', 1, 2, 2]),
      rowsOf([4], 1, i => i),
      { reduction: 'flatten' },
    );
    assert.equal(flat.treatment, '4 values taken as 1 × 2 × 2');
    assert.deepEqual([...layer(flat.layers, 'act').values], [0, 1, 2, 3]);
    const channelsLast = await run(
      image(['batch', 3, 2, 2]),
      rowsOf([2, 2, 3], 1, i => i),
      { reduction: 'flatten' },
    );
    assert.match(channelsLast.treatment, /2 × 2 × 3 values taken as 3 × 2 × 2 \(channels first\)/);
    assert.deepEqual([...layer(channelsLast.layers, 'act').values], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  });

  it('fills up the last batch of a network made for a fixed number of rows', async () => {
    for (const batch of [1, 4]) {
      const data = rowsOf([6], 6);
      const fixed = await run(perceptron([6, 5, 3], { batch }), data, { outputs: true });
      const free = await run(perceptron([6, 5, 3]), data, { outputs: true });
      assert.equal(layer(fixed.layers, 'relu1').count, 6);
      assert.ok(largestDifference(layer(fixed.layers, 'relu1').values, layer(free.layers, 'relu1').values) < 1e-6);
      assert.ok(largestDifference(fixed.outputs!.values, free.outputs!.values) < 1e-6);
    }
  });

  it('runs a network without a batch axis row by row', async () => {
    const single = model(
      graph({
        nodes: [node('Tanh', ['x'], ['y'], { name: 'act' })],
        inputs: [value('x', [3])],
        outputs: [value('y', [3])],
      }),
    );
    const { layers } = await run(
      single,
      rowsOf([3], 2, i => i),
    );
    assert.ok(largestDifference(layer(layers, 'act').values, [0, 1, 2, 3, 4, 5].map(Math.tanh)) < 1e-6);
  });

  it('gives masks, segments and positions what a plain sequence has, and refuses other inputs by name', async () => {
    const two = (name: string) =>
      model(
        graph({
          nodes: [
            node('Gather', ['e.weight', 'ids'], ['h'], { name: '/e/Gather' }),
            node('Cast', [name], ['c'], { name: 'cast', attributes: { to: 1 } }),
            node('Unsqueeze', ['c', 'axes'], ['u'], { name: 'u' }),
            node('Mul', ['h', 'u'], ['y'], { name: 'masked' }),
          ],
          initializers: [tensor('e.weight', [3, 1], [1, 2, 3]), int64Tensor('axes', [1], [-1])],
          inputs: [value('ids', ['batch', 'seq'], 7), value(name, ['batch', 'seq'], 7)],
          outputs: [value('y')],
        }),
      );
    const data = rowsOf([3], 1, i => i);
    const masked = await run(two('attention_mask'), data, { reduction: 'flatten' });
    assert.match(masked.treatment, /attention_mask all ones/);
    assert.deepEqual([...layer(masked.layers, 'masked').values], [1, 2, 3]);
    // Two texts, of two tokens and of three: the mask and the mean leave the padding of the first out.
    const texts = { ...rowsOf([3], 2, i => i % 3), lengths: Uint32Array.of(2, 3) };
    const padded = await run(two('attention_mask'), texts, { reduction: 'flatten' });
    assert.match(padded.treatment, /attention_mask ones, and zeros for padding/);
    assert.deepEqual([...layer(padded.layers, 'masked').values], [1, 2, 0, 1, 2, 3]);
    const means = await run(two('attention_mask'), texts, { reduction: 'mean' });
    assert.deepEqual([...layer(means.layers, 'e').values], [1.5, 2]);
    const given = await run(two('attention_mask'), data, {
      reduction: 'flatten',
      otherInputs: { attention_mask: rowsOf([3], 1, i => (i === 1 ? 0 : 1)) },
    });
    assert.deepEqual([...layer(given.layers, 'masked').values], [1, 0, 3]);
    const positions = await run(two('position_ids'), data, { reduction: 'flatten' });
    assert.deepEqual([...layer(positions.layers, 'masked').values], [0, 2, 6]);
    const fault = await refusal(run(two('temperature'), data));
    assert.equal(fault.code, 'unsupported');
    assert.match(fault.message, /"temperature"/);
  });
});

describe('layers', () => {
  it('that are not finite fail alone, naming their rows', async () => {
    const content = model(
      graph({
        nodes: [
          node('Relu', ['x'], ['a'], { name: 'first' }),
          node('Log', ['a'], ['b'], { name: 'log' }),
          node('Tanh', ['a'], ['y'], { name: 'last' }),
        ],
        inputs: [value('x', ['batch', 2])],
        outputs: [value('y'), value('b')],
      }),
    );
    const data = { name: 'd', rows: 4, rowShape: [2], values: Float32Array.of(1, 1, 0, 1, 1, 2, 3, -1) };
    const { layers, failures } = await run(content, data);
    assert.deepEqual(
      layers.map(one => one.name),
      ['first', 'last'],
    );
    assert.equal(failures[0]?.name, 'log');
    assert.equal(failures[0].fault.code, 'not-finite');
    assert.match(failures[0].fault.message, /log .*rows 1, 3\./);
    const kept = await run(content, data, { rows: Uint32Array.of(0, 2) });
    assert.deepEqual(kept.failures, []);
  });

  it('computes with quantised weights in floats, as the graph says', async () => {
    const [inner, outer] = [10, 3];
    const quantised = Int8Array.from({ length: inner * outer }, (_, i) => ((i * 37) % 255) - 127);
    const content = model(
      graph({
        nodes: [
          node('DequantizeLinear', ['q', 'scale', 'zero'], ['w']),
          node('MatMul', ['x', 'w'], ['y'], { name: 'fc' }),
        ],
        initializers: [
          rawTensor('q', [inner, outer], 3, new Uint8Array(quantised.buffer)),
          tensor('scale', [], [0.01]),
          rawTensor('zero', [], 3, Uint8Array.of(0)),
        ],
        inputs: [value('x', ['batch', inner])],
        outputs: [value('y')],
      }),
      { opset: 17 },
    );
    const values = Float32Array.from({ length: 2 * inner }, (_, i) => Math.sin(i * 1.7) * 3);
    const { layers } = await run(content, { name: 'd', rows: 2, rowShape: [inner], values });
    for (let row = 0; row < 2; row++)
      for (let out = 0; out < outer; out++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += values[row * inner + k]! * quantised[k * outer + out]! * 0.01;
        assert.ok(Math.abs(layers[0]!.values[row * outer + out]! - sum) < 1e-4);
      }
  });

  it('finds the rows of a layer whose first axis they are not, also behind a token that is repeated for each row', async () => {
    const content = model(
      graph({
        nodes: [
          node('Shape', ['x'], ['shape']),
          node('Where', ['never', 'shape', 'shape'], ['target']),
          node('Expand', ['token', 'target'], ['tokens']),
          node('Concat', ['tokens', 'x'], ['all'], { name: 'joined', attributes: { axis: 1 } }),
          node('Transpose', ['all'], ['turned'], { attributes: { perm: [1, 0] } }),
          node('Relu', ['turned'], ['y'], { name: 'turned' }),
        ],
        initializers: [rawTensor('never', [1], 9, Uint8Array.of(0)), tensor('token', [1, 1], [7])],
        inputs: [value('x', ['batch', 2])],
        outputs: [value('y')],
      }),
    );
    const data = { name: 'd', rows: 3, rowShape: [2], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const { layers } = await run(content, data, { reduction: 'flatten' });
    assert.deepEqual([...layers.at(-1)!.values], [7, 7, 1, 2, 7, 7, 3, 4, 7, 7, 5, 6]);
  });

  it('before an operator that no runtime knows can be asked for; those after it are refused by its name', async () => {
    const content = model(
      graph({
        nodes: [
          node('Relu', ['x'], ['a'], { name: 'before' }),
          node('Fancy', ['a'], ['b'], { name: 'odd', domain: 'com.example' }),
          node('Relu', ['b'], ['y'], { name: 'after' }),
        ],
        inputs: [value('x', ['batch', 2])],
        outputs: [value('y', ['batch', 2])],
      }),
      { opsets: { 'com.example': 1 } },
    );
    const data = rowsOf([2], 3);
    const { layers, outputs, warnings } = await run(content, data, { layers: ['before'], outputs: true });
    assert.equal(layer(layers, 'before').count, 3);
    assert.equal(outputs, undefined);
    assert.match(warnings[0]!.message, /com\.example\.Fancy/);
    for (const layersAsked of [undefined, ['after'], ['before', 'odd']]) {
      const fault = await refusal(run(content, data, { layers: layersAsked }));
      assert.equal(fault.code, 'unsupported');
      assert.match(fault.message, /com\.example\.Fancy/);
    }
  });

  it('of a recurrent network are split along the axis that is the batch', async () => {
    const content = model(
      graph({
        nodes: [
          node('Transpose', ['x'], ['t'], { name: '/rnn/Transpose', attributes: { perm: [1, 0, 2] } }),
          node('RNN', ['t', 'w', 'r'], ['h', ''], { name: '/rnn/RNN', attributes: { hidden_size: 3 } }),
        ],
        initializers: [tensor('w', [1, 3, 2], weights(6)), tensor('r', [1, 3, 3], weights(9))],
        inputs: [value('x', ['batch', 4, 2])],
        outputs: [value('h')],
      }),
    );
    // As many rows as steps: sizes alone would not tell the axes apart.
    const data = rowsOf([4, 2], 4);
    const all = layer((await run(content, data, { reduction: 'flatten' })).layers, 'rnn');
    assert.deepEqual(all.shape, [4, 1, 3]);
    const one = layer((await run(content, data, { reduction: 'flatten', rows: Uint32Array.of(2) })).layers, 'rnn');
    assert.ok(largestDifference(one.values, all.values.subarray(24, 36)) < 1e-6);
  });

  it('of images are averaged over positions, or give a point a position, drawn with the seed', async () => {
    const content = model(
      graph({
        nodes: [node('Conv', ['x', 'c.weight'], ['y'], { name: '/c/Conv' })],
        initializers: [tensor('c.weight', [2, 1, 1, 1], [1, -1])],
        inputs: [value('x', ['batch', 1, 2, 2])],
        outputs: [value('y')],
      }),
    );
    const data = rowsOf([1, 2, 2], 3, i => i);
    const mean = layer((await run(content, data)).layers, 'c');
    assert.equal(mean.reduction, 'mean');
    assert.deepEqual([...mean.values], [1.5, -1.5, 5.5, -5.5, 9.5, -9.5]);
    const all = layer((await run(content, data, { reduction: 'positions' })).layers, 'c');
    assert.deepEqual([all.count, all.width], [12, 2]);
    assert.deepEqual([...all.values.subarray(8, 12)], [4, -4, 5, -5]);
    const drawn = (seed: number) => run(content, data, { reduction: 'positions', maxPoints: 5, seed, batchRows: 1 });
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)].map(result =>
      layer(result.layers, 'c'),
    );
    assert.equal(first!.count, 5);
    assert.deepEqual(first!.values, again!.values);
    assert.notDeepEqual(first!.values, other!.values);
    // Every point is a position of the row it says.
    first!.rowOfPoint.forEach((row, i) => assert.equal(Math.floor(first!.values[i * 2]! / 4), row));
  });
});

describe('the network’s answers', () => {
  const scores = (op: string | undefined, width: number) => {
    const nodes = [node('MatMul', ['x', 'w'], [op === undefined ? 'y' : 's'], { name: 'dense' })];
    if (op !== undefined) nodes.push(node(op, ['s'], ['y'], { name: 'squash' }));
    return model(
      graph({
        nodes,
        initializers: [tensor('w', [2, width], weights(2 * width))],
        inputs: [value('x', ['batch', 2])],
        outputs: [value('y', ['batch', width])],
      }),
    );
  };

  it('are classes, a probability after a sigmoid, or a logit', async () => {
    const kind = async (content: Bytes) =>
      (await run(content, rowsOf([2], 3), { layers: [], outputs: true })).outputs?.kind;
    assert.equal(await kind(scores('Softmax', 3)), 'classes');
    assert.equal(await kind(scores('Sigmoid', 1)), 'probability');
    assert.equal(await kind(scores(undefined, 1)), 'logit');
  });

  it('are read from before a ZipMap, with its names', async () => {
    const content = model(
      graph({
        nodes: [
          node('MatMul', ['x', 'w'], ['h'], { name: 'dense' }),
          node('Softmax', ['h'], ['p'], { name: 'softmax' }),
          node('ZipMap', ['p'], ['probabilities'], {
            name: 'zip',
            domain: 'ai.onnx.ml',
            attributes: { classlabels_int64s: [4, 7] },
          }),
        ],
        initializers: [tensor('w', [2, 2], weights(4))],
        inputs: [value('x', ['batch', 2])],
        outputs: [value('probabilities')],
      }),
      { opsets: { 'ai.onnx.ml': 1 } },
    );
    const { outputs } = await run(content, rowsOf([2], 3), { layers: [], outputs: true });
    assert.equal(outputs?.kind, 'classes');
    assert.deepEqual(outputs.classNames, ['4', '7']);
    assert.equal(outputs.values.length, 6);
  });

  it('are none where the network answers for every position', async () => {
    const content = model(
      graph({
        nodes: [node('Relu', ['x'], ['y'], { name: 'act' })],
        inputs: [value('x', ['batch', 3, 4])],
        outputs: [value('y')],
      }),
    );
    const { outputs, layers } = await run(content, rowsOf([3, 4], 2), { outputs: true });
    assert.equal(outputs, undefined);
    assert.equal(layers.length, 1);
  });
});

describe('runtimes', () => {
  it('are given weights that lie beside the model inside it, and open no file', async () => {
    const content = (weight: Bytes) =>
      model(
        graph({
          nodes: [node('MatMul', ['x', 'fc.weight'], ['y'], { name: '/fc/MatMul' })],
          initializers: [weight],
          inputs: [value('x', ['batch', 2])],
          outputs: [value('y', ['batch', 3])],
        }),
      );
    const siblings = new FakeSiblings({ 'w.bin': join(new Uint8Array(4), rawFloats(weights(6))) });
    const outside = openBytes(
      content(externalTensor('fc.weight', [2, 3], { location: 'w.bin', offset: '4' })),
      siblings,
    );
    const inside = openBytes(content(tensor('fc.weight', [2, 3], weights(6))));
    const data = rowsOf([2], 3);
    for (const options of [runtime, wasm]) {
      const [a, b] = [
        await capture(outside, data, { runtime: options }),
        await capture(inside, data, { runtime: options }),
      ];
      assert.deepEqual(a.layers[0]?.values, b.layers[0]?.values);
    }
  });

  it('fall back to WebAssembly where the native library does not load', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runtime-'));
    try {
      const modules = path.join(folder, 'node_modules');
      fs.mkdirSync(path.join(modules, 'onnxruntime-node'), { recursive: true });
      fs.writeFileSync(
        path.join(modules, 'onnxruntime-node', 'index.js'),
        "throw new Error('no library for this platform');",
      );
      for (const name of ['onnxruntime-web', 'onnxruntime-common']) {
        fs.symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
      }
      const result = await run(perceptron([4, 3]), rowsOf([4], 2), { runtime: { folder } });
      assert.equal(result.runtime.name, 'onnxruntime-web');
      const fault = await refusal(run(perceptron([4, 3]), rowsOf([4], 2), { runtime: { folder, kind: 'native' } }));
      assert.equal(fault.code, 'unsupported');
      assert.match(fault.message, /no library for this platform/);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that refuse a graph are quoted as a fault that names the node', async () => {
    const broken = model(
      graph({
        nodes: [node('MatMul', ['x', 'w'], ['y'], { name: 'dense' })],
        initializers: [tensor('w', [5, 2], weights(10))],
        inputs: [value('x', ['batch', 4])],
        outputs: [value('y')],
      }),
    );
    for (const options of [runtime, wasm]) {
      const fault = await refusal(run(broken, rowsOf([4], 2), { runtime: options }));
      assert.ok(fault.code === 'corrupt' || fault.code === 'shape-mismatch', fault.code);
      // The WebAssembly build leaves names out.
      assert.match(fault.message, 'kind' in options ? /matrix multiplication/ : /dense/);
      assert.doesNotMatch(fault.message, /\.cc:|\.h:|onnxruntime\/|ERROR_CODE/);
    }
  });
});
