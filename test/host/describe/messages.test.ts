import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseDescribeMessage } from '../../../src/host/describe/messages';

describe('what a page that describes a model may send', () => {
  it('is taken field by field', () => {
    assert.deepEqual(parseDescribeMessage({ type: 'ready', more: 1 }), { type: 'ready' });
    assert.deepEqual(parseDescribeMessage({ type: 'inspect' }), { type: 'inspect' });
    assert.deepEqual(parseDescribeMessage({ type: 'inspect', layer: 'fc1', file: '/etc/passwd' }), {
      type: 'inspect',
      layer: 'fc1',
    });
    assert.deepEqual(parseDescribeMessage({ type: 'layout', request: 3, open: ['a', 'b'] }), {
      type: 'layout',
      request: 3,
      open: ['a', 'b'],
    });
  });

  it('is dropped where it is none of ours', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      {},
      { type: 'delete' },
      { type: 'inspect', layer: 7 },
      { type: 'weights', layer: 'x'.repeat(100_000) },
      { type: 'programWay', way: 'neuralTopology.clearCache' },
      { type: 'layout' },
      { type: 'layout', request: -1 },
      { type: 'layout', request: 1, open: 'all' },
      { type: 'layout', request: 1, open: [1] },
    ])
      assert.equal(parseDescribeMessage(message), undefined, JSON.stringify(message)?.slice(0, 80));
  });

  it('never makes the parser throw', () => {
    fc.assert(fc.property(fc.anything(), message => void parseDescribeMessage(message)));
  });
});
