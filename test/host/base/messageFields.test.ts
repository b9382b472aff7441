import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isIndex, isNumberIn, isRecord, isText, rowsIn } from '../../../src/host/base/messageFields';

describe('fields of a view’s message', () => {
  it('are rows of a file, as a list or as an array of numbers, and never more than are asked for', () => {
    assert.deepEqual(rowsIn([3, 0, 2 ** 32 - 1], 3), [3, 0, 2 ** 32 - 1]);
    assert.deepEqual(rowsIn(Uint32Array.of(1, 2), 3), [1, 2]);
    for (const other of [[], [1, 2, 3, 4], [1.5], [-1], [2 ** 32], ['1'], [null], 'rows', 7, { length: 1, 0: 1 }])
      assert.equal(rowsIn(other, 3), undefined, JSON.stringify(other));
  });

  it('are numbers that count something, or lie in a range', () => {
    for (const index of [0, 7, Number.MAX_SAFE_INTEGER]) assert.ok(isIndex(index));
    for (const other of [-1, 0.5, 2 ** 53, NaN, Infinity, '0', null, undefined]) assert.ok(!isIndex(other));
    assert.ok(isNumberIn(0.3, 0, 0.9) && !isNumberIn(NaN, 0, 0.9) && !isNumberIn(1, 0, 0.9));
  });

  it('are texts of a bounded length, and objects that are no lists', () => {
    assert.ok(isText('fc1', 3) && !isText('fc10', 3) && !isText('', 3) && !isText(1, 3));
    assert.ok(isRecord({}) && !isRecord([]) && !isRecord(null) && !isRecord('a'));
  });
});
