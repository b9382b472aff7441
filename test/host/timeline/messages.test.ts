import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTimelineMessage, parseTimelineRestore } from '../../../src/host/timeline/messages';

describe('what the page of a timeline may send', () => {
  it('is taken field by field', () => {
    assert.deepEqual(parseTimelineMessage({ type: 'pause', more: 1 }), { type: 'pause' });
    assert.deepEqual(parseTimelineMessage({ type: 'confirm', proceed: false, x: 1 }), {
      type: 'confirm',
      proceed: false,
    });
    assert.deepEqual(parseTimelineMessage({ type: 'inspect', file: 'a/b.pt', x: 1 }), {
      type: 'inspect',
      file: 'a/b.pt',
    });
    assert.deepEqual(parseTimelineMessage({ type: 'compare', files: ['a.pt', 'b.pt'] }), {
      type: 'compare',
      files: ['a.pt', 'b.pt'],
    });
  });

  it('is dropped where it is none of ours, or names what is not within the folder', () => {
    for (const message of [
      null,
      {},
      { type: 'delete' },
      { type: 'inspect' },
      { type: 'confirm', proceed: 'yes' },
      { type: 'inspect', file: '/etc/passwd' },
      { type: 'inspect', file: '../secret.pt' },
      { type: 'inspect', file: 'a/../../b.pt' },
      { type: 'inspect', file: 'C:\\b.pt' },
      { type: 'compare', files: ['a.pt'] },
      { type: 'compare', files: ['a.pt', '../b.pt'] },
      { type: 'copy', text: 7 },
      { type: 'openDocs', page: '../README' },
    ])
      assert.equal(parseTimelineMessage(message), undefined, JSON.stringify(message));
  });

  it('never makes the parsers throw', () => {
    fc.assert(
      fc.property(fc.anything(), message => {
        parseTimelineMessage(message);
        parseTimelineRestore(message);
      }),
    );
  });
});

describe('what a timeline keeps over a reload', () => {
  it('is taken where it is whole', () => {
    const kept = {
      version: 1,
      folder: 'file:///runs/7',
      files: ['a.pt'],
      data: { kind: 'file', data: '/data/test.npz', labels: '/data/test.npz#y' },
    } as const;
    assert.deepEqual(parseTimelineRestore(kept), kept);
    assert.deepEqual(parseTimelineRestore({ version: 1, folder: 'file:///runs/7' }), {
      version: 1,
      folder: 'file:///runs/7',
    });
  });

  it('is dropped where it is of another version or names other things', () => {
    for (const value of [
      { version: 2, folder: 'file:///runs/7' },
      { version: 1 },
      { version: 1, folder: 'file:///runs/7', files: ['/etc/passwd'] },
      { version: 1, folder: 'file:///runs/7', data: { kind: 'random' } },
    ])
      assert.equal(parseTimelineRestore(value), undefined);
  });
});
