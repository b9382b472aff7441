import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Random } from '../../src/base/random';
import { at, call } from './run';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'determinism-'));
const clouds = fs.mkdtempSync(path.join(os.tmpdir(), 'determinism-clouds-'));
after(() => {
  for (const made of [folder, clouds]) fs.rmSync(made, { recursive: true, force: true });
});
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

describe('redundancy', () => {
  it('prints the same bytes for any number of threads', async () => {
    const layers = '/blocks.2/Add,/blocks.3/Add,/blocks.4/Add,/blocks.5/Add';
    const rows = words.slice(2);
    const named = ['redundancy', 'test/fixtures/networks/resmlp.onnx', ...rows, '--layers', layers];
    const said = await Promise.all(['1', '3'].map(threads => call([...named, '--threads', threads])));
    for (const { code, stderr } of said) assert.equal(code, 0, stderr);
    assert.equal(at(said[0]!.json, 'candidates', 0, 'accuracyBefore'), at(said[0]!.json, 'accuracy'));
    assert.equal(said[1]!.stdout, said[0]!.stdout);
  });
});

describe('attention', () => {
  it('prints the same bytes for any number of threads', async () => {
    const folder = 'test/fixtures/transformer';
    const named = ['attention', `${folder}/two-layers.onnx`, '--text', `${folder}/sentences.jsonl`, '--format', 'json'];
    const said = await Promise.all(['1', '3'].map(threads => call([...named, '--threads', threads])));
    for (const { code, stderr } of said) assert.equal(code, 0, stderr);
    assert.equal(at(said[0]!.json, 'heads', 7, 'head'), 3);
    assert.equal(said[1]!.stdout, said[0]!.stdout);
  });
});

/** A circle with noise, of so many points that several threads share it, as .npy and as text. */
function largeCloud(): { npy: string; csv: string } {
  const count = 3300;
  const random = new Random(1);
  const values = Float32Array.from({ length: 2 * count }, (_, i) => {
    const angle = (2 * Math.PI * (i >> 1)) / count;
    return (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.1 * random.normal();
  });
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, 2), }`.padEnd(117) + '\n';
  const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
  const [npy, csv] = [path.join(clouds, 'circle.npy'), path.join(clouds, 'circle.csv')];
  fs.writeFileSync(npy, Buffer.concat([head, Buffer.from(values.buffer)]));
  fs.writeFileSync(csv, Array.from({ length: count }, (_, i) => values.subarray(2 * i, 2 * i + 2).join()).join('\n'));
  return { npy, csv };
}

describe('rips', () => {
  const { npy, csv } = largeCloud();
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
    'of a cloud that several threads share': ['rips', npy, '--cocycles'],
    'of such a cloud in the thread that asks': ['rips', npy],
    'of such a cloud from text': ['rips', csv],
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

describe('failures', () => {
  it('prints the same bytes for any number of threads', async () => {
    const data = 'samples/data/digits-test.npz';
    const asked = ['failures', 'samples/models/digits-mlp.onnx', '--data', data, '--labels', `${data}#y`];
    const more = ['--points', '200', '--shufflings', '19', '--format', 'json'];
    const said = await Promise.all(['1', '3'].map(threads => call([...asked, ...more, '--threads', threads])));
    for (const { code, stderr } of said) assert.equal(code, 0, stderr);
    assert.equal(said[1]!.stdout, said[0]!.stdout);
  });
});

describe('robustness', () => {
  it('prints the same bytes for any number of threads', async () => {
    const data = 'samples/data/iris-test.csv';
    const asked = ['robustness', 'samples/models/iris.onnx', '--data', data, '--labels', `${data}#species`];
    const said = await Promise.all(
      ['1', '3'].map(threads => call([...asked, '--format', 'json', '--threads', threads])),
    );
    for (const { code, stderr } of said) assert.equal(code, 0, stderr);
    assert.equal(said[1]!.stdout, said[0]!.stdout);
  });
});
