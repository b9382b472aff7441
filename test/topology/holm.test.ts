import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holm } from '../../src/topology/holm';

describe('holm', () => {
  it('multiplies by the tests that are left, and never falls', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((value, i) => assert.ok(Math.abs(adjusted[i]! - value) < 1e-12));
    assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
    assert.deepEqual(holm([]), []);
  });
});
