import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { writeNpy } from '../../src/data/writeNpz';
import { at, call, root } from './run';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cli-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const model = 'samples/models/digits-mlp.onnx';
const data = 'samples/data/digits-test.npz';
const cloud = path.join(folder, 'cloud.npy');
// A square with its centre: four edges of length 2 make the loop, the centre is √2 from each corner.
fs.writeFileSync(cloud, writeNpy({ shape: [4, 2], values: Float64Array.of(0, 0, 2, 0, 2, 2, 0, 2) }));

/** What a refused call must be, on one line. */
async function refused(words: readonly string[], exit: number, code: string, says?: RegExp, source?: string) {
  const said = await call([...words, '--format', 'json']);
  assert.equal(said.code, exit, said.stdout + said.stderr);
  assert.equal(at(said.json, 'error', 'code'), code);
  const message = at(said.json, 'error', 'message');
  assert.ok(typeof message === 'string' && /^\S[^\n]{10,}$/.test(message), String(message));
  if (says !== undefined) assert.match(`${message} ${String(at(said.json, 'error', 'hint'))}`, says);
  if (source !== undefined) assert.equal(at(said.json, 'error', 'source'), source);
  assert.doesNotMatch(said.stderr, /\n\s+at .*:\d+/);
}

describe('a command line that is wrong (exit 2)', () => {
  it('suggests what was meant', async () => {
    await refused(['rips', cloud, '--max-dmi', '1'], 2, 'usage', /--max-dmi.*--max-dim/, '--max-dmi');
    await refused(['ripz', cloud], 2, 'usage', /rips/, 'ripz');
    await refused(['inspect', model, '--data', data, '--layers', 'fc9'], 2, 'usage', /fc9.*fc1/, '--layers');
  });
  it('names what is missing or left over', async () => {
    await refused(['rips'], 2, 'usage', /CLOUD/);
    await refused(['rips', cloud, cloud], 2, 'usage', /left over/, cloud);
    await refused(['inspect', model], 2, 'usage', /--data/);
    await refused(['activations', model, '--data', data], 2, 'usage', /--out/, '--out');
    await refused(['rips', cloud, '--threshold'], 2, 'usage', /value/, '--threshold');
    await refused(['rips', cloud, '--threshold', '--cycles'], 2, 'usage', /value/, '--threshold');
  });
  it('says what a value must be', async () => {
    await refused(['rips', cloud, '--max-dim', 'two'], 2, 'usage', /whole number.*two/, '--max-dim');
    await refused(['rips', cloud, '--max-dim=-1'], 2, 'usage', /-1/, '--max-dim');
    await refused(['rips', cloud, '--metric', 'euclid'], 2, 'usage', /euclidean.*precomputed/, '--metric');
    await refused(['rips', cloud, '--coefficients', '4'], 2, 'usage', /prime/, '--coefficients');
    await refused(['rips', cloud, '--threads', '0'], 2, 'usage', /1/, '--threads');
    await refused(['rips', cloud, '--cycles=yes'], 2, 'usage', /switch/, '--cycles');
    await refused(['rips', cloud, '--seed', '1', '--seed', '2'], 2, 'usage', /twice/, '--seed');
  });
  it('shows the commands where none is given', async () => {
    const said = await call([]);
    assert.equal(said.code, 2);
    assert.match(said.stderr, /Commands:[^]*inspect/);
  });
});

describe('an input that cannot be used (exit 3), or is too large (exit 4)', () => {
  it('is named as it was given', async () => {
    await refused(['rips', 'nowhere.npy'], 3, 'not-found', /nowhere\.npy/, 'nowhere.npy');
    await refused(['describe', 'nowhere.onnx'], 3, 'not-found', /nowhere\.onnx/, 'nowhere.onnx');
    const bare = path.join(folder, 'bare');
    fs.mkdirSync(bare);
    await refused(['describe', bare], 3, 'not-a-model', /folder/, bare);
    await refused(['inspect', model, '--data', `${data}#none`], 2, 'usage', /none/);
    await refused(['inspect', model, '--data', cloud], 3, 'shape-mismatch', /64/, cloud);
    await refused(['rips', data, '--metric', 'precomputed'], 3, 'shape-mismatch', /360.*64|square/, data);
  });
  it('is refused before it starts, with what would fit', async () => {
    await refused(['rips', data, '--max-dim', '30'], 4, 'too-large', /points would fit/, data);
    await refused(
      ['inspect', model, '--data', data, '--max-dim', '8'],
      4,
      'too-large',
      /points would fit/,
      '--max-dim',
    );
  });
  it('says defects and faults in text on standard error alone', async () => {
    const said = await call(['rips', 'nowhere.npy']);
    assert.equal(said.stdout, '');
    assert.match(said.stderr, /There is no file nowhere\.npy/);
  });
});

