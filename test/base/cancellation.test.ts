import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';

describe('Cancellation', () => {
  it('throws a coded fault once it is set, and not before', () => {
    const cancellation = new Cancellation();
    cancellation.throwIfCancelled();
    cancellation.cancel();
    assert.throws(
      () => cancellation.throwIfCancelled(),
      (error: unknown) => error instanceof Fault && error.code === 'cancelled',
    );
  });

  it('is seen by a thread that is busy and never looks at its messages', async () => {
    const cancellation = new Cancellation();
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const flag = new Int32Array(workerData);
       parentPort.postMessage('busy');
       while (Atomics.load(flag, 0) === 0);
       parentPort.postMessage('stopped');`,
      { eval: true, workerData: cancellation.flag.buffer },
    );
    const said = await new Promise<string[]>((resolve, reject) => {
      const messages: string[] = [];
      worker.on('message', (message: string) => {
        messages.push(message);
        if (message === 'busy') cancellation.cancel();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve(messages));
    });
    assert.deepEqual(said, ['busy', 'stopped']);
  });
});
