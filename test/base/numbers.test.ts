import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRoundPercent,
  formatShape,
  formatShareRange,
  roughDurationOf,
} from '../../src/base/numbers';

describe('numbers as they are read', () => {
  it('have three significant digits', () => {
    const cases: [number | undefined, string][] = [
      [0, '0'],
      [1, '1.00'],
      [0.0123456, '0.0123'],
      [0.00123456, '0.00123'],
      [0.000012345, '1.23·10⁻⁵'],
      [12.3456, '12.3'],
      [999.6, '1,000'],
      [123.456, '123'],
      [12_345, '12,300'],
      [1_234_567, '1.23·10⁶'],
      [-4.5, '−4.50'],
      [Infinity, '∞'],
      [-Infinity, '−∞'],
      [NaN, '–'],
      [undefined, '–'],
    ];
    for (const [value, text] of cases) assert.equal(formatNumber(value), text);
  });

  it('never read NaN, 0.000 or undefined', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300 }), value => {
        for (const text of [formatNumber(value), formatCount(value), formatPercent(value), formatDuration(value)])
          assert.doesNotMatch(text, /NaN|undefined|Infinity|^−?0\.0+$/);
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it('stay within half a unit of the third digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 9.9e5, noNaN: true }), value => {
        const read = Number(formatNumber(value).replaceAll(',', ''));
        assert.ok(Math.abs(read - value) <= 0.005001 * value, `${value} reads ${read}`);
      }),
      { seed: 6 },
    );
  });

  it('count exactly and set thousands apart', () => {
    assert.equal(formatCount(999), '999');
    assert.equal(formatCount(1797), '1,797');
    assert.equal(formatCount(0), '0');
    assert.equal(formatCount(1_234_567), '1,234,567');
    assert.equal(formatQuantity(1, 'row'), '1 row');
    assert.equal(formatQuantity(1437, 'row'), '1,437 rows');
    assert.equal(formatQuantity(2, 'class', 'classes'), '2 classes');
  });

  it('are percentages with their interval', () => {
    assert.equal(formatPercent(0.9639), '96.4 %');
    assert.equal(formatPercent(1), '100 %');
    assert.equal(formatPercent(NaN), '–');
    assert.equal(formatRoundPercent(0.03), '3 %');
    assert.equal(formatShareRange(0.939, 0.9787), '93.9–97.9');
  });

  it('are times that people say', () => {
    const said = [0, 380, 999.6, 2400, 9960, 59_700, 200_000, 3_600_000, 7_500_000].map(formatDuration);
    assert.deepEqual(said, ['0 ms', '380 ms', '1 s', '2.4 s', '10 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min']);
    const rough = [3, 420, 1500, 12_400, 99_000, 180_000, 7_200_000, 36_000_000].map(roughDurationOf);
    assert.deepEqual(
      rough.map(({ value, unit }) => `${value} ${unit}`),
      ['100 ms', '400 ms', '1.5 s', '12 s', '99 s', '3 min', '2 h', '10 h'],
    );
  });

  it('are sizes as editors write them', () => {
    const sizes = [0, 999, 1000, 76_885, 1.4 * 2 ** 30, 9.97 * 2 ** 20, 1000 * 2 ** 20, 2 ** 61];
    assert.deepEqual(sizes.map(formatBytes), ['0 B', '999 B', '1 KB', '75 KB', '1.4 GB', '10 MB', '1 GB', '2,048 PB']);
  });

  it('are shapes', () => {
    assert.equal(formatShape([40, 8, 8]), '40×8×8');
    assert.equal(formatShape([null, 8]), '?×8');
    assert.equal(formatShape([]), 'scalar');
    assert.equal(formatShape(undefined), '–');
  });
});