describe('what is printed', () => {
  it('is the whole result as JSON on standard output, and nothing else', async () => {
    const said = await call(['rips', cloud, '--format', 'json', '--quiet', '--cycles']);
    assert.equal(said.code, 0);
    assert.equal(said.stderr, '');
    assert.deepEqual(at(said.json, 'diagram'), {
      '0': [
        [0, 2],
        [0, 2],
        [0, 2],
        [0, null],
      ],
      '1': [[2, Math.fround(Math.sqrt(8))]],
    });
    assert.deepEqual(at(said.json, 'cycles', '1', 0, 'vertices'), [0, 1, 2, 3]);
    assert.equal((at(said.json, 'cycles', '1', 0, 'edges') as unknown[]).length, 4);
    assert.equal(at(said.json, 'cocycles'), undefined);
    assert.deepEqual(at(said.json, 'warnings', 0, 'code'), 'few-points');
    assert.match(String(at(said.json, 'provenance', 'data', 'sha256')), /^[0-9a-f]{64}$/);
  });

  it('has cycles and cocycles of every dimension, with coefficients, where they are asked for', async () => {
    const words = ['rips', cloud, '--cycles', '--cocycles', '--max-dim', '2', '--coefficients', '3'];
    const said = await call([...words, '--format', 'json']);
    const [birth, death] = [0, 1].map(end => at(said.json, 'diagram', '1', 0, end));
    assert.ok(typeof birth === 'number' && typeof death === 'number');
    for (const kind of ['cycles', 'cocycles']) {
      assert.deepEqual(Object.keys(at(said.json, kind) as object), ['0', '1', '2'], kind);
      assert.deepEqual(at(said.json, kind, '2'), []);
    }
    // The square's loop, all around: signs are those of edges from the smaller point to the larger.
    const edges = at(said.json, 'cycles', '1', 0, 'simplices') as [number, number][];
    const signs = at(said.json, 'cycles', '1', 0, 'coefficients') as number[];
    const flow = [0, 0, 0, 0];
    edges.forEach(([a, b], k) => {
      flow[a] = (flow[a]! + 3 - signs[k]!) % 3;
      flow[b] = (flow[b]! + signs[k]!) % 3;
    });
    assert.deepEqual(flow, [0, 0, 0, 0]);
    assert.deepEqual(at(said.json, 'cocycles', '1', 0, 'coefficients'), [1]);
    assert.equal((at(said.json, 'cycles', '0') as unknown[]).length, 4);
    const text = await call(words);
    assert.match(text.stdout, /^cycle +bar +made of +through the points\nH1 +2\.00 … 2\.83 +4 edges +0 1 2 3$/m);
    assert.match(text.stdout, /^cocycle +bar +made of +through the points\nH1 +2\.00 … 2\.83 +1 edge +\d \d$/m);
  });

  it('takes --name=value, so that numbers may be negative, and arguments after --', async () => {
    const plain = await call(['rips', cloud, '--format', 'json']);
    const equals = await call(['rips', '--max-dim=1', '--format=json', '--', cloud]);
    assert.deepEqual(at(equals.json, 'diagram'), at(plain.json, 'diagram'));
  });

  it('is for people by default, without escape codes where there is no terminal', async () => {
    const said = await call(['rips', cloud]);
    assert.equal(said.json, undefined);
    assert.match(said.stdout, /4 points, Vietoris–Rips over Z\/2[^]*H0 +4 +1 [^]*H1 +1 +0 /);
    assert.ok(!(said.stdout + said.stderr).includes('\u001b'));
    assert.match(said.stderr, /warning: 4 points are too few/);
  });

  it('is a table of layers and sentences for inspect', async () => {
    const said = await call(['inspect', model, '--data', data, '--labels', `${data}#y`, '--layers', 'relu3,fc4']);
    assert.equal(said.code, 0, said.stderr);
    const lines = said.stdout.split('\n');
    assert.match(lines[0]!, /digits-mlp\.onnx · .*digits-test\.npz.* 360 rows · accuracy 9\d\.\d %/);
    assert.match(said.stdout, /^layer +op +shape +β0\* +loops +median +barcode H0 +H1$/m);
    assert.match(said.stdout, /^relu3 +Relu +32 +1[0-2] +\d+\/\d+ +[\d.]+ +→█[▁-█]*… +█[▁-█]*…$/m);
    assert.match(said.stdout, /^● \w+ holds 1[0-2] clusters for 10 classes \(β0\* = 1[0-2], share ≥ 3 %\)/m);
  });

  it('goes through a pipe whole, however slowly it is read, and quietly ends when nobody reads', async () => {
    const words = ['rips', data, '--format', 'json'];
    const whole = await call(words);
    assert.ok(whole.stdout.length > 5000);
    const shell = (line: string) =>
      new Promise<{ code: number | null; stdout: string; stderr: string }>(resolve => {
        const child = spawn('sh', ['-c', line], { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        child.on('close', code => resolve({ code, stdout, stderr }));
      });
    const command = `${process.execPath} dist/cli.js ${words.join(' ')}`;
    const slow = await shell(`${command} | (sleep 1; cat)`);
    const untimed = (text: string) => text.replace(/"milliseconds":\{[^}]*\}/, '');
    assert.equal(untimed(slow.stdout), untimed(whole.stdout));
    const gone = await shell(`${command} | head -c 10`);
    assert.equal(gone.stdout, whole.stdout.slice(0, 10));
    assert.equal(gone.stderr, '');
  });
});

describe('--help and --version', () => {
  it('teach by example and list every option', async () => {
    const general = await call(['--help']);
    assert.equal(general.code, 0);
    for (const command of ['describe', 'activations', 'rips', 'inspect', 'report'])
      assert.match(general.stdout, new RegExp(`^  ${command} `, 'm'));
    const rips = await call(['rips', '--help']);
    assert.equal(rips.code, 0);
    assert.match(rips.stdout, /Examples:\n  neural-topology rips/);
    for (const option of ['--metric', '--max-dim', '--threshold', '--coefficients', '--cycles', '--seed', '--threads'])
      assert.ok(rips.stdout.includes(option), option);
    for (const line of rips.stdout.split('\n')) assert.ok([...line].length <= 100, line);
  });
  it('say the version of the package', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    assert.equal((await call(['--version'])).stdout, `${version}\n`);
  });
});

