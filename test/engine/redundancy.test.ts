import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RedundancyPartial, RedundancyResult } from '../../src/analyses/redundancy';
import { runTask } from '../../src/analyses/taskTable';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { MemorySource } from '../../src/base/bytes';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { openModelFile } from '../../src/engine/openModelFile';
import { redundancy } from '../../src/engine/operations/redundancy';
import { removeLayers } from '../../src/engine/operations/removeLayers';
import { runOperation } from '../../src/engine/operationTable';
import type { MeasureRemovalsInput, RedundancyInput } from '../../src/engine/redundancyTypes';
import { writeModelFile } from '../../src/engine/writeModelFile';
import { DisposableStore } from '../../src/base/lifecycle';
import { OnnxGraphBuilder } from '../../src/models/onnx/graphBuilder';
import { openModel } from '../../src/models/formats';
import { runtime } from '../probes/references';
import { gaussianCloud } from '../topology/clouds';

const root = path.resolve(import.meta.dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'redundancy-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]) => path.join(root, ...parts);
const made = (name: string) => path.join(folder, name);
const resmlp = at('test/fixtures/networks/resmlp.onnx');
const digits = at('samples/data/digits-test.npz');
const onDigits = { data: `${digits}#X`, labels: `${digits}#y` };

function context(
  parts: RedundancyPartial[] = [],
  cancellation = Cancellation.never,
): OperationContext<RedundancyPartial> {
  return {
    cancellation,
    progress: noProgress,
    partial: part => void parts.push(part),
    task: (name, input) => Promise.resolve(runTask(name, input, cancellation, noProgress)),
    cache: undefined,
    runtimePath: path.join(runtime.folder, 'x'),
    libraries: dataLibraries(''),
    threads: 1,
  };
}

const run = (input: RedundancyInput, parts?: RedundancyPartial[]) =>
  redundancy({ ...input, parameters: { points: 80, subsamples: 2, ...input.parameters } }, context(parts));
const candidate = (result: RedundancyResult, name: string) => result.candidates.find(one => one.name === name);
const fault = (code: string, says: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && says.test(error.message);

describe('redundancy of a network of eight residual blocks, two of them near the identity', () => {
  const parts: RedundancyPartial[] = [];
  // The ends of all blocks: what lies between is 595 pairs.
  const ends = ['stem', '/Relu', ...Array.from({ length: 8 }, (_, k) => `/blocks.${k}/Add`), 'head'];
  let result: RedundancyResult;
  before(async () => {
    result = await run({ model: resmlp, ...onDigits, parameters: { layers: ends, points: 100, measured: 5 } }, parts);
  });

  it('has symmetric matrices with nothing on the diagonal, and intervals around every distance', () => {
    const { layers, bottleneck, low, high, cka, rtd } = result.distances;
    const size = layers.length;
    assert.equal(size, 11);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const here: number = i * size + j;
        const there: number = j * size + i;
        for (const matrix of [...bottleneck, ...low, ...high, cka, rtd]) assert.equal(matrix[here], matrix[there]);
        for (const dimension of [0, 1]) {
          const [value, least, most] = [bottleneck, low, high].map(matrix => matrix[dimension]![here]!);
          assert.ok(0 <= least! && least! <= value! && value! <= most!);
          assert.equal(value === 0, i === j);
        }
        assert.ok(cka[here]! >= 0 && cka[here]! <= 1);
      }
      assert.equal(cka[i * size + i], 1);
      assert.equal(rtd[i * size + i], 0);
    }
  });

  it('ranks the planted blocks first, and measures that they go for free', () => {
    const [first, second] = result.candidates;
    assert.deepEqual([first!.name, second!.name].sort(), ['blocks.3', 'blocks.5']);
    for (const { removable, ablation, reason } of [first!, second!]) {
      assert.ok(removable, reason);
      const { before: was, after: is, change } = ablation!.accuracy!;
      assert.equal(was.samples, 360);
      assert.ok(Math.abs(was.value - 352 / 360) < 1e-12);
      assert.ok(is.value >= was.value - 0.005 && change.low < 0 && change.high > -0.005);
      assert.equal(ablation!.parametersBefore - ablation!.parametersAfter, 2 * 64 * 65);
    }
    assert.match(result.findings[0]!.sentence, /blocks\.[35] .*can go.*97\.\d % → 97\.\d %.*360 rows/);
  });

  it('suggests nothing that costs more than the tolerance, and nothing that it did not measure', () => {
    for (const { removable, ablation } of result.candidates)
      if (removable) assert.ok(ablation!.accuracy!.change.value >= -0.005 - 1e-9);
    const left = result.candidates.filter(one => one.ablation === undefined);
    assert.equal(left.length, result.candidates.length - 5);
    for (const { removable, reason } of left) {
      assert.equal(removable, false);
      assert.match(reason, /^Not measured/);
    }
  });

  it('hands out the head, the distances, and the candidates one after the other', () => {
    assert.deepEqual([...new Set(parts.map(part => part.kind))], ['head', 'distances', 'candidates']);
    const counts = parts.flatMap(part => (part.kind === 'candidates' ? [part.candidates.length] : []));
    assert.deepEqual(
      counts,
      counts.map((_, k) => k + 1),
    );
  });

  it('finds the same where candidates are shared out among threads', async () => {
    const shared: number[] = [];
    const sharing: OperationContext<RedundancyPartial> = {
      ...context(),
      threads: 2,
      operation: async (name, input) => {
        if (name === 'measureRemovals') shared.push((input as MeasureRemovalsInput).candidates.length);
        return (await runOperation(name, input, context())) as never;
      },
    };
    const parameters = { layers: ends, points: 100, subsamples: 2, measured: 5 };
    const other = await redundancy({ model: resmlp, ...onDigits, parameters }, sharing);
    assert.deepEqual(shared, [2, 2, 1]);
    assert.deepEqual(other.candidates, result.candidates);
  });

  it('writes the network without both blocks, in bytes that give the accuracy that was said', async () => {
    const out = made('smaller.onnx');
    const input = { model: resmlp, ...onDigits, out };
    const said = await removeLayers({ ...input, remove: ['blocks.3.fc1', 'blocks.3', 'blocks.5'] }, context());
    assert.deepEqual(said.removed, ['blocks.3', 'blocks.5']);
    assert.equal(said.layers.length, 8);
    assert.equal(said.ablation.parametersAfter, 71370 - 4 * 64 * 65);
    assert.ok(fs.statSync(out).size < fs.statSync(resmlp).size - 4 * 4 * 64 * 65);
    const again = await run({ model: out, ...onDigits, parameters: { layers: ['stem', 'head'] } });
    assert.equal(again.accuracy!.value, said.ablation.accuracy!.after.value);
    await assert.rejects(removeLayers({ ...input, remove: ['blocks.3'] }, context()), fault('exists', /smaller\.onnx/)); // prettier-ignore
    await assert.rejects(removeLayers({ ...input, out: made('x.onnx'), remove: ['blocks.33'] }, context()), fault('usage', /blocks\.33.*blocks\.3/)); // prettier-ignore
  });
});

