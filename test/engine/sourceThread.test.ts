import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import esbuild from 'esbuild';
import { SourceThread } from '../../src/engine';
import { RESIDUAL_PY } from '../source/exampleSources';
import { grammarFile } from '../source/sources';

describe('the thread that reads sources', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'source-thread-'));
  const grammars = path.join(folder, 'grammars');
  const root = path.join(folder, 'w').replaceAll('\\', '/');
  const threads: SourceThread[] = [];
  const thread = (more: { readonly mostMilliseconds?: number } = {}) => {
    const made = new SourceThread({ path: path.join(folder, 'source.mjs'), grammars, roots: [root], ...more });
    threads.push(made);
    return made;
  };

  before(async () => {
    fs.mkdirSync(grammars);
    fs.mkdirSync(root);
    for (const name of ['web-tree-sitter', 'tree-sitter-python'])
      fs.cpSync(grammarFile(name), path.join(grammars, `${name}.wasm`));
    fs.writeFileSync(path.join(root, 'model.py'), 'from torch import nn\nnet = nn.Sequential(nn.Linear(4, 3))\n');
    fs.writeFileSync(path.join(folder, 'outside.py'), 'from torch import nn\nnet = nn.Sequential(nn.Linear(9, 9))\n');
    await esbuild.build({
      entryPoints: [path.join(import.meta.dirname, '../../src/engine/source/sourceMain.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: path.join(folder, 'source.mjs'),
      logLevel: 'error',
    });
  });
  after(() => {
    for (const one of threads) one.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('reads files of the workspace, the texts of editors before them, and follows their edits', async () => {
    const reader = thread();
    const file = `${root}/model.py`;
    const outputs = async () =>
      (await reader.ask('networks', { file })).networks.map(one => one.layers[0]!.sizes.map(size => size.value));
    assert.deepEqual(await outputs(), [[4, 3]]);
    let text = 'from torch import nn\nnet = nn.Sequential(nn.Linear(4, 7))\n';
    reader.openText(file, () => text);
    assert.deepEqual(await outputs(), [[4, 7]]);
    const start = text.indexOf('7');
    reader.changeText(file, [{ start, end: start + 1, text: '71' }]);
    text = text.replace('7', '71');
    assert.deepEqual(await outputs(), [[4, 71]]);
    reader.closeText(file);
    assert.deepEqual(await outputs(), [[4, 3]]);
  });

  it('reads nothing outside of it', async () => {
    for (const file of [path.join(folder, 'outside.py').replaceAll('\\', '/'), `${root}/../outside.py`])
      assert.deepEqual((await thread().ask('networks', { file })).networks, []);
  });

  it('stops when it is told to, and goes on with what comes then', async () => {
    const reader = thread();
    const file = `${root}/large.py`;
    reader.openText(file, () => RESIDUAL_PY.repeat(60));
    const abort = new AbortController();
    const asked = reader.ask('networks', { file }, abort.signal);
    abort.abort();
    await assert.rejects(asked, { code: 'cancelled' });
    assert.equal((await reader.ask('networks', { file: `${root}/model.py` })).networks.length, 1);
  });

  it('gives up what takes too long, and starts anew with the texts that are open', async () => {
    const reader = thread({ mostMilliseconds: 1 });
    const file = `${root}/open.py`;
    reader.openText(file, () => RESIDUAL_PY.repeat(100));
    await assert.rejects(reader.ask('networks', { file }), { code: 'too-large' });
  });
});
