import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault, isCancelled } from '../../src/base/fault';

describe('Fault', () => {
  it('survives the way across a thread as plain data', () => {
    const fault = new Fault('corrupt', 'The header ends early.', { hint: 'Export it again.', source: 'a.npy' });
    const copy = Fault.fromData(structuredClone(fault.toData()));
    assert.deepEqual(copy.toData(), fault.toData());
    assert.equal(copy.message, 'The header ends early.');
  });

  it('keeps the source it already names', () => {
    assert.equal(new Fault('empty', 'There are no rows.').at('a.csv').source, 'a.csv');
    assert.equal(new Fault('empty', 'There are no rows.', { source: 'b.csv' }).at('a.csv').source, 'b.csv');
  });

  it('leaves absent fields out instead of sending undefined', () => {
    assert.deepEqual(Object.keys(new Fault('usage', 'No.').toData()), ['code', 'message']);
  });

  it('shows what strangers hide in their names', () => {
    const fault = new Fault('corrupt', 'Tensor "a\n\u001b[2J\u202eb\u2028c" is broken.');
    assert.equal(fault.message, 'Tensor "a··[2J·b·c" is broken.');
  });

  it('tells a cancelled run from a failed one', () => {
    assert.ok(isCancelled(new Fault('cancelled', 'Stopped.')));
    assert.ok(!isCancelled(new Fault('corrupt', 'Broken.')));
    assert.ok(!isCancelled(new Error('cancelled')));
  });
});
