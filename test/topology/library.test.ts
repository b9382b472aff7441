import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { libraryExamples } from './libraryExamples';

const root = path.resolve(import.meta.dirname, '..', '..');
/** As somebody who has the package runs it: the name is resolved by `exports` of package.json. */
function run(kind: 'module' | 'commonjs', code: string): string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`--input-type=${kind}`, '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split('\n');
}

describe('docs/library.md', () => {
  it('has examples that say what they print', () => {
    assert.ok(libraryExamples.length >= 5);
    for (const { title, printed } of libraryExamples) assert.ok(printed.length > 0, title);
  });

  for (const { title, code, printed } of libraryExamples) {
    it(`prints what it says as a module: ${title}`, () => assert.deepEqual(run('module', code), printed));
    it(`prints what it says with require: ${title}`, () => {
      const required = code.replace(/import (\{[^}]*\}) from ('[^']*')/g, 'const $1 = require($2)');
      assert.deepEqual(run('commonjs', required), printed);
    });
  }

  it('runs where there is no shared memory and nothing of Node, as on most pages', () => {
    const bundle = fs.readFileSync(path.join(root, 'dist', 'topology', 'index.mjs'), 'utf8');
    assert.doesNotMatch(bundle, /\bfrom\s*["']|\brequire\(|\bprocess\.|node:/);
    const [first] = libraryExamples;
    const code = `delete globalThis.SharedArrayBuffer; const run = async () => {${first!.code.replace(/import (\{[^}]*\}) from ('[^']*')/g, 'const $1 = await import($2)')}}; await run();`;
    assert.deepEqual(run('module', code), first!.printed);
  });
});
