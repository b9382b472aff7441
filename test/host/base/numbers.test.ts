import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sayBytes, sayCount, sayDuration } from '../../../src/host/base/numbers';
import { english } from '../../../src/host/base/translate';

describe('Numbers in sentences', () => {
  it('are durations as people say them', () => {
    const said = [3, 420, 1500, 12_400, 99_000, 180_000, 7_200_000, 36_000_000].map(time => sayDuration(time, english));
    assert.deepEqual(said, ['0.1 s', '0.4 s', '1.5 s', '12 s', '99 s', '3 min', '2 h', '10 h']);
  });

  it('are amounts of memory', () => {
    const said = [10, 2048, 5 * 2 ** 20, 1.4 * 2 ** 30].map(bytes => sayBytes(bytes, english));
    assert.deepEqual(said, ['1 KB', '2 KB', '5 MB', '1.4 GB']);
  });

  it('are counts with their thousands set apart', () => {
    assert.equal(sayCount(1234567), '1,234,567');
  });
});
