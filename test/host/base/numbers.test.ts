import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sayBytes, sayCount, sayDuration, sayRoughDuration } from '../../../src/host/base/numbers';
import { english } from '../../../src/host/base/translate';

describe('Numbers in sentences of the editor', () => {
  it('are durations, as they were and as they are expected', () => {
    assert.equal(sayDuration(200_400, english), '3 min 20 s');
    assert.equal(sayRoughDuration(200_400, english), '3 min');
  });

  it('are amounts of memory', () => {
    const said = [10, 2048, 5 * 2 ** 20, 1.4 * 2 ** 30].map(bytes => sayBytes(bytes, english));
    assert.deepEqual(said, ['10 B', '2 KB', '5 MB', '1.4 GB']);
  });

  it('are counts with their thousands set apart', () => {
    assert.equal(sayCount(1234567), '1,234,567');
  });
});
