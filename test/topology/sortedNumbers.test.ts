import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { DistinctNumbers, sortedNumbers } from '../../src/topology/sortedNumbers';

const many = (count: number) => {
  const random = new Random(3, 'test/sortedNumbers');
  return Float64Array.from({ length: count }, () => random.normal());
};

describe('sortedNumbers', () => {
  it('has few and many numbers in the order that the language has them', () => {
    for (const count of [0, 1, 1000, 40_000]) {
      const numbers = many(count);
      assert.deepEqual(sortedNumbers(numbers.slice()), numbers.slice().sort());
    }
  });

  it('can be stopped', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => sortedNumbers(many(40_000), cancellation), isCancelled);
  });
});

describe('DistinctNumbers', () => {
  it('are those of a set, unless these are too many', () => {
    const number = fc.integer({ min: 0, max: 30 }).map(whole => whole / 7);
    fc.assert(
      fc.property(fc.array(number, { maxLength: 200 }), fc.integer({ min: 0, max: 40 }), (numbers, atMost) => {
        const distinct = new DistinctNumbers(atMost);
        for (const value of numbers) distinct.add(value);
        const expected = Float64Array.from(new Set(numbers)).sort();
        assert.deepEqual(distinct.sorted(), expected.length > atMost ? undefined : expected);
        assert.equal(distinct.tooMany, expected.length > atMost);
      }),
      { seed: 20261126 },
    );
  });
});
