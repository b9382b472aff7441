import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { argumentsAsJson, moduleClasses } from '../../../src/host/python/moduleClasses';

describe('moduleClasses', () => {
  it('finds what derives from Module or has a forward, with line and parameters', () => {
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
    assert.deepEqual(moduleClasses(text), [
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

  it('finds nothing in what is no source, and ends on what is cut off', () => {
    assert.deepEqual(moduleClasses(''), []);
    assert.deepEqual(moduleClasses('class Net(nn.Module'), []);
    assert.equal(moduleClasses('class Net(nn.Module):\n  def __init__(self, a=(').length, 1);
  });
});

describe('argumentsAsJson', () => {
  it('takes JSON and keywords as Python writes them', () => {
    for (const [typed, json] of [
      ['', '{}'],
      ['{"hidden": 3}', '{"hidden":3}'],
      ['[1, 2]', '[1,2]'],
      [
        "hidden=128, bias=False, sizes=(1, 2,), name='a', extra=None",
        '{"hidden":128,"bias":false,"sizes":[1,2],"name":"a","extra":null}',
      ],
    ] as const)
      assert.equal(argumentsAsJson(typed), json, typed);
  });

  it('refuses what is neither, code above all', () => {
    for (const typed of ['128', 'hidden=', 'hidden', 'hidden=print(1)', 'a b', '"text"'])
      assert.equal(argumentsAsJson(typed), undefined, typed);
  });
});
