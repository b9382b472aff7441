import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ascii, type Bytes } from '../../fuzz/target';
import { zipBytes } from '../../base/archive/zipBytes';
import { capture } from '../../../src/probes/capture';
import { runtime } from '../../probes/references';
import { faultOf, openBytes } from '../openBytes';
import { floats } from './archives';
import { comparePeer, type PeerFacts } from './comparePeer';
import { bool, dict, global, OP, pickle, proto, tensor, text, tuple, type Part } from './pickleBytes';

const folder = path.join(import.meta.dirname, '..', '..', 'fixtures', 'torch', 'script');
const TOLERANCE = 1e-5;
/** What is no layer of its own: nothing is dropped in use, and positions depend on no input. */
const NO_LAYERS = /^(drop|wpe)$/;

describe('TorchScript networks run as PyTorch runs them', () => {
  const facts = JSON.parse(fs.readFileSync(path.join(folder, 'facts.json'), 'utf8')) as Readonly<
    Record<string, PeerFacts>
  >;
  for (const file of fs.readdirSync(folder).filter(name => name.endsWith('.pt')))
    it(file, async () => {
      const { worst, compared, missing } = await comparePeer(path.join(folder, file), facts[file.split('.')[0]!]!);
      assert.ok(worst <= TOLERANCE, `off by ${worst}`);
      assert.ok(compared.includes(''), 'the output itself was not compared');
      assert.deepEqual(
        missing.filter(name => !NO_LAYERS.test(name)),
        [],
      );
    });
});

/** Debian's package python3-torch, or another PyTorch of the system's Python. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
);

describe(
  'every kind of layer, beside the PyTorch of this machine',
  { skip: python === undefined ? 'no PyTorch here' : false },
  () => {
    it('agrees, scripted and traced', async () => {
      const made = fs.mkdtempSync(path.join(os.tmpdir(), 'peer-'));
      try {
        const run = spawnSync(python!, [path.join(import.meta.dirname, 'peer.py'), made], { encoding: 'utf8' });
        assert.equal(run.status, 0, run.stderr);
        const facts = JSON.parse(fs.readFileSync(path.join(made, 'facts.json'), 'utf8')) as Readonly<
          Record<string, PeerFacts>
        >;
        for (const [name, fact] of Object.entries(facts))
          for (const way of ['scripted', 'traced']) {
            const { worst, missing } = await comparePeer(path.join(made, `${name}.${way}.pt`), fact);
            assert.ok(worst <= TOLERANCE, `${name}, ${way}: off by ${worst}`);
            assert.deepEqual(
              missing.filter(layer => !NO_LAYERS.test(layer)),
              [],
              `${name}, ${way}`,
            );
          }
      } finally {
        fs.rmSync(made, { recursive: true });
      }
    });
  },
);

/** A network of one module by its program; `w` is a parameter of 2 × 2, `count` a number. */
function script(
  forward: string,
  more: { readonly functions?: string; readonly head?: string; readonly constants?: Part } = {},
): Bytes {
  const { constants } = more;
  const state: Part = dict({
    ...(constants === undefined ? { w: tensor('0', 4, [2, 2]) } : {}),
    training: bool(false),
    name: text('x'),
  });
  const data = pickle(proto(), global('__torch__', 'Net'), OP.EMPTY_TUPLE, OP.NEWOBJ, state, OP.BUILD, OP.STOP);
  const code = `class Net(Module):
  __parameters__ = ["w", ]
  __buffers__ = []
  w : Tensor
  training : bool
${more.head ?? ''}  def forward(self: __torch__.Net,
    x: Tensor) -> Tensor:
${forward
  .trim()
  .split('\n')
  .map(line => `    ${line}`)
  .join('\n')}
${more.functions ?? ''}`;
  return zipBytes([
    { name: 'net/data.pkl', data },
    { name: 'net/data/0', data: floats(1, 2, 3, 4) },
    { name: 'net/code/__torch__.py', data: ascii(code) },
    { name: 'net/constants.pkl', data: pickle(proto(), constants ?? OP.EMPTY_TUPLE, OP.STOP) },
    ...(constants === undefined ? [] : [{ name: 'net/constants/0', data: floats(1, 2, 3, 4) }]),
    { name: 'net/version', data: ascii('3\n') },
  ]);
}

