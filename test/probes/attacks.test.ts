import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';
import { attackRow, marginOf, within } from '../../src/probes/attacks';
import { attackByDifferences } from '../../src/probes/estimatedGradients';
import { PiecewiseBuilder } from '../../src/probes/piecewise/piecewiseBuilder';
import { PiecewisePass } from '../../src/probes/piecewise/piecewiseNetwork';

/** Class 0 where 2x − y > 0. */
function linear(): PiecewisePass {
  const builder = new PiecewiseBuilder(2);
  return new PiecewisePass(builder.network(builder.dense(0, 2, 2, 1, Float64Array.of(2, -1, 0, 0), undefined, 'head')));
}
const range = [-10, 10] as const;

describe('marginOf', () => {
  it('is over the best other class, and that of a single score by its sign', () => {
    assert.deepEqual(marginOf([1, 4, 3], 1), { margin: 1, other: 2 });
    assert.deepEqual(marginOf([1, 4, 3], 0), { margin: -3, other: 1 });
    assert.deepEqual(marginOf([-2], 0), { margin: 2, other: 1 });
    assert.deepEqual(marginOf([-2], 1), { margin: -2, other: 0 });
  });
});

describe('attackRow', () => {
  it('breaks a linear network exactly where that can be done, in one step and in many', () => {
    // At (1, 1) the margin is 1, and a box of r takes 3r off it.
    for (const steps of [1, 20])
      for (const [epsilon, breaks] of [
        [0.34, true],
        [0.33, false],
      ] as const) {
        const found = attackRow(linear(), [1, 1], 0, { epsilon, steps, restarts: 1, range }, new Random(0));
        assert.equal(found.margin < 0, breaks, `${steps} steps of ${epsilon}`);
      }
  });

  it('stays in the range of the data', () => {
    const found = attackRow(
      linear(),
      [1, 1],
      0,
      { epsilon: 5, steps: 20, restarts: 3, range: [0.9, 1.1] },
      new Random(0),
    );
    assert.ok(found.margin > 0 && found.row.every(value => value > 0.899 && value < 1.101));
  });

  it('ends in the box, whatever rounding does', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, min: -1e6, max: 1e6 }),
        fc.double({ min: 1e-9, max: 10, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        (from, epsilon, by) => {
          const moved = within(from + by, from, epsilon, [-1e5, 1e5]);
          assert.equal(Math.fround(moved), moved);
          assert.ok(Math.abs(moved - from) <= epsilon * (1 + 1e-12) || moved === from, `${moved} from ${from}`);
        },
      ),
    );
  });
});

describe('attackByDifferences', () => {
  it('finds what the gradient finds, along each value and along random directions', async () => {
    for (const width of [2, 80]) {
      const rows = new Float32Array(width).fill(1);
      const score = (row: Float32Array) => row.reduce((sum, x, k) => sum + (k === 0 ? 2 : k === 1 ? -1 : 0) * x, 0);
      const ask = (asked: Float32Array, count: number) =>
        Promise.resolve(Float32Array.from({ length: 2 * count }, (_, k) => (k % 2 === 1 ? 0 : score(asked.subarray((k / 2) * width, (k / 2 + 1) * width))))); // prettier-ignore
      const given = { rows, width, labels: [0] };
      const found = await attackByDifferences(ask, given, { epsilon: 0.5, steps: 10, range }, 0);
      assert.ok(score(found) < 0, `${width} values: ${score(found)}`);
      assert.ok(found.every(value => Math.abs(value - 1) <= 0.5));
      const near = await attackByDifferences(ask, given, { epsilon: 0.3, steps: 10, range }, 0);
      assert.ok(score(near) > 0);
    }
  });
});
