import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';
import { ridgeRegression } from '../../src/topology/ridgeRegression';

function linear(seed: number, count: number, inputs: number, outputs: number) {
  const random = new Random(seed);
  const normal = (size: number) => Float64Array.from({ length: size }, () => random.normal());
  const [x, weight, bias] = [normal(count * inputs), normal(inputs * outputs), normal(outputs)];
  const y = Float64Array.from({ length: count * outputs }, (_, at) => {
    const [i, q] = [Math.floor(at / outputs), at % outputs];
    let sum = bias[q]!;
    for (let p = 0; p < inputs; p++) sum += x[i * inputs + p]! * weight[p * outputs + q]!;
    return sum;
  });
  return { count, inputs, outputs, x, y, weight, bias };
}

describe('ridge regression', () => {
  it('finds a linear map that is there', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (seed, inputs, outputs) => {
          const { weight, bias, ...given } = linear(seed, 60, inputs, outputs);
          const fit = ridgeRegression({ ...given, ridge: 1e-12 });
          fit.weight.forEach((value, k) => assert.ok(Math.abs(value - weight[k]!) < 1e-6));
          fit.bias.forEach((value, k) => assert.ok(Math.abs(value - bias[k]!) < 1e-6));
        },
      ),
    );
  });

  it('minimises squares and ridge together: the gradient is nothing', () => {
    const { count, inputs, outputs, x, y } = linear(4, 30, 5, 2);
    const noisy = y.map((value, k) => value + Math.sin(7 * k));
    const ridge = 0.1;
    const { weight, bias } = ridgeRegression({ count, inputs, outputs, x, y: noisy, ridge });
    const mean = Array.from({ length: inputs }, (_, p) => Array.from({ length: count }, (__, i) => x[i * inputs + p]!).reduce((s, v) => s + v, 0) / count); // prettier-ignore
    const variance = mean.map((m, p) => Array.from({ length: count }, (_, i) => (x[i * inputs + p]! - m) ** 2).reduce((s, v) => s + v, 0)); // prettier-ignore
    const added = (ridge * variance.reduce((s, v) => s + v, 0)) / inputs;
    for (let p = 0; p < inputs; p++) {
      for (let q = 0; q < outputs; q++) {
        let gradient = added * weight[p * outputs + q]!;
        for (let i = 0; i < count; i++) {
          let error = bias[q]! - noisy[i * outputs + q]!;
          for (let r = 0; r < inputs; r++) error += x[i * inputs + r]! * weight[r * outputs + q]!;
          gradient += error * (x[i * inputs + p]! - mean[p]!);
        }
        assert.ok(Math.abs(gradient) < 1e-9);
      }
    }
  });

  it('gives finite weights for inputs that are copies of each other, or constant', () => {
    const count = 20;
    const x = Float64Array.from({ length: count * 3 }, (_, at) => (at % 3 === 2 ? 5 : Math.floor(at / 3)));
    const y = Float64Array.from({ length: count }, (_, i) => 2 * i + 1);
    const { weight, bias } = ridgeRegression({ count, inputs: 3, outputs: 1, x, y, ridge: 1e-9 });
    assert.ok(Math.abs(weight[0]! + weight[1]! - 2) < 1e-6);
    assert.equal(weight[2], 0);
    assert.ok(Math.abs(bias[0]! - 1) < 1e-4);
    const constant = ridgeRegression({ count, inputs: 3, outputs: 1, x: x.fill(1), y, ridge: 1e-3 });
    assert.ok([...constant.weight, ...constant.bias].every(Number.isFinite));
  });
});
