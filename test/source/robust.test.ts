import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { KERAS_PY, RESIDUAL_PY, TFJS_TS } from './exampleSources';
import { networksIn, outline, programOf } from './sources';

const EXAMPLES = [
  ['model.py', RESIDUAL_PY],
  ['model.py', KERAS_PY],
  ['model.ts', TFJS_TS],
] as const;

/** Insertions, deletions and doublings at random places. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(40),
    text: fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        ':',
        '\n',
        '    ',
        '"',
        "'",
        '[',
        '{',
        '}',
        '*',
        '**',
        '=',
        'self.',
        'é𝔸',
        '0x',
        '1e999',
      ),
      fc.string({ maxLength: 8 }),
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

describe('a source that is no longer one', () => {
  it('never makes the reader throw, and a text parsed bit by bit gives what it gives at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...EXAMPLES), edits, async ([file, text], changes) => {
        const program = programOf({});
        program.texts.set(`/w/${file}`, text);
        await program.analyse(`/w/${file}`, Cancellation.never);
        let now: string = text;
        for (const { at, remove, text: inserted } of changes) {
          const start = Math.floor(at * now.length);
          const end = Math.min(now.length, start + remove);
          program.texts.change(`/w/${file}`, [{ start, end, text: inserted }]);
          now = now.slice(0, start) + inserted + now.slice(end);
        }
        const bit = await program.analyse(`/w/${file}`, Cancellation.never);
        const whole = await networksIn({ [file]: now });
        if (!bit.broken) assert.deepEqual(bit.networks.map(outline), whole.map(outline));
      }),
      { numRuns: 60 },
    );
  });

  it('ends however it is nested, repeated or calling itself', async () => {
    const hostile = [
      `x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`,
      `x = ${'['.repeat(5_000)}\n`,
      `x = ${'1+'.repeat(20_000)}1\n`,
      `${'if a:\n  '.repeat(1)}${Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}if a:\n`).join('')}`,
      'def f():\n    return f()\nx = f()\n',
      'class A(A):\n    pass\nx = A()\n',
      'x = [0]\nwhile True:\n    x += x\n',
      'for a in range(9999):\n    for b in range(9999):\n        for c in range(9999):\n            d = a\n',
      'x = [[[[0 for a in range(9000)] for b in range(9000)] for c in range(9000)] for d in range(9)]\n',
      'x = "a" * 10 ** 12\ny = [1] * 10 ** 12\nz = 10 ** 10 ** 10\n',
      'from . import model\nfrom model import *\nimport model as m\nx = m.m.m\n',
      's = "a"\nfor i in range(4000):\n    s = s + s\n',
    ];
    for (const text of hostile) await networksIn({ 'model.py': `from torch import nn\n${text}` });
  });

  it('is refused when it is larger than any that a person wrote', async () => {
    await assert.rejects(networksIn({ 'model.py': 'x = 1\n'.repeat(400_000) }), { code: 'too-large' });
  });

  it('can be left in the midst', async () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const text = `import torch.nn as nn\n${'for i in range(2000):\n    x = i\n'.repeat(50)}`;
    await assert.rejects(programOf({ 'model.py': text }).analyse('/w/model.py', cancellation), { code: 'cancelled' });
  });
});
