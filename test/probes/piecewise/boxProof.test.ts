import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/random';
import { attackRow } from '../../../src/probes/attacks';
import { BoxProof } from '../../../src/probes/piecewise/boxProof';
import { sigmoid } from '../../../src/probes/piecewise/monotoneFunctions';
import { PiecewiseBuilder } from '../../../src/probes/piecewise/piecewiseBuilder';
import { PiecewisePass, type PiecewiseNetwork } from '../../../src/probes/piecewise/piecewiseNetwork';
import { denseNetwork, imageNetwork, largestOf, randomRow } from './randomNetwork';

const anywhere = [-Infinity, Infinity] as const;

/** No attack, and no corner of the box, is given another class within the proved radius. */
function checkProof(network: PiecewiseNetwork, seed: number, restarts: number): number {
  const pass = new PiecewisePass(network);
  const row = randomRow(seed, network.sizes[0]!);
  const scores = pass.forward(row);
  const label = scores.length === 1 ? Number(scores[0]! > 0) : largestOf(scores);
  const radius = new BoxProof(network).radius(row, label, 10);
  if (radius === 0) return 0;
  const random = new Random(seed, 'attack');
  const { margin } = attackRow(pass, row, label, { epsilon: radius, steps: 10, restarts, range: anywhere }, random);
  assert.ok(margin > 0, `radius ${radius} of seed ${seed} is broken: ${margin}`);
  for (let corner = 0; corner < 50; corner++) {
    const moved = pass.forward(row.map(x => x + (random.uniform() < 0.5 ? -radius : radius)));
    const given = moved.length === 1 ? Number(moved[0]! > 0) : largestOf(moved);
    assert.equal(given, label, `a corner of radius ${radius} of seed ${seed}`);
  }
  return radius;
}

describe('BoxProof', () => {
  it('has a radius that no attack breaks, of dense networks and of images', () => {
    let proved = 0;
    fc.assert(
      fc.property(fc.nat(100_000), seed => {
        if (checkProof(denseNetwork(seed, [5, 8, 8, 3]), seed, 5) > 0) proved++;
        if (checkProof(denseNetwork(seed, [3, 6, 1]), seed, 5) > 0) proved++;
        if (checkProof(imageNetwork(seed), seed, 3) > 0) proved++;
      }),
      { numRuns: 25 },
    );
    assert.ok(proved > 50, `${proved} of 75 proved at all`);
  });

  it('holds against 200 restarts on small networks', () => {
    const radii = [0, 1, 2, 3, 4].map(seed => checkProof(denseNetwork(seed, [6, 10, 10, 3]), seed, 200));
    assert.ok(
      radii.every(radius => radius > 0),
      radii.join(),
    );
    assert.ok(Math.max(...radii) > 0.01, radii.join());
  });

  it('is the exact distance to the boundary of a linear network, but for what rounding takes', () => {
    // Scores 2x − y and 0: at (3, 1) the margin is 5, and falls by 3 for each unit of the box.
    const builder = new PiecewiseBuilder(2);
    const value = builder.dense(0, 2, 2, 1, Float64Array.of(2, -1, 0, 0), undefined, 'head');
    const radius = new BoxProof(builder.network(value)).radius([3, 1], 0, 10);
    assert.ok(radius < 5 / 3 && radius > (5 / 3) * 0.97, `${radius}`);
  });

  it('proves nothing for the class that a network does not give', () => {
    const network = denseNetwork(1, [5, 8, 3]);
    const row = randomRow(1, 5);
    const label = largestOf(new PiecewisePass(network).forward(row));
    assert.equal(new BoxProof(network).radius(row, (label + 1) % 3, 10), 0);
    assert.equal(new BoxProof(network).holds(row, 100, label), false);
  });

  it('counts what float32 may do: margins within its rounding are not proved', () => {
    // (1e8 + x) − 1e8 is 0 in float32 for x below 4, whatever the sign of x.
    const builder = new PiecewiseBuilder(1);
    const large = builder.scale(0, Float64Array.of(1), Float64Array.of(1e8), Float64Array.of(1e8), 'up');
    const small = builder.scale(large, Float64Array.of(1), Float64Array.of(-1e8), Float64Array.of(1e8), 'down');
    const proof = new BoxProof(builder.network(small));
    assert.equal(proof.radius([1], 1, 1), 0);
    assert.ok(proof.radius([1000], 1, 2000) > 0);
  });

  it('refuses networks with smooth functions', () => {
    assert.throws(() => new BoxProof(denseNetwork(0, [2, 3, 2], sigmoid)), /piecewise linear/);
  });
});
