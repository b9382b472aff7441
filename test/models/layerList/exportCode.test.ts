import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MemorySource } from '../../../src/base/bytes';
import { openModel } from '../../../src/models/formats';
import { exportCode, type ExportFacts } from '../../../src/models/layerList/exportCode';
import { FakeSiblings } from '../openBytes';
import { MLP, openWith } from './weightFiles';

const FACTS: ExportFacts = {
  file: 'final.pt',
  format: 'pytorch',
  wholeModule: false,
  keys: [],
  prefix: '',
  row: [64],
};

describe('code that exports a network', () => {
  it('has the names of the files and the input filled in', () => {
    const code = openWith(MLP).missing!.exportCode();
    assert.match(code, /state = load_file\("net\.safetensors"\)/);
    assert.match(code, /example = torch\.zeros\(1, 4\) {2}# one row/);
    assert.match(code, /model, example, "net\.onnx",/);
  });

  it('says where the size of an image belongs', () => {
    assert.match(exportCode({ ...FACTS, row: [3, null, null] }), /zeros\(1, 3, 32, 32\) {2}# one row: put the size/);
  });

  it('quotes names that would end a text or a line', () => {
    const code = exportCode({ ...FACTS, file: 'a"\n__import__("os")\u2028é.pt', keys: ['x"]; evil(['] });
    for (const line of code.split('\n')) assert.doesNotMatch(line, /^__import__/);
    assert.match(code, /torch\.load\("a\\"\\n__import__\(\\"os\\"\)\\u2028\\u00e9\.pt"/);
    assert.match(code, /\["x\\"\]; evil\(\["\]/);
  });

  it('is Keras’s for its files', () => {
    const code = exportCode({ ...FACTS, file: 'net.weights.h5', format: 'keras-weights' });
    assert.match(code, /load_weights\("net\.weights\.h5"\)[^]*save\("net\.keras"\)/);
  });
});

/** Debian's package python3-torch, or another PyTorch of the system's Python. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
);

const SOURCE = `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(6, 5)
        self.fc2 = nn.Linear(5, 3)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
`;
const SAVES: Readonly<Record<string, string>> = {
  'plain.pt': 'torch.save(net.state_dict(), name)',
  'checkpoint.pth': 'torch.save({"epoch": 3, "model_state_dict": net.state_dict()}, name)',
  'parallel.pt': 'torch.save({f"module.{key}": value for key, value in net.state_dict().items()}, name)',
  'whole.pt': 'torch.save(net, name)',
};

describe(
  'the code runs in the PyTorch of this machine, and what it writes opens here',
  { skip: python === undefined ? 'no PyTorch here' : false },
  () => {
    for (const [name, save] of Object.entries(SAVES))
      it(name, () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'export-'));
        try {
          fs.writeFileSync(path.join(folder, 'model.py'), SOURCE);
          const run = (code: string) => spawnSync(python!, ['-c', code], { cwd: folder, encoding: 'utf8' });
          const made = run(`import torch, model; net = model.Net(); name = ${JSON.stringify(name)}; ${save}`);
          assert.equal(made.status, 0, made.stderr);
          const weights = new MemorySource(name, new Uint8Array(fs.readFileSync(path.join(folder, name))));
          const exported = run(openModel(weights, new FakeSiblings()).missing!.exportCode());
          assert.equal(exported.status, 0, exported.stderr);
          const out = name.replace(/\.\w+$/, '.onnx');
          const content = new Uint8Array(fs.readFileSync(path.join(folder, out)));
          const model = openModel(new MemorySource(out, content), new FakeSiblings());
          assert.deepEqual(
            model.layers.filter(({ parameters }) => parameters > 0).map(layer => layer.name),
            ['fc1', 'fc2'],
          );
          assert.deepEqual(model.inputs[0]!.shape, [null, 6]);
        } finally {
          fs.rmSync(folder, { recursive: true });
        }
      });
  },
);
