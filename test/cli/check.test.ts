import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { at, call, root } from './run';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'check-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const model = 'samples/models/digits-mlp.onnx';
const early = 'samples/checkpoints/digits-mlp/epoch0.onnx';
const data = ['--data', 'samples/data/digits-test.npz', '--labels', 'samples/data/digits-test.npz#y'];
const baseline = path.join(folder, 'baseline.json');
const against = (...words: readonly string[]) => call(['check', ...words, '--baseline', baseline, '--format', 'json']);

before(async () => {
  const said = await call([
    'check',
    model,
    ...data,
    '--points',
    '120',
    '--layers',
    'fc1,relu3',
    '--write-baseline',
    baseline,
  ]);
  assert.equal(said.code, 0, said.stderr);
});

describe('check', () => {
  it('passes the model that the baseline was made of, with the baseline’s parameters', async () => {
    const { json, code, stdout } = await against(model, ...data);
    assert.equal(code, 0, stdout);
    assert.equal(at(json, 'passed'), true);
    assert.equal(at(json, 'worst', 'drift'), 0);
    assert.equal(at(json, 'provenance', 'parameters', 'points'), 120);
    assert.equal(at(json, 'accuracyChange'), 0);
  });

  it('ends in exit code 1 where a layer drifted, and names it, in the summary and the page too', async () => {
    const [summary, report] = [path.join(folder, 'summary.md'), path.join(folder, 'check.html')];
    const { json, code } = await against(early, ...data, '--summary', summary, '--report', report);
    assert.equal(code, 1);
    assert.equal(at(json, 'passed'), false);
    const worst = String(at(json, 'worst', 'layer'));
    assert.ok((at(json, 'failed') as readonly string[]).includes(worst));
    assert.match(String(at(json, 'verdict')), new RegExp(`${worst} drifted by 0\\.\\d+, more than 0\\.1`));
    assert.match(fs.readFileSync(summary, 'utf8'), new RegExp(`❌[^]*\\| ${worst} \\|[^\n]*\\*\\*no\\*\\*`));
    assert.match(fs.readFileSync(report, 'utf8'), /The check failed/);
    assert.equal((await against(early, ...data, '--max-drift', '9')).code, 0);
    assert.equal((await against(early, ...data, '--max-drift', '9', '--max-accuracy-drop', '0.1')).code, 1);
  });

  it('takes what inspect printed, and fails where a layer is gone', async () => {
    const inspected = await call(['inspect', model, ...data, '--points', '60', '--layers', 'fc1', '--format', 'json']);
    const own = path.join(folder, 'inspected.json');
    fs.writeFileSync(own, inspected.stdout);
    const words = ['check', model, ...data, '--format', 'json', '--baseline', own];
    const passed = await call(words);
    assert.equal(passed.code, 0, passed.stdout);
    assert.equal((at(passed.json, 'layers') as readonly unknown[]).length, 1);
    fs.writeFileSync(own, inspected.stdout.replaceAll('"fc1"', '"gone"'));
    const gone = await call(words);
    assert.equal(gone.code, 1, gone.stdout);
    assert.deepEqual(at(gone.json, 'failed'), ['gone']);
  });

  it('refuses a baseline of other data or parameters, and what is none', async () => {
    const refused = async (said: ReturnType<typeof call>) => {
      const { code, json } = await said;
      return `${code} ${String(at(json, 'error', 'code'))} ${String(at(json, 'error', 'message'))}`;
    };
    assert.match(
      await refused(against(model, '--data', 'samples/data/digits-train.npz')),
      /^3 shape-mismatch .*other data/,
    );
    assert.match(await refused(against(model, ...data, '--points', '50')), /^3 shape-mismatch .*120 points, not 50/);
    assert.match(await refused(against(model, ...data, '--seed', '3')), /^3 shape-mismatch .*seed 0, not 3/);
    assert.match(await refused(call(['check', model, ...data, '--format', 'json'])), /^2 usage .*--baseline/);
    assert.match(
      await refused(call(['check', model, ...data, '--baseline', 'no.json', '--format', 'json'])),
      /^3 not-found/,
    );
    for (const text of [
      '',
      '{}',
      '[1]',
      '{"layers":[],"provenance":{"parameters":{}}}',
      fs.readFileSync(baseline, 'utf8').replace('"medianDistance"', '"other"'),
    ]) {
      const broken = path.join(folder, 'broken.json');
      fs.writeFileSync(broken, text);
      assert.match(
        await refused(call(['check', model, ...data, '--baseline', broken, '--format', 'json'])),
        /^3 corrupt .*no baseline/,
      );
    }
  });
});

describe('docs/ci.md', () => {
  it('has a job whose steps run, and which fails for a model that drifted', () => {
    const text = fs.readFileSync(path.join(root, 'docs/ci.md'), 'utf8');
    const yaml = /```yaml\n([^]*?)```/.exec(text)![1]!;
    const steps = [...yaml.matchAll(/^( +)run: (?:\|\n((?:\1 +.*\n)+)|(.+)\n)/gm)].map(step => step[2] ?? step[3]!);
    assert.equal(steps.length, 3);
    const job = path.join(folder, 'job');
    for (const part of ['models', 'data']) fs.mkdirSync(path.join(job, part), { recursive: true });
    const put = (from: string, to: string) => fs.copyFileSync(path.join(root, from), path.join(job, to));
    fs.symlinkSync(root, path.join(job, 'neural-topology'));
    put('samples/data/digits-test.npz', 'data/test.npz');
    put(model, 'models/main.onnx');
    put(early, 'models/new.onnx');
    fs.copyFileSync(baseline, path.join(job, 'baseline.json'));
    const summary = path.join(job, 'summary.md');
    const run = (step: string) =>
      spawnSync('sh', ['-e', '-c', step], {
        cwd: job,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '', GITHUB_STEP_SUMMARY: summary },
      });
    const said = steps.map(run);
    assert.deepEqual(
      said.map(({ status }) => status),
      [0, 0, 1],
      said.map(({ stderr }) => stderr).join('\n'),
    );
    assert.match(said[2]!.stdout, /FAILED: .*drifted/);
    assert.match(
      fs.readFileSync(summary, 'utf8'),
      /## Topology: main\.onnx and new\.onnx[^]*## ❌ Topology of new\.onnx/,
    );
    for (const page of ['compare.html', 'topology.html']) assert.ok(fs.statSync(path.join(job, page)).size > 1000);
  });
});
