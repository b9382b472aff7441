import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { at, call } from './run';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'determinism-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const words = [
  'inspect',
  'samples/models/digits-mlp.onnx',
  '--data',
  'samples/data/digits-test.npz',
  '--labels',
  'samples/data/digits-test.npz#y',
  '--points',
  '120',
  '--format',
  'json',
];
const untimed = (text: string) => text.replace(/"milliseconds":(\{[^}]*\}|[\d.e+-]+)/g, '');

describe('inspect', () => {
  it('prints the same bytes for any number of threads', async () => {
    const said = await Promise.all(['1', '2', '4'].map(threads => call([...words, '--threads', threads])));
    for (const { code, stderr } of said) assert.equal(code, 0, stderr);
    assert.equal(untimed(said[1]!.stdout), untimed(said[0]!.stdout));
    assert.equal(untimed(said[2]!.stdout), untimed(said[0]!.stdout));
  });

  it('draws other points with another seed, and has accuracy over all rows whichever they are', async () => {
    const [zero, one] = await Promise.all(['0', '1'].map(seed => call([...words, '--seed', seed])));
    assert.notDeepEqual(at(zero!.json, 'layers', 0, 'diagram'), at(one!.json, 'layers', 0, 'diagram'));
    assert.equal(at(zero!.json, 'accuracy'), at(one!.json, 'accuracy'));
    assert.equal(at(zero!.json, 'accuracyRows'), 360);
  });

  it('says the same with a cache, empty, full, or with a damaged entry', async () => {
    const cached = [...words, '--cache', folder];
    const without = untimed((await call(words)).stdout);
    assert.equal(untimed((await call(cached)).stdout), without);
    const entries = fs.readdirSync(folder);
    // Seven layers, and what is known of the network as a whole.
    assert.equal(entries.length, 8);
    assert.equal(untimed((await call(cached)).stdout), without);
    fs.writeFileSync(path.join(folder, entries[0]!), 'damaged');
    fs.rmSync(path.join(folder, entries[1]!));
    assert.equal(untimed((await call(cached)).stdout), without);
    assert.equal(fs.readdirSync(folder).length, 8);
  });
});

describe('rips', () => {
  const data = 'samples/data/digits-test.npz#X';
  const runs: Readonly<Record<string, readonly string[]>> = {
    'with cycles and cocycles over Z/2': ['rips', data, '--cycles', '--cocycles'],
    'over Z/3, of cosine distances': [
      'rips',
      data,
      '--cycles',
      '--cocycles',
      '--coefficients',
      '3',
      '--metric',
      'cosine',
    ],
    'of landmarks': ['rips', data, '--landmarks', '60', '--max-dim', '2', '--cycles', '--cocycles'],
    'of a witness complex': ['witness', data, '--landmarks', '40', '--cycles', '--cocycles'],
  };
  for (const [name, words] of Object.entries(runs))
    it(`prints the same bytes for 1, 2 and 4 threads ${name}`, async () => {
      const said = await Promise.all(['1', '2', '4'].map(n => call([...words, '--format', 'json', '--threads', n])));
      for (const { code, stderr } of said) assert.equal(code, 0, stderr);
      assert.ok(said[0]!.stdout.length > 1000);
      for (const { stdout } of said) assert.equal(untimed(stdout), untimed(said[0]!.stdout));
    });
});
