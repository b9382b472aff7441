import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { programOf } from './sources';

const moduleClasses = (text: string, more: Readonly<Record<string, string>> = {}) =>
  programOf({ 'model.py': text, ...more }).classes('/w/model.py', Cancellation.never);

describe('moduleClasses', () => {
  it('finds what derives from Module or has a forward, with line and parameters', async () => {
    const text = [
      'import torch.nn as nn',
      '',
      'class Config:',
      '    forward_steps = 3',
      '',
      'class Net(nn.Module):',
      '    """A network, (with brackets)."""',
      '    def __init__(self, hidden: int = 32, *, sizes=(1, 2), act=nn.ReLU(), name="a,b", classes):',
      '        super().__init__()',
      '',
      '    def forward(self, x):',
      '        class Inner(nn.Module): pass',
      '        return x',
      '',
      'class Duck:',
      '    def forward(self, x): return x',
      '',
      'class Lit(',
      '    Mixin,',
      '    pl.LightningModule,  # (as in the book)',
      '):',
      '    def __init__(',
      '        self,  # the first, as ever',
      '        width,',
      '        depth=4,',
      '    ):',
      '        pass',
    ].join('\n');
    assert.deepEqual(await moduleClasses(text), [
      {
        name: 'Net',
        line: 6,
        parameters: [
          { name: 'hidden', default: '32' },
          { name: 'sizes', default: '(1, 2)' },
          { name: 'act', default: 'nn.ReLU()' },
          { name: 'name', default: '"a,b"' },
          { name: 'classes', default: undefined },
        ],
      },
      { name: 'Duck', line: 15, parameters: [] },
      {
        name: 'Lit',
        line: 18,
        parameters: [
          { name: 'width', default: undefined },
          { name: 'depth', default: '4' },
        ],
      },
    ]);
  });

  it('finds nothing in what is no source, and ends on what is cut off', async () => {
    assert.deepEqual(await moduleClasses(''), []);
    assert.deepEqual(await moduleClasses('class Net(nn.Module'), []);
    assert.equal((await moduleClasses('class Net(nn.Module):\n  def __init__(self, a=(')).length, 1);
  });

  it('finds what derives from a class of another file', async () => {
    const base = 'import torch\nclass Base(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n';
    const classes = await moduleClasses('from base import Base\nclass Net(Base):\n    pass\n', { 'base.py': base });
    assert.deepEqual(
      classes.map(({ name }) => name),
      ['Net'],
    );
  });
});