/** digits-mlp with an orthogonal layer after relu1 that fc2 undoes: the same function. */
function rotated(): string {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(at('samples/models/digits-mlp.onnx'), store);
    const { shape, values } = opened.model.readWeight('fc2.weight');
    const width = shape[1]!;
    const rotation = orthogonal(width);
    const undone = Float64Array.from({ length: shape[0]! * width }, (_, k) => {
      const [row, column] = [Math.floor(k / width), k % width];
      let sum = 0;
      for (let j = 0; j < width; j++) sum += values[row * width + j]! * rotation[column]![j]!;
      return sum;
    });
    const fc2 = opened.model.layers.find(layer => layer.name === 'fc2')!;
    const relu = opened.model.layers.find(layer => layer.name === 'relu1')!;
    writeModelFile(
      opened,
      {
        tensors: new Map([['fc2.weight', { shape, values: undone }]]),
        onnx: {
          added: new Map([['rotation.weight', { type: 'float32', shape: [width, width], values: rotation.flat() }]]),
          insertedNodes: [
            {
              before: fc2.output,
              node: {
                name: '/rotation/Gemm',
                op: 'Gemm',
                inputs: [relu.output, 'rotation.weight'],
                outputs: ['/rotation/Gemm_output_0'],
                attributes: { transB: { integer: 1 } },
              },
            },
          ],
          inputs: new Map([[fc2.output, new Map([[0, '/rotation/Gemm_output_0']])]]),
        },
      },
      made('rotated.onnx'),
    );
  } finally {
    store.dispose();
  }
  return made('rotated.onnx');
}

