import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { at, call } from './run';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'compare-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const checkpoints = fs.readdirSync('samples/checkpoints/digits-mlp').filter(name => name.endsWith('.onnx')).sort().map(name => `samples/checkpoints/digits-mlp/${name}`); // prettier-ignore
const [early = ''] = checkpoints;
const late = 'samples/models/digits-mlp.onnx';
const data = ['--data', 'samples/data/digits-test.npz', '--labels', 'samples/data/digits-test.npz#y'];
const few = ['--points', '130', '--format', 'json'];
const layer = (json: unknown, name: string) =>
  (at(json, 'layers') as readonly unknown[]).find(one => at(one, 'a') === name && at(one, 'b') === name);

describe('compare', () => {
  it('prints the same bytes for any number of threads, and from a cache', async () => {
    const words = ['compare', late, early, ...data, ...few];
    const cache = path.join(folder, 'cache');
    const said = await Promise.all([
      call([...words, '--threads', '1']),
      call([...words, '--threads', '3', '--cache', cache]),
    ]);
    for (const { code, stdout, stderr } of said) assert.equal(code, 0, stdout + stderr);
    assert.equal(said[1].stdout, said[0].stdout);
    assert.equal((await call([...words, '--cache', cache])).stdout, said[0].stdout);

    const { json } = said[0];
    assert.equal((at(json, 'accuracy') as readonly number[]).length, 2);
    const relu3 = layer(json, 'relu3');
    assert.ok(Number(at(relu3, 'bottleneck', '0')) > 0);
    for (const kind of ['pValue', 'pValueBottleneck', 'pAdjusted', 'pAdjustedBottleneck'])
      for (const k of ['0', '1']) assert.ok(Number(at(relu3, kind, k)) > 0 && Number(at(relu3, kind, k)) <= 1);
    assert.equal(at(relu3, 'test', 'parts'), 12);
    assert.ok(Number(at(json, 'accuracyDifference', 'pValue')) < 0.01);
  });

  it('finds a network to be itself, and takes its layers from the cache of an inspection', async () => {
    const cache = path.join(folder, 'shared');
    const inspected = await call(['inspect', late, ...data, ...few, '--cache', cache]);
    const before = fs.readdirSync(cache).length;
    const { json, code, stderr } = await call(['compare', late, late, ...data, ...few, '--cache', cache]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(at(layer(json, 'fc2'), 'bottleneck'), { 0: 0, 1: 0 });
    assert.deepEqual(at(layer(json, 'fc2'), 'pValue'), { 0: 1, 1: 1 });
    assert.match(String(at(json, 'findings', 0, 'sentence')), /give the same activations/);
    assert.deepEqual(
      at(layer(json, 'fc2'), 'totalPersistence', 0),
      at((at(inspected.json, 'layers') as readonly unknown[]).find(one => at(one, 'name') === 'fc2'), 'totalPersistence'), // prettier-ignore
    );
    // Pairs alone are new.
    assert.equal(fs.readdirSync(cache).length, before + 7);
  });

  it('compares more than two, each with each', async () => {
    const words = ['compare', late, early, late, ...data, ...few, '--layers', 'relu3'];
    const { json, code, stdout } = await call(words);
    assert.equal(code, 0, stdout);
    assert.equal((at(json, 'layers') as readonly unknown[]).length, 3);
    const [matrix] = at(json, 'matrices') as readonly unknown[];
    assert.equal(at(matrix, 'layer'), 'relu3');
    assert.equal(at(matrix, 'bottleneck', '0', 0, 2), 0);
    assert.ok(Math.abs(Number(at(matrix, 'cka', 0, 1)) - Number(at(matrix, 'cka', 1, 2))) < 1e-9);
  });

  it('writes a page and appends a summary, and says it in words', async () => {
    const report = path.join(folder, 'compare.html');
    const summary = path.join(folder, 'summary.md');
    fs.writeFileSync(summary, '# Earlier step\n');
    const words = ['compare', late, early, ...data, '--points', '130', '--layers', 'relu3'];
    const said = await call([...words, '--report', report, '--summary', summary]);
    assert.equal(said.code, 0, said.stderr);
    assert.match(said.stdout, /relu3 +\S+/);
    assert.match(fs.readFileSync(summary, 'utf8'), /^# Earlier step\n## Topology: [^]*\| relu3 \|/);
    const page = fs.readFileSync(report, 'utf8');
    assert.match(page, /<h2 id="layers-title">/);
    assert.doesNotMatch(page, /https?:\/\/(?!doi\.org|www\.w3\.org)[a-z]/);
    assert.ok(!page.includes(process.cwd()));
    assert.equal((await call([...words, '--report', report, '--format', 'json'])).code, 3);
  });

  it('refuses one model, other rows, and a layer that is not there', async () => {
    const code = async (words: readonly string[]) => {
      const said = await call([...words, '--format', 'json']);
      return [said.code, at(said.json, 'error', 'code')];
    };
    assert.deepEqual(await code(['compare', late, ...data]), [2, 'usage']);
    assert.deepEqual(await code(['compare', late, early]), [2, 'usage']);
    assert.deepEqual(await code(['compare', late, early, ...data, '--layers', 'fc9']), [2, 'usage']);
    assert.deepEqual(await code(['compare', late, 'samples/models/iris.onnx', ...data]), [3, 'shape-mismatch']);
  });
});
