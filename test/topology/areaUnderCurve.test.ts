import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { areaUnderCurve } from '../../src/topology/areaUnderCurve';

describe('areaUnderCurve', () => {
  it('is the share of pairs that are in order, ties counting half', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(scores, scores, (first, second) => {
        let wins = 0;
        for (const a of first) for (const b of second) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const { value, low, high } = areaUnderCurve(first, second);
        assert.ok(Math.abs(value - wins / (first.length * second.length)) < 1e-12);
        assert.ok(low <= value && value <= high);
      }),
    );
  });

  it('knows nothing of an empty group', () => {
    assert.deepEqual(areaUnderCurve([], [1]), { value: 0.5, low: 0, high: 1 });
  });
});
