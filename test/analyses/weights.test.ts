import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Provenance } from '../../src/analyses/analysis';
import { weightsOf } from '../../src/analyses/weights';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import type { Layer, Model } from '../../src/models/model';
import { deepGraphPersistence } from '../../src/topology/deepGraphPersistence';

const provenance: Provenance = { version: '0', parameters: {}, seed: 0 };

interface Stored {
  readonly op: string;
  readonly shape: readonly number[];
  readonly values?: Float32Array;
  readonly trained?: boolean;
}

/** A model that is a chain of layers with one weight each. */
function modelOf(layers: Readonly<Record<string, Stored>>): Model {
  const random = new Random(1);
  const values = new Map(
    Object.entries(layers).map(([name, { shape, values: given }]) => {
      const count = shape.reduce((product, length) => product * length, 1);
      return [
        `${name}.weight`,
        { shape, values: given ?? Float32Array.from({ length: count }, () => random.normal()) },
      ];
    }),
  );
  return {
    format: 'test',
    producer: '',
    details: [],
    inputs: [],
    outputs: [],
    parameters: 0,
    layers: Object.entries(layers).map(([name, { op, shape, trained = true }]): Layer => ({
      name,
      op,
      outputShape: undefined,
      parameters: 0,
      weights: [{ name: `${name}.weight`, shape, type: 'float32', trained }],
      output: name,
      inputs: [],
    })),
    classNames: undefined,
    unsupported: [],
    program: undefined,
    warnings: [],
    storedWeight: () => assert.fail('not read'),
    readWeight: name => values.get(name)!,
  };
}

describe('weightsOf', () => {
  it('measures every dense layer by its name and their chain, outputs being rows', () => {
    const model = modelOf({ fc1: { op: 'Gemm', shape: [5, 3] }, fc2: { op: 'Gemm', shape: [2, 5] } });
    const result = weightsOf(model, provenance);
    assert.deepEqual(result.neuralPersistence.layers.map(layer => layer.name), ['fc1', 'fc2']); // prettier-ignore
    assert.deepEqual(result.deepGraphPersistence?.layers, ['fc1', 'fc2']);
    assert.deepEqual(result.warnings, []);
    const [first, second] = ['fc1.weight', 'fc2.weight'].map(name => model.readWeight(name));
    const turned = ({ shape, values }: { shape: readonly number[]; values: Float32Array }, name: string) => {
      const [rows, columns] = shape as [number, number];
      return { name, rows: columns, columns: rows, values: Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!) }; // prettier-ignore
    };
    const expected = deepGraphPersistence([turned(first!, 'fc1'), turned(second!, 'fc2')]);
    assert.equal(result.deepGraphPersistence?.value, expected.value);
  });

  it('takes the inputs as rows where the operator says so, or where nothing else fits', () => {
    const matmul = modelOf({ a: { op: 'MatMul', shape: [3, 5] }, b: { op: 'MatMul', shape: [5, 2] } });
    const undeclared = modelOf({ a: { op: 'Linear', shape: [3, 5] }, b: { op: 'Linear', shape: [5, 2] } });
    const value = weightsOf(matmul, provenance).deepGraphPersistence?.value;
    assert.ok(value !== undefined);
    assert.equal(weightsOf(undeclared, provenance).deepGraphPersistence?.value, value);
  });

  it('leaves convolutions, tables and what is not trained out, and names the convolutions', () => {
    const result = weightsOf(
      modelOf({
        conv: { op: 'Conv', shape: [4, 1, 3, 3] },
        table: { op: 'Gather', shape: [10, 4] },
        fixed: { op: 'MatMul', shape: [4, 4], trained: false },
        fc: { op: 'Gemm', shape: [2, 4] },
      }),
      provenance,
    );
    assert.deepEqual(result.neuralPersistence.layers.map(layer => layer.name), ['fc']); // prettier-ignore
    assert.match(result.warnings.map(warning => warning.message).join(), /^conv: left out/);
  });

  it('says why there is no deep graph persistence', () => {
    const result = weightsOf(
      modelOf({ a: { op: 'Gemm', shape: [5, 3] }, b: { op: 'Gemm', shape: [2, 4] } }),
      provenance,
    );
    assert.equal(result.deepGraphPersistence, null);
    assert.deepEqual(result.warnings.map(warning => warning.code), ['no-deep-graph-persistence']); // prettier-ignore
  });

  it('leaves a layer with NaN out and names the row, and refuses a model without a dense layer', () => {
    const broken = { op: 'Gemm', shape: [2, 2], values: Float32Array.of(1, 2, NaN, 4) };
    const result = weightsOf(modelOf({ broken, fc: { op: 'Gemm', shape: [2, 4] } }), provenance);
    assert.deepEqual(result.neuralPersistence.layers.map(layer => layer.name), ['fc']); // prettier-ignore
    assert.match(result.warnings[0]!.message, /row 1 of broken.weight holds NaN/);
    assert.throws(() => weightsOf(modelOf({ broken }), provenance), (error: unknown) => error instanceof Fault && error.code === 'empty'); // prettier-ignore
  });
});
