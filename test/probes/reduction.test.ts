import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  channelsAt,
  drawOwnPositions,
  drawPositions,
  meanOverPositions,
  ownPositions,
  planReduction,
} from '../../src/probes/reduction';

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

describe('padded texts', () => {
  it('count their own tokens alone, along every axis of positions', () => {
    assert.deepEqual([...ownPositions(planReduction([4, 8], 1, 'mean'), 4, 3)!], [0, 1, 2]);
    assert.deepEqual([...ownPositions(planReduction([2, 3, 3], 0, 'mean'), 3, 2)!], [0, 1, 3, 4]);
    assert.equal(ownPositions(planReduction([8], undefined, undefined), 8, 2), undefined);
    assert.equal(ownPositions(planReduction([5, 8], 1, 'mean'), 4, 2), undefined);
  });
  it('have the mean that they would have without padding', () => {
    const plan = planReduction([4, 2], 1, 'mean');
    const mean = new Float32Array(2);
    meanOverPositions(plan, [1, 2, 3, 4, 1e6, 1e6, NaN, NaN], 0, mean, 0, ownPositions(plan, 4, 2));
    assert.deepEqual([...mean], [2, 3]);
  });
  it('have points drawn from their own tokens, each as likely as any other', () => {
    const own = [Uint32Array.of(0, 1), Uint32Array.of(0), Uint32Array.of(0, 1, 2)];
    assert.deepEqual([...drawOwnPositions(own, 4, 100, 0, 'x')], [0, 1, 4, 8, 9, 10]);
    const some = drawOwnPositions(own, 4, 3, 0, 'x');
    assert.equal(new Set(some).size, 3);
    assert.ok(some.every(at => [0, 1, 4, 8, 9, 10].includes(at)));
  });
});

function pick(plan: ReturnType<typeof planReduction>) {
  return [plan.reduction, plan.positions, plan.channels, plan.width];
}
