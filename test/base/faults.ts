import assert from 'node:assert/strict';
import { MemorySource, type ByteSource } from '../../src/base/bytes';
import { Fault, type FaultCode } from '../../src/base/fault';

export function bytesSource(bytes: Uint8Array<ArrayBuffer>, name = 'file'): ByteSource {
  return new MemorySource(name, bytes);
}

/** The fault of `action`, which must have this code, blame a file, and say one clear sentence. */
export function faultOf(code: FaultCode | readonly FaultCode[], action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Fault, `not a fault: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    assert.ok(
      [code].flat().includes(error.code),
      `${error.code} (${error.message}), not ${[code].flat().join(' or ')}`,
    );
    assert.match(error.message, /^\S[^\n]{14,400}$/);
    assert.doesNotMatch(error.message, /undefined|\[object/);
    assert.notEqual(error.source, undefined, `no source: ${error.message}`);
    return error;
  }
  return assert.fail('nothing was refused');
}
