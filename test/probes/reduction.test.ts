import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { channelsAt, drawPositions, meanOverPositions, planReduction } from '../../src/probes/reduction';

describe('a reduction', () => {
  it('takes vectors as they are, means of images over their positions, of sentences over their tokens', () => {
    assert.equal(planReduction([10], undefined, undefined).reduction, 'none');
    assert.equal(planReduction([10], undefined, 'positions').reduction, 'none');
    assert.deepEqual(pick(planReduction([4, 8, 8], undefined, undefined)), ['mean', 64, 4, 4]);
    assert.deepEqual(pick(planReduction([24, 64], undefined, undefined)), ['mean', 24, 64, 64]);
    assert.deepEqual(pick(planReduction([8, 8, 4], 2, undefined)), ['mean', 64, 4, 4]);
    assert.deepEqual(pick(planReduction([4, 20], 0, undefined)), ['mean', 20, 4, 4]);
    assert.deepEqual(pick(planReduction([4, 8, 8], undefined, 'flatten')), ['flatten', 64, 4, 256]);
  });

  it('by mean is the mean of all positions’ channels, wherever the channels are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        fc.nat(3),
        fc.integer(),
        (shape, axisSeed, seed) => {
          const plan = planReduction(shape, axisSeed % shape.length, 'mean');
          const size = plan.channels * plan.positions;
          const row = Float32Array.from({ length: size + 3 }, (_, i) => Math.sin(i + seed));
          const mean = new Float32Array(plan.width);
          meanOverPositions(plan, row, 3, mean, 0);
          const sum = new Float64Array(plan.width);
          const point = new Float32Array(plan.channels);
          for (let position = 0; position < plan.positions; position++) {
            channelsAt(plan, row, 3, position, point, 0);
            point.forEach((value, c) => (sum[c]! += value));
          }
          mean.forEach((value, c) => assert.ok(Math.abs(value - sum[c]! / plan.positions) < 1e-6));
        },
      ),
      { seed: 20261124 },
    );
  });

  it('by positions draws without replacement, in order, the same for the same seed', () => {
    const drawn = drawPositions(1000, 1_000_000, 500, 3, 'conv1');
    assert.equal(drawn.length, 500);
    assert.equal(new Set(drawn).size, 500);
    assert.deepEqual(
      [...drawn],
      [...drawn].sort((a, b) => a - b),
    );
    assert.ok(drawn.every(at => at >= 0 && at < 1e9));
    assert.deepEqual(drawPositions(1000, 1_000_000, 500, 3, 'conv1'), drawn);
    assert.notDeepEqual(drawPositions(1000, 1_000_000, 500, 3, 'conv2'), drawn);
    assert.deepEqual([...drawPositions(2, 3, 100, 0, 'x')], [0, 1, 2, 3, 4, 5]);
  });
});

function pick(plan: ReturnType<typeof planReduction>) {
  return [plan.reduction, plan.positions, plan.channels, plan.width];
}
