import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runUserPython } from '../../../src/engine/python/userPython';
import { FileSiblings, FileSource } from '../../../src/engine/files';
import { openModel } from '../../../src/models/formats';

const root = path.resolve(import.meta.dirname, '../../..');
const script = path.join(root, 'python', 'run_model.py');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'user-python-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

const runs = (interpreter: string, code: string) => spawnSync(interpreter, ['-c', code]).status === 0;
const python = ['python3', '/usr/bin/python3', 'python'].find(name => runs(name, 'pass'));
const withTorch = ['python3', '/usr/bin/python3', 'python'].find(name => runs(name, 'import torch, numpy'));
const noPython = python === undefined ? 'no Python is installed' : false;
const noTorch = withTorch === undefined ? 'no Python with PyTorch is installed' : false;

/** A script of the test's own in the place of ours. */
function stand(name: string, text: string): string {
  fs.writeFileSync(at(name), text);
  return at(name);
}

const run = (given: string, parameters: readonly string[] = [], more: { signal?: AbortSignal } = {}) =>
  runUserPython({ interpreter: python ?? '', script: given, parameters, folder, ...more });

describe('runUserPython', () => {
  it('says that an interpreter is not there', async () => {
    const interpreter = at('no-python');
    await assert.rejects(runUserPython({ interpreter, script, parameters: [], folder }), {
      code: 'not-found',
      source: interpreter,
    });
  });

  it('takes the last line for the answer, whatever came before', { skip: noPython }, async () => {
    const noisy = stand('noisy.py', 'print("{}")\nprint(\'{"out": "o", "torch": "2", "python": "3"}\')');
    assert.deepEqual(await run(noisy), { out: 'o', torch: '2', python: '3' });
  });

  it('passes on a refusal with its code and hint', { skip: noPython }, async () => {
    const refusing = stand('refusing.py', 'print(\'{"code": "usage", "message": "No.", "hint": "Do."}\')');
    await assert.rejects(run(refusing), { code: 'usage', message: 'No.', hint: 'Do.' });
  });

  it('makes a sentence of a crash', { skip: noPython }, async () => {
    const crashing = stand('crashing.py', 'raise RuntimeError("the disk is on fire")');
    await assert.rejects(run(crashing), { code: 'unsupported', message: /code 1.*the disk is on fire/ });
  });

  it('ends the process when it is cancelled', { skip: noPython }, async () => {
    const endless = stand('endless.py', 'import time, sys\nprint("x", file=sys.stderr, flush=True)\ntime.sleep(600)');
    const abort = new AbortController();
    const running = runUserPython({
      interpreter: python!,
      script: endless,
      parameters: [],
      folder,
      signal: abort.signal,
      onLine: () => abort.abort(),
    });
    await assert.rejects(running, { code: 'cancelled' });
  });

  it('says that PyTorch is missing, and where', { skip: noPython }, async () => {
    // Without the packages of any site there is no PyTorch.
    const bare = stand(
      'bare.py',
      `import runpy, sys\nsys.path = [p for p in sys.path if "packages" not in p]\nsys.modules["torch"] = None\nrunpy.run_path(${JSON.stringify(script)}, run_name="__main__")`,
    );
    const parameters = [
      'export',
      '--source=a.py',
      '--class=A',
      '--weights=w.pt',
      `--out=${at('o.onnx')}`,
      '--shape=1,2',
    ];
    await assert.rejects(run(bare, parameters), {
      code: 'unsupported',
      message: /PyTorch does not load in/,
      hint: /pip install/,
    });
  });
});

describe('run_model.py with a real PyTorch', { skip: noTorch }, () => {
  const source = `import torch.nn as nn
class Net(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.fc1 = nn.Linear(8, hidden)
        self.act = nn.ReLU()
        self.fc2 = nn.Linear(hidden, 3)
    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))
`;
  const made = `import sys; sys.path.insert(0, ${JSON.stringify(folder)})
import torch, numpy, net
torch.manual_seed(0)
model = net.Net()
torch.save({"epoch": 1, "state_dict": {"module." + k: v for k, v in model.state_dict().items()}}, ${JSON.stringify(at('weights.pt'))})
torch.save(model, ${JSON.stringify(at('whole.pt'))})
numpy.save(${JSON.stringify(at('x.npy'))}, numpy.random.RandomState(0).rand(300, 8).astype("float32"))
`;
  const parameters = (kind: string, more: readonly string[], weights = 'weights.pt') => [
    kind,
    `--source=${at('net.py')}`,
    '--class=Net',
    `--weights=${at(weights)}`,
    ...more,
  ];
  const runTorch = (given: readonly string[]) =>
    runUserPython({ interpreter: withTorch!, script, parameters: given, folder });

  it('writes the network as ONNX, with the names its author gave', async () => {
    fs.writeFileSync(at('net.py'), source);
    const { status, stderr } = spawnSync(withTorch!, ['-c', made], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const out = at('net.onnx');
    const answer = await runTorch(parameters('export', [`--out=${out}`, '--shape=1,8']));
    assert.equal(answer.out, out);
    const file = FileSource.open(out);
    try {
      const model = openModel(file, new FileSiblings(out));
      assert.deepEqual(
        model.layers.map(layer => layer.name),
        ['fc1', 'act', 'fc2'],
      );
      assert.equal(model.parameters, 8 * 16 + 16 + 16 * 3 + 3);
    } finally {
      file.dispose();
    }
  });

  it('writes what each module gives, one array a module', async () => {
    const out = at('acts.npz');
    await runTorch(parameters('activations', [`--out=${out}`, `--data=${at('x.npy')}`]));
    assert.ok(fs.statSync(out).size > 300 * (16 + 16 + 3) * 4);
  });

  it('overwrites nothing', async () => {
    await assert.rejects(runTorch(parameters('export', [`--out=${at('net.onnx')}`, '--shape=1,8'])), {
      code: 'exists',
    });
  });

  it('names the weight that does not fit', async () => {
    const more = [`--out=${at('n.onnx')}`, '--shape=1,8', '--arguments={"hidden": 4}'];
    await assert.rejects(runTorch(parameters('export', more)), {
      code: 'shape-mismatch',
      message: /fc1\.weight is 16 × 8 in the file and 4 × 8 in the class \(and 2 more\)/,
    });
  });

  it('says where an input does not fit', async () => {
    await assert.rejects(runTorch(parameters('export', [`--out=${at('n.onnx')}`, '--shape=1,9'])), {
      code: 'shape-mismatch',
      message: /input of 1 × 9 at line 9/,
    });
  });

  it('loads no checkpoint that holds more than weights', async () => {
    await assert.rejects(runTorch(parameters('export', [`--out=${at('n.onnx')}`, '--shape=1,8'], 'whole.pt')), {
      code: 'unsafe',
      hint: /state_dict/,
    });
  });

  it('says where an import fails and what it wants', async () => {
    fs.writeFileSync(at('broken.py'), 'import os\nimport no_such_package_here\n');
    const given = ['export', `--source=${at('broken.py')}`, '--class=Net', `--weights=${at('weights.pt')}`];
    await assert.rejects(runTorch([...given, `--out=${at('n.onnx')}`, '--shape=1,8']), {
      code: 'unsupported',
      message: /Importing .*broken\.py failed at line 2: No module named 'no_such_package_here'/,
      hint: /Install no_such_package_here/,
    });
    assert.ok(!fs.existsSync(at('n.onnx')) && !fs.existsSync(at('n.onnx.part')), 'something was left behind');
  });
});
