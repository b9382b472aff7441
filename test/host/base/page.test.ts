import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeNonce } from '../../../src/host/base/nonce';
import { makePage } from '../../../src/host/base/page';

const page = makePage({
  title: '</title><script>alert(1)</script>.onnx',
  language: 'de',
  script: 'https://view/inspect.js',
  style: 'https://view/inspect.css',
  source: 'https://view',
  nonce: 'f00d',
  container: 'app',
  placeholder: 'Loading…',
});

describe('The page of a webview', () => {
  it('allows one script by its nonce and nothing from elsewhere', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-f00d'; style-src https://view; font-src https://view; " +
        "img-src https://view blob: data:; worker-src blob:; base-uri 'none'; form-action 'none'",
    );
    assert.ok(!/unsafe|\*/.test(policy));
  });

  it('has no script or style of its own, and a name only as text', () => {
    assert.deepEqual(page.match(/<script[^>]*>/g), ['<script nonce="f00d" src="https://view/inspect.js">']);
    assert.ok(!/<style|\sstyle=|\son\w+=/.test(page));
    assert.ok(page.includes('&lt;/title&gt;&lt;script&gt;'));
  });

  it('has a nonce that is never the same', () => {
    const nonces = new Set(Array.from({ length: 100 }, makeNonce));
    assert.equal(nonces.size, 100);
    for (const nonce of nonces) assert.match(nonce, /^[0-9a-f]{32}$/);
  });
});