describe('a TorchScript program', () => {
  const linear = 'h = torch.linear(x, self.w, None)';

  it('gives inputs, layers and outputs, named by modules and nodes', () => {
    const model = openBytes(script(`${linear}\nreturn torch.relu(h)`));
    assert.deepEqual(model.inputs, [{ name: 'x', shape: [null, 2], type: 'float32' }]);
    assert.deepEqual(
      model.layers.map(({ name, op, outputShape }) => [name, op, outputShape]),
      [
        ['/Gemm', 'Gemm', [null, 2]],
        ['/Relu', 'Relu', [null, 2]],
      ],
    );
    assert.equal(model.parameters, 4);
    assert.deepEqual([...model.readWeight('w').values], [1, 2, 3, 4]);
  });

  it('takes an axis from an element to its end', async () => {
    const model = openBytes(script(`${linear}\nreturn torch.relu(torch.slice(h, 1, 1, 9223372036854775807))`));
    const data = { name: 'd', rows: 1, rowShape: [2], values: Float32Array.of(1, 1) };
    const { layers } = await capture(model, data, { runtime });
    assert.deepEqual([...layers.at(-1)!.values], [7]);
  });

  it('is followed anew with the size of the rows, where any size would do and a usual one was taken', async () => {
    const model = openBytes(
      script(`h = torch.linear(torch.adaptive_avg_pool1d(x, 2), self.w, None)\nreturn torch.relu(h)`),
    );
    assert.deepEqual(model.inputs[0]?.shape, [null, null, 28]);
    const data = { name: 'd', rows: 1, rowShape: [1, 6], values: Float32Array.of(0, 1, 2, 3, 4, 5) };
    const { layers } = await capture(model, data, { runtime, reduction: 'flatten' });
    assert.deepEqual([...layers.at(-1)!.values], [9, 19]);
  });

  it('may hold its weights as constants, as torch.jit.freeze writes it', () => {
    const frozen = script('return torch.linear(x, CONSTANTS.c0, None)', { constants: tuple(tensor('0', 4, [2, 2])) });
    const model = openBytes(frozen);
    assert.equal(model.parameters, 4);
    assert.deepEqual(
      model.layers.map(({ name, parameters, weights }) => [name, parameters, weights[0]?.name]),
      [['/Gemm', 4, 'CONSTANTS_c0']],
    );
    assert.deepEqual([...model.readWeight('CONSTANTS_c0').values], [1, 2, 3, 4]);
  });

  it('names an operator that is not known, and keeps what comes before', () => {
    const model = openBytes(script(`${linear}\nh2 = torch.relu(h)\ny = torch.fft_rfft(h2)\nreturn torch.relu(y)`));
    assert.deepEqual(
      model.unsupported.map(({ operator, layersBefore }) => [operator, layersBefore]),
      [['torch.fft_rfft', ['/Gemm', '/Relu']]],
    );
  });

  it('names a loop and a branch that depend on values, and keeps what comes before', () => {
    const loop = openBytes(
      script(`${linear}\nn = int(torch.sum(h))\nfor i in range(n):\n  h = torch.relu(h)\nreturn h`),
    );
    assert.deepEqual(
      loop.unsupported.map(one => one.operator),
      ['a whole number that depends on values'],
    );
    const branch = openBytes(
      script(`${linear}\nif bool(torch.any(h)):\n  y = torch.relu(h)\nelse:\n  y = h\nreturn y`),
    );
    assert.deepEqual(
      branch.unsupported.map(one => [one.operator, one.layersBefore]),
      [['a branch that depends on values', ['/Gemm', '/ReduceMax']]],
    );
  });

  it('unrolls loops of known length, takes checks of the input to hold, and runs as in evaluation', () => {
    const model = openBytes(
      script(
        `${linear}
for i in range(3):
  h = torch.relu(h)
if torch.eq(torch.size(x, 0), 7):
  ops.prim.RaiseException("seven")
else:
  pass
training = self.training
if training:
  h = torch.tanh(h)
else:
  pass
return torch.dropout(h, 0.5, True)`,
      ),
    );
    assert.deepEqual(model.unsupported, []);
    assert.deepEqual(
      model.layers.map(layer => layer.op),
      ['Gemm', 'Relu', 'Relu', 'Relu'],
    );
  });

  const corrupt: Readonly<Record<string, string>> = {
    'a name without a value': 'return y',
    'a constant that is not there': 'return torch.add(x, CONSTANTS.c3)',
    'an attribute that is not there': 'return self.other',
    'a function that is not there': 'return __torch__.missing(x)',
    'a call that does not end': 'return torch.relu(x',
    'an unknown character': 'return torch.relu(x ? 1)',
  };
  for (const [what, body] of Object.entries(corrupt))
    it(`that has ${what} is corrupt`, () => {
      assert.equal(faultOf(script(body))?.code, 'corrupt');
    });

  it('that never ends, or calls itself, is too large', () => {
    assert.equal(faultOf(script('n = 1\nwhile True:\n  n = torch.add(n, 1)\nreturn x'))?.code, 'too-large');
    assert.equal(faultOf(script('h = x\nwhile True:\n  h = torch.silu(h)\nreturn h'))?.code, 'too-large');
    const nested = 'for i in range(9000):\n  for j in range(9000):\n    h = torch.silu(h)\n';
    assert.equal(faultOf(script(`h = x\n${nested}return h`))?.code, 'too-large');
    assert.equal(faultOf(script(`h = x\n${nested.replace('h = torch.silu(h)', 'n = i')}return h`))?.code, 'too-large');
    assert.equal(faultOf(script('return (self).forward(x, )'))?.code, 'too-large');
    assert.equal(faultOf(script(`return ${'('.repeat(5000)}x${')'.repeat(5000)}`))?.code, 'too-large');
  });

  it('has no way to files or processes: what it calls is data', () => {
    const model = openBytes(script(`${linear}\ny = torch.from_file("/etc/passwd", False, 10)\nreturn h`));
    assert.deepEqual(
      model.unsupported.map(one => one.operator),
      ['torch.from_file'],
    );
  });

  it('of classes outside of the archive is unsafe', () => {
    const data = pickle(proto(), global('os', 'system'), OP.EMPTY_TUPLE, OP.NEWOBJ, OP.STOP);
    const content = zipBytes([
      { name: 'net/data.pkl', data },
      { name: 'net/constants.pkl', data: pickle(proto(), OP.EMPTY_TUPLE, OP.STOP) },
    ]);
    assert.equal(faultOf(content)?.code, 'unsafe');
  });
});
