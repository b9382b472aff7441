import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';
import { foldingOrder, type ReadUnits } from '../../src/topology/mergeFiltration';
import { ridgeSolve } from '../../src/topology/ridgeSolve';

/** Units as samples × units, and the weights that they are read with. */
function readsOf(values: readonly (readonly number[])[], weights: readonly (readonly number[])[]): ReadUnits {
  const width = weights.length;
  const n = values.length;
  const mean = Array.from({ length: width }, (_, f) => values.reduce((sum, row) => sum + row[f]!, 0) / n);
  const covariance = new Float64Array(width * width);
  const inner = new Float64Array(width * width);
  let scale = 0;
  for (let f = 0; f < width; f++)
    for (let g = 0; g < width; g++) {
      for (const row of values) covariance[f * width + g]! += ((row[f]! - mean[f]!) * (row[g]! - mean[g]!)) / n;
      weights[f]!.forEach((value, k) => (inner[f * width + g]! += value * weights[g]![k]!));
      scale += covariance[f * width + g]! * inner[f * width + g]!;
    }
  return {
    features: Int32Array.from({ length: width }, (_, f) => f),
    slots: 1,
    together: false,
    width,
    covariance,
    weights: inner,
    scale,
  };
}

function gaussian(rows: number, columns: number, seed: number): number[][] {
  const random = new Random(seed, 'merge filtration');
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.normal()));
}

const permuted = <T>(list: readonly T[], order: readonly number[]) => order.map(i => list[i]!);

describe('the merge filtration', () => {
  it('folds what does not vary at no cost, then duplicates, and jumps after them', () => {
    const noise = gaussian(400, 2, 9).map(row => row.map(value => 1e-3 * value));
    const values = gaussian(400, 6, 1).map((row, i) => [
      ...row,
      row[0]! + noise[i]![0]!,
      -2 * row[1]! + 3 + noise[i]![1]!,
      0,
    ]);
    const { order, into, cost } = foldingOrder(9, [readsOf(values, gaussian(9, 4, 2))]);
    assert.equal(order[0], 8);
    assert.equal(cost[0], 0);
    const pairs = [1, 2].map(step => [order[step]!, into[step]!].sort().join());
    assert.deepEqual(pairs.sort(), ['0,6', '1,7']);
    assert.ok(cost[2]! < 1e-3);
    assert.ok(cost[3]! > 60 * cost[2]!);
  });

  it('costs σ‖w‖√(1 − ρ²) over the spread of what reads the units', () => {
    const values = gaussian(300, 2, 3).map(([a, b]) => [a!, 0.8 * a! + 0.6 * b!]);
    const reads = readsOf(values, [[2, 0], [0, 0.5]]); // prettier-ignore
    const [v0, v1, c] = [reads.covariance[0]!, reads.covariance[3]!, reads.covariance[1]!];
    const expected = Math.sqrt((v1 * 0.25 * (1 - (c * c) / (v0 * v1))) / reads.scale);
    const { order, cost } = foldingOrder(2, [reads]);
    assert.equal(order[0], 1);
    assert.ok(Math.abs(cost[0]! - expected) < 1e-12);
  });

  it('of units of several channels takes a head that turns the channels of another for its repetition', () => {
    const values = gaussian(300, 5, 3).map(([a, b, c, d, e]) => [
      a!,
      b!,
      c!,
      d!,
      0.6 * a! - 0.8 * b!,
      0.8 * a! + 0.6 * b! + 1e-4 * e!,
    ]);
    const reads = readsOf(values, gaussian(6, 3, 4));
    const heads = { ...reads, slots: 2, features: Int32Array.of(0, 1, 2, 3, 4, 5) };
    const turned = foldingOrder(3, [{ ...heads, together: true }]);
    assert.deepEqual([turned.order[0], turned.into[0]].sort(), [0, 2]);
    assert.ok(turned.cost[0]! < 1e-3);
    assert.ok(turned.cost[1]! > 60 * turned.cost[0]!);
    // Slot by slot it would be missed.
    assert.ok(foldingOrder(3, [heads]).cost[0]! > 0.1);
  });

  it('is the same whatever the order of the units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), seed => {
        const values = gaussian(60, 7, seed);
        const weights = gaussian(7, 3, seed + 1);
        const order = Array.from(new Random(seed, 'order').permutation(7));
        const one = foldingOrder(7, [readsOf(values, weights)]);
        const other = foldingOrder(7, [
          readsOf(
            values.map(row => permuted(row, order)),
            permuted(weights, order),
          ),
        ]);
        assert.deepEqual(
          Array.from(other.order, unit => order[unit]!),
          [...one.order],
        );
        other.cost.forEach((cost, step) => assert.ok(Math.abs(cost - one.cost[step]!) < 1e-9));
      }),
      { numRuns: 30 },
    );
  });
});

describe('ridge regression in closed form', () => {
  it('solves (A + λI) X = B', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 1e6 }), (size, seed) => {
        const factors = gaussian(size, size + 2, seed);
        const matrix = Float64Array.from({ length: size * size }, (_, at) => {
          const [i, j] = [Math.floor(at / size), at % size];
          return factors[i]!.reduce((sum, value, k) => sum + value * factors[j]![k]!, 0);
        });
        const right = Float64Array.from(gaussian(size, 2, seed + 1).flat());
        const trace = Array.from({ length: size }, (_, i) => matrix[i * size + i]!).reduce((a, b) => a + b, 0);
        const answer = right.slice();
        ridgeSolve(matrix.slice(), answer, size, 2, 1e-3);
        for (let i = 0; i < size; i++)
          for (let c = 0; c < 2; c++) {
            let sum = ((1e-3 * trace) / size) * answer[i * 2 + c]!;
            for (let j = 0; j < size; j++) sum += matrix[i * size + j]! * answer[j * 2 + c]!;
            assert.ok(Math.abs(sum - right[i * 2 + c]!) < 1e-6 * (1 + trace));
          }
      }),
      { numRuns: 40 },
    );
  });

  it('has an answer for matrices that are not of full rank, and for nothing but zeros', () => {
    const right = Float64Array.of(1, 1);
    ridgeSolve(Float64Array.of(1, 1, 1, 1), right, 2, 1, 0);
    assert.ok(right.every(Number.isFinite));
    const none = Float64Array.of(3, 4);
    ridgeSolve(new Float64Array(4), none, 2, 1, 1e-4);
    assert.deepEqual([...none], [0, 0]);
  });
});
