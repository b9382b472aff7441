import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pairedChange } from '../../src/analyses/pairedShares';

describe('the change of a share that is measured twice on the same rows', () => {
  it('has the interval that Agresti and Min give for their example', () => {
    // 1,600 voters asked twice about a prime minister: 150 changed to disapproval, 86 to approval.
    const { value, low, high } = pairedChange(86, 150, 1600);
    assert.ok(Math.abs(value + 0.04) < 1e-12);
    assert.ok(Math.abs(low + 0.059) < 1e-3 && Math.abs(high + 0.021) < 1e-3, `${low} to ${high}`);
  });

  it('is not without width where no row changed', () => {
    const { value, low, high } = pairedChange(0, 0, 360);
    assert.equal(value, 0);
    assert.ok(low < -0.004 && high > 0.004 && Math.abs(low + high) < 1e-12);
  });

  it('lies within −1 and 1, and is turned round when both are', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (gained, lost, same) => {
        const there = pairedChange(gained, lost, gained + lost + same);
        const back = pairedChange(lost, gained, gained + lost + same);
        assert.ok(there.low >= -1 && there.high <= 1 && there.low <= there.high);
        assert.ok(Math.abs(there.low + back.high) < 1e-12);
      }),
    );
  });
});
