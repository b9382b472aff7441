import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { doneText } from '../../webview/inspect/status';

describe('what is said of a run that is done', () => {
  const noon = Date.UTC(2026, 10, 26, 12);
  const day = 86_400_000;

  it('is how long it took where nothing was kept', () => {
    assert.equal(doneText({ kind: 'done', milliseconds: 2400 }, 7), '7 layers in 2.4\u00a0s');
  });

  it('is how many layers earlier runs had computed, and when', () => {
    const some = doneText({ kind: 'done', milliseconds: 2400, kept: { layers: 3, first: noon, last: noon } }, 7);
    assert.match(some, /^7 layers in 2\.4\ss, 3 of them kept from an earlier run \(Nov 2\d, 2026, [^–]*\)$/);
    const all = doneText({ kind: 'done', milliseconds: 30, kept: { layers: 7, first: noon, last: noon + 3 * day } }, 7);
    assert.match(
      all,
      /^7 layers kept from an earlier run \(Nov 2\d.* – Nov \d\d.*\); model, data and settings are unchanged$/,
    );
  });
});