describe('files that are written', () => {
  const out = path.join(folder, 'relu3.npz');
  const words = ['activations', model, '--data', data, '--layers', 'relu3', '--out', out];
  it('are refused where they exist, without --force', async () => {
    assert.equal((await call(words)).code, 0);
    fs.writeFileSync(out, 'mine');
    await refused(words, 3, 'exists', /--force/, out);
    assert.equal(fs.readFileSync(out, 'utf8'), 'mine');
    assert.equal((await call([...words, '--force'])).code, 0);
    assert.ok(fs.statSync(out).size > 360 * 32 * 4);
  });
  it('are refused in a folder that is not there', async () => {
    const missing = path.join(folder, 'no', 'x.npz');
    await refused(['activations', model, '--data', data, '--out', missing], 3, 'not-found', /folder/, missing);
  });
  it('can stand for the model that they came from', async () => {
    const direct = await call([
      'inspect',
      model,
      '--data',
      data,
      '--layers',
      'relu3',
      '--max-dim',
      '0',
      '--format',
      'json',
    ]);
    await call([...words, '--force']);
    const stored = await call(['inspect', out, '--max-dim', '0', '--format', 'json']);
    assert.deepEqual(at(stored.json, 'layers', 0, 'diagram'), at(direct.json, 'layers', 0, 'diagram'));
  });
});

describe('an interrupt', () => {
  it('ends a long run with 130, soon and without a trace', async () => {
    const words = [
      'inspect',
      'samples/models/digits-cnn.onnx',
      '--data',
      'samples/data/digits-images-test.npz',
      '--max-dim',
      '2',
    ];
    const began = performance.now();
    const said = await call([...words, '--format', 'json'], { interruptAfter: 1200 });
    assert.equal(said.code, 130);
    assert.equal(at(said.json, 'error', 'code'), 'cancelled');
    assert.ok(performance.now() - began < 4000);
  });
});
