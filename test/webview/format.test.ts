import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toCsv } from '../../webview/format/csv';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatRemaining,
  formatRoundPercent,
} from '../../webview/format/numbers';

describe('numbers on a page', () => {
  it('keep their units on the same line', () => {
    assert.equal(formatPercent(0.9639), '96.4\u00a0%');
    assert.equal(formatRoundPercent(0.03), '3\u00a0%');
    assert.equal(formatBytes(76_885), '75\u00a0KB');
    assert.equal(formatDuration(200_000), '3\u00a0min\u00a020\u00a0s');
    assert.equal(formatDuration(NaN), '–');
  });

  it('say roughly what is left', () => {
    assert.equal(formatRemaining(3200), 'about 4\u00a0s left');
    assert.equal(formatRemaining(400), 'less than a second left');
    assert.equal(formatRemaining(200_000), 'about 3\u00a0min left');
    assert.equal(formatRemaining(undefined), '');
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
