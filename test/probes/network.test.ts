import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DisposableStore } from '../../src/base/lifecycle';
import { openModelFile } from '../../src/engine/openModelFile';
import { loadNetwork } from '../../src/probes/network';

describe('loadNetwork', () => {
  it('says of weights without a program that they have none, and what would run', async () => {
    const store = new DisposableStore();
    try {
      const file = path.join(import.meta.dirname, '..', 'fixtures', 'torch', 'state.pt');
      await assert.rejects(loadNetwork(openModelFile(file, store).model, { folder: '' }), {
        code: 'unsupported',
        message: /weights without the program/,
        hint: /torch\.onnx\.export/,
      });
    } finally {
      store.dispose();
    }
  });
});
