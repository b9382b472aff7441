import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { naturalOrder } from '../../src/base/naturalOrder';

describe('natural order', () => {
  it('counts as people do, part of a path by part', () => {
    const sorted = ['1', '2/b', '10/a', 'a1', 'a2.png', 'a10.png', 'a-1', 'b'];
    assert.deepEqual([...sorted].reverse().sort(naturalOrder), sorted);
  });
  it('is total: different texts are never equal, and turning round turns the sign', () => {
    const text = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'Z', '/', '.', '-', 'é') });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        assert.ok(Math.sign(naturalOrder(a, b)) + Math.sign(naturalOrder(b, a)) === 0);
        assert.equal(naturalOrder(a, b) === 0, a === b);
        if (naturalOrder(a, b) <= 0 && naturalOrder(b, c) <= 0) assert.ok(naturalOrder(a, c) <= 0);
      }),
    );
  });
});
