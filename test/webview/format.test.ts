import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { toCsv } from '../../webview/format/csv';
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatPercentRange,
  formatRemaining,
  formatShape,
} from '../../webview/format/numbers';

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
      [NaN, '–'],
      [undefined, '–'],
    ];
    for (const [value, text] of cases) assert.equal(formatNumber(value), text);
  });

  it('never read NaN, 0.000 or undefined', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e300, max: 1e300 }), value => {
        for (const text of [formatNumber(value), formatCount(value), formatPercent(value), formatDuration(value)]) {
          assert.doesNotMatch(text, /NaN|undefined|Infinity|^−?0\.0+$/);
        }
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
    assert.equal(formatCount(1797), '1,797');
    assert.equal(formatCount(0), '0');
    assert.equal(formatCount(1_234_567), '1,234,567');
  });

  it('are percentages with their interval', () => {
    assert.equal(formatPercent(0.9639), '96.4\u00a0%');
    assert.equal(formatPercent(1), '100\u00a0%');
    assert.equal(formatPercentRange(0.939, 0.9787), '93.9–97.9');
  });

  it('are times that people say', () => {
    assert.equal(formatDuration(380), '380\u00a0ms');
    assert.equal(formatDuration(2400), '2.4\u00a0s');
    assert.equal(formatDuration(200_000), '3\u00a0min 20\u00a0s');
    assert.equal(formatRemaining(3200), 'about 4\u00a0s left');
    assert.equal(formatRemaining(undefined), '');
  });

  it('are shapes', () => {
    assert.equal(formatShape([40, 8, 8]), '40×8×8');
    assert.equal(formatShape([null, 8]), '?×8');
    assert.equal(formatShape([]), 'scalar');
    assert.equal(formatShape(undefined), '–');
  });
});

describe('tables for spreadsheets', () => {
  it('quote what the format needs quoted', () => {
    assert.equal(
      toCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          [1.5, undefined],
        ],
      ),
      'a,b\r\n"x,y","say ""hi"""\r\n1.5,\r\n',
    );
  });

  it('keep a stranger’s name from being run as a formula', () => {
    for (const name of ['=1+1', '+cmd', '-2', '@SUM(A1)', '\t=x', '\r=x']) {
      const text = toCsv(['name'], [[name]])
        .split('\r\n')
        .slice(1)
        .join('\r\n');
      assert.match(text, /^"?'/, name);
    }
    assert.equal(toCsv(['n'], [[-2]]), 'n\r\n-2\r\n');
  });
});
