import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESIDUAL_PY } from './exampleSources';
import { networksIn, outline } from './sources';

/** The outline of the last network that a text defines. */
async function layersOf(body: string, more: Readonly<Record<string, string>> = {}, name?: string): Promise<string[]> {
  const text = `import torch\nfrom torch import nn\nimport torch.nn.functional as F\n${body}`;
  const networks = await networksIn({ 'model.py': text, ...more });
  const network = name === undefined ? networks.at(-1) : networks.find(one => one.name === name);
  assert.ok(network, 'no network was found');
  return outline(network);
}

const module = (inside: string, head = 'self') =>
  `class Net(nn.Module):\n    def __init__(${head}):\n        super().__init__()\n${inside
    .trim()
    .split('\n')
    .map(line => `        ${line}\n`)
    .join('')}`;

describe('layers of PyTorch in a source', () => {
  it('are the attributes of a module, with the sizes as they are written', async () => {
    assert.deepEqual(
      await layersOf(module('self.a = nn.Linear(64, 128)\nself.act = nn.ReLU()\nself.b = nn.Linear(128, 10)')),
      ['a Linear inputs=64 outputs=128', 'act ReLU', 'b Linear inputs=128 outputs=10'],
    );
  });

  it('take sizes from defaults, constants, class attributes and arithmetic', async () => {
    const text = `WIDTH = 16\n${module('self.a = nn.Linear(WIDTH * 2, hidden)\nself.b = nn.Linear(hidden, self.classes)', 'self, hidden=WIDTH // 2 + 1').replace('    def', '    classes = 7\n    def')}`;
    assert.deepEqual(await layersOf(text), ['a Linear inputs=32 outputs=9', 'b Linear inputs=9 outputs=7']);
  });

  it('take sizes by keyword', async () => {
    assert.deepEqual(await layersOf(module('self.a = nn.Conv2d(out_channels=8, in_channels=3, kernel_size=3)')), [
      'a Conv2d inputs=3 outputs=8',
    ]);
  });

  it('take sizes from the defaults of a configuration', async () => {
    const text = `from dataclasses import dataclass\n@dataclass\nclass Config:\n    width: int = 24\n    depth: int = 2\n${module('self.a = nn.Linear(8, config.width)', 'self, config=Config()')}`;
    assert.deepEqual(await layersOf(text), ['a Linear inputs=8 outputs=24']);
    assert.deepEqual(await layersOf(`${text}net = Net(Config(width=5))`, {}, 'net'), ['a Linear inputs=8 outputs=5']);
  });

  it('are named in containers as PyTorch names them', async () => {
    const text = module(`
self.a = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))
self.b = nn.Sequential(OrderedDict([("one", nn.Linear(4, 5))]))
self.c = nn.ModuleDict({"left": nn.Linear(5, 6)})
self.d = nn.ModuleList([nn.Linear(6, 6) for _ in range(2)])
self.e = nn.Sequential()
self.e.add_module("last", nn.Linear(6, 1))`);
    assert.deepEqual(
      (await layersOf(`from collections import OrderedDict\n${text}`)).map(line => line.split(' ')[0]),
      ['a.0', 'a.1', 'a.2', 'b.one', 'c.left', 'd.0', 'd.1', 'e.last'],
    );
  });

  it('come from loops whose rounds are known', async () => {
    const text = module(`
sizes = [4, 8, 16]
layers = []
for before, after in zip(sizes, sizes[1:]):
    layers += [nn.Linear(before, after), nn.ReLU()]
self.body = nn.Sequential(*layers)
for i in range(2):
    setattr(self, f"head{i}", nn.Linear(16, i + 2))`);
    assert.deepEqual(await layersOf(text), [
      'body.0 Linear inputs=4 outputs=8',
      'body.1 ReLU',
      'body.2 Linear inputs=8 outputs=16',
      'body.3 ReLU',
      'head0 Linear inputs=16 outputs=2',
      'head1 Linear inputs=16 outputs=3',
    ]);
  });

  it('of residual networks come from factories, blocks and keyword arguments', async () => {
    const network = (await networksIn({ 'model.py': RESIDUAL_PY })).find(one => one.name === 'resnet')!;
    const lines = outline(network);
    assert.equal(lines.length, 21);
    assert.ok(lines.includes('layer2.0.downsample.0 Conv2d inputs=16 outputs=32'));
    assert.ok(lines.includes('layer1.0.conv1 Conv2d inputs=16 outputs=16 groups=1'));
    assert.ok(lines.includes('fc Linear inputs=32 outputs=10'));
  });

  it('of nested modules come from other files, however those are imported', async () => {
    const block = `from torch import nn\nclass Block(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n        self.fc = nn.Linear(width, width)\n`;
    const files = { 'parts/__init__.py': '', 'parts/blocks.py': block };
    const use = (name: string) => module(`self.block = ${name}(12)\nself.out = nn.Linear(12, 2)`);
    for (const [line, name] of [
      ['from parts.blocks import Block', 'Block'],
      ['from .parts.blocks import Block as B', 'B'],
      ['from .parts import blocks', 'blocks.Block'],
      ['import parts.blocks as p', 'p.Block'],
      ['from parts.blocks import *', 'Block'],
    ] as const)
      assert.deepEqual(
        await layersOf(`${line}\n${use(name)}`, files),
        ['block.fc Linear inputs=12 outputs=12', 'out Linear inputs=12 outputs=2'],
        line,
      );
  });

  it('of a subclass are those of its base as well', async () => {
    const text = `${module('self.a = nn.Linear(3, width)', 'self, width=6')}class Wide(Net):\n    def __init__(self):\n        super().__init__(width=12)\n        self.b = nn.Linear(12, 1)\n`;
    assert.deepEqual(await layersOf(text), ['a Linear inputs=3 outputs=12', 'b Linear inputs=12 outputs=1']);
  });

  it('are in the order in which the network calls them', async () => {
    const text = `${module('self.last = nn.Linear(5, 2)\nself.first = nn.Linear(3, 5)')}    def forward(self, x):\n        return self.last(F.relu(self.first(x)))\n`;
    assert.deepEqual(
      (await layersOf(text)).map(line => line.split(' ')[0]),
      ['first', 'last'],
    );
  });

  it('know the size of the reshape before them', async () => {
    const text = `${module('self.conv = nn.Conv2d(1, 16, 5)\nself.fc = nn.Linear(16 * 5 * 5, 10)')}    def forward(self, x):\n        x = self.conv(x)\n        x = x.view(-1, 16 * 5 * 5)\n        return self.fc(x)\n`;
    assert.deepEqual(await layersOf(text), [
      'conv Conv2d inputs=1 outputs=16',
      'fc Linear inputs=400 outputs=10 reshape=400',
    ]);
  });

  it('stand where they are called, and their sizes where they are written', async () => {
    const text = `from torch import nn\n${module('self.a = nn.Linear(64, hidden)', 'self, hidden=128')}`;
    const [network] = await networksIn({ 'model.py': text });
    const [layer] = network!.layers;
    assert.equal(text.slice(layer!.place.start, layer!.place.end), 'nn.Linear(64, hidden)');
    const outputs = layer!.sizes.find(size => size.role === 'outputs')!;
    assert.equal(text.slice(outputs.place.start, outputs.place.end), 'hidden');
    assert.equal(text.slice(outputs.literal!.start, outputs.literal!.end), '128');
  });

  it('have their size through typing.cast', async () => {
    const text = `from typing import cast\n${module('for v in [8, "M", 16]:\n    if v != "M":\n        v = cast(int, v)\n        self.add_module(f"conv{v}", nn.Conv2d(3, v, 3))')}`;
    assert.deepEqual(await layersOf(text), ['conv8 Conv2d inputs=3 outputs=8', 'conv16 Conv2d inputs=3 outputs=16']);
  });

  it('have no size where only running the source would tell it', async () => {
    assert.deepEqual(await layersOf(module('self.a = nn.Linear(features, len(open("x").read()))', 'self, features')), [
      'a Linear inputs=? outputs=?',
    ]);
  });

  it('are found while the text around them is broken', async () => {
    const text = `${module('self.a = nn.Linear(3, 6)\nself.b = nn.Linear(6, 1)')}\n    def forward(self, x:\n        return self.a(`;
    const lines = await layersOf(text);
    assert.ok(lines.includes('a Linear inputs=3 outputs=6') && lines.includes('b Linear inputs=6 outputs=1'));
  });
});
