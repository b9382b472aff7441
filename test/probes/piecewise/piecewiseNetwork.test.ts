import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hyperbolicTangent } from '../../../src/probes/piecewise/monotoneFunctions';
import { PiecewisePass, type PiecewiseNetwork } from '../../../src/probes/piecewise/piecewiseNetwork';
import { denseNetwork, imageNetwork, randomRow } from './randomNetwork';

/** The gradient against central differences, at places where the network has no corner in between. */
function checkGradient(network: PiecewiseNetwork, seed: number): void {
  const pass = new PiecewisePass(network);
  const row = randomRow(seed, network.sizes[0]!);
  const weights = randomRow(seed + 1, network.sizes[network.output]!);
  const value = (at: Float64Array) => pass.forward(at).reduce((sum, score, k) => sum + weights[k]! * score, 0);
  value(row);
  const gradient = Float64Array.from(pass.backward(weights));
  const step = 1e-6;
  let compared = 0;
  gradient.forEach((slope, k) => {
    const moved = (by: number) => value(row.map((x, at) => (at === k ? x + by : x)));
    const ahead = (moved(step) - moved(0)) / step;
    const behind = (moved(0) - moved(-step)) / step;
    if (Math.abs(ahead - behind) > 1e-4) return;
    compared++;
    assert.ok(Math.abs((ahead + behind) / 2 - slope) < 1e-4 * (1 + Math.abs(slope)), `${k}: ${slope}, not ${ahead}`);
  });
  assert.ok(compared > gradient.length / 2);
}

describe('PiecewisePass', () => {
  it('has the gradient that differences have, of dense layers, smooth ones, and of images', () => {
    fc.assert(
      fc.property(fc.nat(1000), seed => {
        checkGradient(denseNetwork(seed, [6, 9, 7, 3]), seed);
        checkGradient(denseNetwork(seed, [4, 5, 2], hyperbolicTangent), seed);
        checkGradient(imageNetwork(seed), seed);
        checkGradient(imageNetwork(seed, true), seed);
      }),
      { numRuns: 20 },
    );
  });

  it('gives an image the same scores in either layout', () => {
    const [first, last] = [imageNetwork(3), imageNetwork(3, true)];
    const row = randomRow(5, 40);
    const moved = Float64Array.from(row, (_, k) => row[(k % 2) * 20 + Math.floor(k / 2)]!);
    // The head reads its values in another order, so that only what comes before it can be compared.
    const sorted = (network: PiecewiseNetwork, given: Float64Array) => {
      const pass = new PiecewisePass(network);
      pass.forward(given);
      const before = network.steps.at(-1)!;
      return [...pass.value(before.kind === 'linear' ? before.input : 0)].sort((a, b) => a - b);
    };
    const scales = (network: PiecewiseNetwork) => network.steps.some(step => step.kind === 'maximum');
    assert.ok(scales(first) && scales(last));
    const pooled = (network: PiecewiseNetwork, given: Float64Array) => {
      const pass = new PiecewisePass(network);
      pass.forward(given);
      const step = network.steps.find(one => one.kind === 'maximum')!;
      return [...pass.value(step.output)].sort((a, b) => a - b);
    };
    pooled(first, row).forEach((value, k) => assert.ok(Math.abs(value - pooled(last, moved)[k]!) < 1e-9));
    assert.equal(sorted(first, row).length, sorted(last, moved).length);
  });
});