function orthogonal(size: number): number[][] {
  const random = new Random(3);
  const rows: number[][] = [];
  while (rows.length < size) {
    let row = Array.from({ length: size }, () => random.normal());
    for (const other of rows) {
      const along = row.reduce((sum, value, k) => sum + value * other[k]!, 0);
      row = row.map((value, k) => value - along * other[k]!);
    }
    const length = Math.hypot(...row);
    rows.push(row.map(value => value / length));
  }
  return rows;
}

describe('redundancy of a network with a layer that only rotates', () => {
  it('finds it nearest by every distance, and rejects it by what its removal costs', async () => {
    const result = await run({ model: rotated(), ...onDigits });
    const found = candidate(result, 'rotation')!;
    assert.equal(result.candidates[0], found);
    assert.ok(found.distance < 1e-3);
    const { layers, cka, rtd } = result.distances;
    const place = layers.indexOf('rotation') * layers.length + layers.indexOf('relu1');
    assert.ok(cka[place]! > 0.9999 && rtd[place]! < 0.05);
    assert.equal(found.removable, false);
    assert.ok(found.ablation!.accuracy!.after.value < found.ablation!.accuracy!.before.value - 0.1);
    assert.match(found.reason, /more than the 0\.5 points/);
    assert.ok(
      result.findings.some(one => one.kind === 'needed' && one.sentence.startsWith('rotation looks like relu1')),
    );
  });
});

/** Two linear layers of another width with a ReLU of what is positive between: a linear map can stand for them, and does. */
function linearInDisguise(): { model: string; data: string; labels: string } {
  const random = new Random(1);
  const builder = new OnnxGraphBuilder();
  const floats = (name: string, shape: readonly number[], values: ArrayLike<number>) =>
    builder.raw(name, 'float32', shape, new Uint8Array(Float32Array.from(values).buffer));
  const gemm = (name: string, from: string, to: string, [rows, columns]: readonly [number, number], bias: number) => {
    floats(
      `${name}.weight`,
      [columns, rows],
      Array.from({ length: rows * columns }, () => random.normal() / Math.sqrt(rows)),
    );
    floats(`${name}.bias`, [columns], new Array(columns).fill(bias));
    builder.node({ name: `/${name}/Gemm`, op: 'Gemm', inputs: [from, `${name}.weight`, `${name}.bias`], outputs: [to], attributes: { transB: { integer: 1 } } }); // prettier-ignore
  };
  builder.input('input', 'float32', ['batch', 6]);
  gemm('stem', 'input', 'stem_output', [6, 6], 0);
  gemm('part.up', 'stem_output', 'up_output', [6, 40], 50);
  builder.node({ name: '/part.relu/Relu', op: 'Relu', inputs: ['up_output'], outputs: ['relu_output'] });
  gemm('part.down', 'relu_output', 'down_output', [40, 5], 0);
  gemm('head', 'down_output', 'scores', [5, 3], 0);
  builder.output('scores');
  fs.writeFileSync(made('disguise.onnx'), builder.model('disguise', 'pytorch'));
  const cloud = gaussianCloud(120, 6, 2);
  fs.writeFileSync(made('x.npy'), writeNpy({ shape: [120, 6], values: Float64Array.from(cloud.values) }));
  fs.writeFileSync(
    made('y.npy'),
    writeNpy({ shape: [120], values: Float64Array.from({ length: 120 }, (_, i) => i % 3) }),
  );
  return { model: made('disguise.onnx'), data: made('x.npy'), labels: made('y.npy') };
}

