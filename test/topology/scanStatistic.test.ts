import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scanStatistic } from '../../src/topology/scanStatistic';

describe('scanStatistic', () => {
  it('is 0 where the rate inside is that outside, or less, and for none and all of the rows', () => {
    assert.equal(scanStatistic(2, 10, 20, 100), 0);
    assert.equal(scanStatistic(1, 10, 20, 100), 0);
    assert.equal(scanStatistic(0, 0, 20, 100), 0);
    assert.equal(scanStatistic(20, 100, 20, 100), 0);
  });

  it('is the log of the ratio of likelihoods, worked out by hand', () => {
    // Inside 3 of 4, outside 1 of 6, in all 4 of 10.
    const likelihood = (hits: number, of: number) => (hits / of) ** hits * (1 - hits / of) ** (of - hits);
    const expected = Math.log((likelihood(3, 4) * likelihood(1, 6)) / likelihood(4, 10));
    assert.ok(Math.abs(scanStatistic(3, 4, 4, 10) - expected) < 1e-12);
  });

  it('grows with the errors inside, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(40),
        (inside, outside, more) => {
          const all = inside + outside;
          const allErrors = Math.min(all, more);
          let before = 0;
          for (let errors = Math.max(0, allErrors - outside); errors <= Math.min(inside, allErrors); errors++) {
            const score = scanStatistic(errors, inside, allErrors, all);
            assert.ok(score >= before - 1e-9, `${errors} of ${inside}: ${score} after ${before}`);
            before = score;
          }
        },
      ),
    );
  });
});
