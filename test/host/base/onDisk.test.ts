import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOnDisk, notOnDisk } from '../../../src/host/base/onDisk';
import { english } from '../../../src/host/base/translate';

describe('A file that is not on the disk', () => {
  it('is told by its address: repositories on the web, older versions, archives as folders', () => {
    for (const scheme of ['vscode-vfs', 'git', 'untitled', 'zip', 'http', 'memfs'])
      assert.ok(!isOnDisk({ scheme, path: '/net.onnx' }), scheme);
    assert.ok(isOnDisk({ scheme: 'file', path: '/net.onnx' }));
  });

  it('is refused in a sentence that says where it is and what to do', () => {
    const fault = notOnDisk({ scheme: 'vscode-vfs', path: '/org/repository/models/net.onnx' }, english);
    assert.equal(fault.code, 'unsupported');
    assert.match(fault.message, /^net\.onnx is not on the disk .* vscode-vfs:\.$/);
    assert.match(fault.hint ?? '', /Download it, or open its folder over SSH/);
  });
});