describe('redundancy of a part whose ends have different shapes', () => {
  it('puts a linear map in its place, fitted on one half of the rows and measured on the other', async () => {
    const files = linearInDisguise();
    const result = await run({ model: files.model, data: files.data });
    const part = candidate(result, 'part')!;
    assert.deepEqual([part.replacement, part.layers], ['linear', ['part.up', 'part.relu', 'part.down']]);
    const { rows, fittedRows, agreement, accuracy, parametersAfter } = part.ablation!;
    assert.deepEqual([rows, fittedRows, agreement.value, accuracy], [60, 60, 1, undefined]);
    assert.equal(parametersAfter, 42 + 35 + 18);
    assert.ok(part.removable, part.reason);
    assert.match(part.reason, /own answers.*no labels/);
    // A single layer is a linear map already.
    assert.match(candidate(result, 'part.down')!.reason, /no fewer/);

    // What reads the input could go, too: the input is compared like a layer.
    const stem = candidate(result, 'stem')!;
    assert.deepEqual([stem.entry, stem.replacement, stem.ablation!.rows], ['input', 'bypass', 120]);
    assert.equal(result.distances.layers[0], 'input');
    assert.equal(stem.ablation!.parametersBefore - stem.ablation!.parametersAfter, 42);
    const bare = made('bare.onnx');
    const cost = await removeLayers({ model: files.model, data: files.data, remove: ['stem'], out: bare }, context());
    assert.deepEqual(cost.ablation, stem.ablation);

    const out = made('plain.onnx');
    const said = await removeLayers({ model: files.model, data: files.data, remove: ['part'], out }, context());
    assert.equal(said.ablation.agreement.value, 1);
    const written = openModel(new MemorySource(out, new Uint8Array(fs.readFileSync(out))), {
      open: () => assert.fail(),
    });
    assert.equal(written.parameters, parametersAfter);
  });
});

describe('redundancy of saved activations', () => {
  it('compares them, whatever their rotation, scale and place, and says that nothing is taken out', async () => {
    const arrays = made('activations');
    fs.mkdirSync(arrays);
    const cloud = gaussianCloud(60, 3, 1, [3, 2, 1]);
    const turned = cloud.values.map((_, k) => 7 + 5 * cloud.values[k - (k % 3) + ((k + 1) % 3)]!);
    for (const [name, values] of [
      ['a', cloud.values],
      ['b', turned],
      ['c', gaussianCloud(60, 3, 9).values],
    ] as const)
      fs.writeFileSync(
        path.join(arrays, `${name}.npy`),
        writeNpy({ shape: [60, 3], values: Float64Array.from(values) }),
      );
    const result = await run({ model: arrays });
    const { bottleneck, cka, rtd } = result.distances;
    for (const matrix of [...bottleneck, rtd]) assert.ok(matrix[1]! < 1e-4 && matrix[2]! > 0.01);
    assert.ok(cka[1]! > 1 - 1e-6 && cka[2]! < 0.5);
    assert.deepEqual(result.candidates, []);
    assert.ok(result.warnings.some(warning => warning.code === 'not-measured'));
  });

  it('gives the same for rows in another order', async () => {
    const order = new Random(5).permutation(60);
    const sets = ['first', 'second'].map((name, which) => {
      fs.mkdirSync(made(name));
      for (const seed of [1, 2]) {
        const { values } = gaussianCloud(60, 3, seed);
        const rows = Float64Array.from(
          values,
          (_, k) => values[which === 0 ? k : 3 * order[Math.floor(k / 3)]! + (k % 3)]!,
        );
        fs.writeFileSync(path.join(made(name), `layer${seed}.npy`), writeNpy({ shape: [60, 3], values: rows }));
      }
      return made(name);
    });
    const [one, other] = await Promise.all(sets.map(model => run({ model, parameters: { subsamples: 0 } })));
    for (const dimension of [0, 1])
      assert.ok(
        Math.abs(one!.distances.bottleneck[dimension]![1]! - other!.distances.bottleneck[dimension]![1]!) < 1e-6,
      );
    assert.ok(Math.abs(one!.distances.cka[1]! - other!.distances.cka[1]!) < 1e-6);
    assert.ok(Math.abs(one!.distances.rtd[1]! - other!.distances.rtd[1]!) < 1e-4);
  });
});

describe('redundancy that is stopped', () => {
  it('ends as cancelled', async () => {
    const stop = new Cancellation();
    const parts: RedundancyPartial[] = [];
    const running = context(parts, stop);
    const stopping = { ...running, partial: () => stop.cancel() };
    await assert.rejects(redundancy({ model: resmlp, ...onDigits }, stopping), fault('cancelled', /./));
  });
});
