import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';

describe('MemorySource', () => {
  const source = new MemorySource('a.bin', Uint8Array.of(1, 2, 3, 4));

  it('reads exactly what was asked for', () => {
    assert.deepEqual([...source.read(1, 2)], [2, 3]);
    assert.deepEqual([...source.read(4, 0)], []);
  });

  it('refuses every range that is not wholly inside', () => {
    for (const [offset, length] of [
      [0, 5],
      [4, 1],
      [-1, 1],
      [0, -1],
      [0, NaN],
      [2 ** 53, 1],
    ] as const)
      assert.throws(
        () => source.read(offset, length),
        (error: unknown) => error instanceof Fault && error.code === 'corrupt' && error.source === 'a.bin',
      );
  });
});
