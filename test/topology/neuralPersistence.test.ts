import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { deepGraphPersistence } from '../../src/topology/deepGraphPersistence';
import { neuralPersistence, type WeightMatrix } from '../../src/topology/neuralPersistence';
import { UnionFind } from '../../src/topology/unionFind';
import { readFixture } from './fixture';

type Measure = 'value' | 'official' | 'variance' | 'varianceScaled';

interface Case {
  readonly id: string;
  readonly layers: readonly (WeightMatrix & { readonly expected: Readonly<Record<Measure, number>> })[];
  readonly mean: number;
  readonly meanOfficial: number;
}

const matrix = (name: string, rows: readonly (readonly number[])[]): WeightMatrix => ({
  name,
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: rows.flat(),
});

function randomMatrix(rows: number, columns: number, seed: number): WeightMatrix {
  const random = new Random(seed);
  return {
    name: `w${seed}`,
    rows,
    columns,
    values: Float64Array.from({ length: rows * columns }, () => random.normal()),
  };
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

describe('neuralPersistence', () => {
  for (const { id, layers, mean, meanOfficial } of readFixture<Case>('neuralPersistence.json'))
    it(`equals the reference: ${id}`, () => {
      const result = neuralPersistence(layers.map(layer => ({ ...layer, values: Float32Array.from(layer.values) })));
      close(result.mean, mean);
      close(result.meanOfficial, meanOfficial);
      layers.forEach(({ expected }, i) => {
        for (const [measure, value] of Object.entries(expected)) close(result.layers[i]![measure as Measure], value);
      });
    });

  it('tells the two conventions apart as the papers do: equal weights give 0, or 1/√5 for 2 × 4', () => {
    const equal = matrix('equal', [[3, 3, 3, 3], [-3, 3, 3, -3]]); // prettier-ignore
    const { mean, meanOfficial } = neuralPersistence([equal]);
    assert.equal(mean, 0);
    close(meanOfficial, 1 / Math.sqrt(5));
  });

  it('does not change when layers are transposed or all weights are scaled', () => {
    const layer = randomMatrix(7, 4, 1);
    const turned = { ...layer, rows: 4, columns: 7, values: Float64Array.from({ length: 28 }, (_, i) => -5 * layer.values[(i % 7) * 4 + Math.floor(i / 7)]!) }; // prettier-ignore
    close(neuralPersistence([turned]).mean, neuralPersistence([layer]).mean);
  });

  it('refuses weights that are not finite, naming the row, and networks without weights', () => {
    const broken = matrix('fc2', [[1, 2], [3, NaN]]); // prettier-ignore
    assert.throws(() => neuralPersistence([broken]), /Row 1 of the weights of fc2 holds NaN/);
    assert.throws(() => neuralPersistence([]), Fault);
  });
});

describe('deepGraphPersistence', () => {
  /** By the definition: standardise, then join units of the whole network edge by edge, strongest first. */
  function byFiltration(layers: readonly WeightMatrix[]): number {
    const standardised = layers.map(({ values }) => {
      const list = Array.from(values);
      const mean = list.reduce((sum, w) => sum + w, 0) / list.length;
      const deviation = Math.sqrt(list.reduce((sum, w) => sum + (w - mean) ** 2, 0) / list.length);
      return list.map(w => Math.abs(w - mean) / deviation);
    });
    // Directed paths from every input: the threshold at which an output is reached falls through all weights.
    const inputs = layers[0]!.rows;
    const outputs = layers.at(-1)!.columns;
    const thresholds = [...new Set(standardised.flat())].sort((a, b) => b - a);
    const joined = Array.from({ length: inputs * outputs }, () => 0);
    for (const threshold of thresholds)
      for (let input = 0; input < inputs; input++) {
        let reached = new Set([input]);
        layers.forEach(({ columns }, l) => {
          const next = new Set<number>();
          for (const unit of reached)
            for (let c = 0; c < columns; c++) if (standardised[l]![unit * columns + c]! >= threshold) next.add(c);
          reached = next;
        });
        for (const output of reached) if (joined[input * outputs + output] === 0) joined[input * outputs + output] = threshold; // prettier-ignore
      }
    // Kruskal on inputs and outputs.
    const largest = Math.max(...joined);
    const order = joined.map((_, i) => i).sort((a, b) => joined[b]! - joined[a]!);
    const sets = new UnionFind(inputs + outputs);
    let sum = 0;
    for (const edge of order)
      if (sets.union(Math.floor(edge / outputs), inputs + (edge % outputs)) >= 0)
        sum += (1 - joined[edge]! / largest) ** 2;
    return Math.sqrt(sum / (inputs + outputs - 1));
  }

  it('is the neural persistence of the filtration of the whole network', () => {
    for (let seed = 0; seed < 20; seed++) {
      const layers = [randomMatrix(5, 6, seed), randomMatrix(6, 4, seed + 100), randomMatrix(4, 3, seed + 200)];
      close(deepGraphPersistence(layers).value, byFiltration(layers));
    }
  });

  it('of one layer is neural persistence of its standardised weights', () => {
    const layer = randomMatrix(6, 5, 3);
    const list = Array.from(layer.values);
    const mean = list.reduce((sum, w) => sum + w, 0) / list.length;
    const { mean: expected, meanOfficial } = neuralPersistence([{ ...layer, values: list.map(w => w - mean) }]);
    close(deepGraphPersistence([layer]).value, expected);
    close(deepGraphPersistence([layer]).official, meanOfficial);
  });

  it('does not change when one layer alone is scaled and shifted: its variance is out', () => {
    const [a, b] = [randomMatrix(4, 5, 1), randomMatrix(5, 3, 2)];
    const other = { ...b, values: Array.from(b.values, w => 40 * w + 7) };
    close(deepGraphPersistence([a, other]).value, deepGraphPersistence([a, b]).value);
  });

  it('refuses layers that do not follow each other', () => {
    assert.throws(() => deepGraphPersistence([randomMatrix(4, 5, 1), randomMatrix(4, 3, 2)]), /takes 4 inputs, but w1 before it has 5 outputs/); // prettier-ignore
  });
});
