import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { applied, resizeNetwork, type WantedSizes } from '../../src/source/resize';
import { networksIn, outline, programOf } from './sources';

const HEAD = 'from torch import nn\n';

/** The texts after a network was resized. */
async function resized(
  files: Readonly<Record<string, string>>,
  wanted: readonly WantedSizes[],
  name?: string,
): Promise<Record<string, string>> {
  const program = programOf(files);
  const file = `/w/${Object.keys(files)[0]!}`;
  const { networks } = await program.analyse(file, Cancellation.never);
  const network = networks.find(one => name === undefined || one.name === name)!;
  const edits = await resizeNetwork(program, file, network, wanted, Cancellation.never);
  return Object.fromEntries(
    Object.entries(files).map(([key, text]) => [
      key,
      applied(
        text,
        edits.filter(edit => edit.file === `/w/${key}`),
      ),
    ]),
  );
}

const net = (body: string, head = 'self', rest = '') =>
  `${HEAD}class Net(nn.Module):\n    def __init__(${head}):\n        super().__init__()\n${body
    .split('\n')
    .map(line => `        ${line}\n`)
    .join('')}${rest}`;

describe('a network that gets other sizes', () => {
  const wanted: readonly WantedSizes[] = [
    { path: 'a', sizes: { outputs: 20 } },
    { path: 'b', sizes: { inputs: 20 } },
  ];

  it('has its numbers changed where they are written', async () => {
    const text = net('self.a = nn.Linear(64, 32)  # half\nself.b = nn.Linear(32, 10)');
    assert.deepEqual(await resized({ 'm.py': text }, wanted), {
      'm.py': text.replace('(64, 32)', '(64, 20)').replace('(32, 10)', '(20, 10)'),
    });
  });

  it('has a default changed once, where all that take it are to change', async () => {
    const text = net('self.a = nn.Linear(64, hidden)\nself.b = nn.Linear(hidden, 10)', 'self, hidden=32');
    assert.deepEqual(await resized({ 'm.py': text }, wanted), { 'm.py': text.replace('hidden=32', 'hidden=20') });
  });

  it('keeps a constant that others take as well', async () => {
    const text = net(
      'self.a = nn.Linear(64, WIDTH)\nself.b = nn.Linear(WIDTH, WIDTH)\nself.c = nn.Linear(WIDTH, 10)',
    ).replace(HEAD, `${HEAD}WIDTH = 32\n`);
    assert.deepEqual(await resized({ 'm.py': text }, wanted), {
      'm.py': text.replace('(64, WIDTH)', '(64, 20)').replace('(WIDTH, WIDTH)', '(20, WIDTH)'),
    });
  });

  it('keeps a constant that others are computed from', async () => {
    const text = net(
      'self.a = nn.Linear(64, WIDTH)\nself.b = nn.Linear(WIDTH, WIDTH * 2)\nself.c = nn.Linear(WIDTH * 2, 10)',
    ).replace(HEAD, `${HEAD}WIDTH = 32\n`);
    assert.deepEqual(await resized({ 'm.py': text }, wanted), {
      'm.py': text.replace('(64, WIDTH)', '(64, 20)').replace('(WIDTH, WIDTH * 2)', '(20, WIDTH * 2)'),
    });
  });

  it('has the one factor of a product changed, and the reshape before it', async () => {
    const rest =
      '    def forward(self, x):\n        x = self.a(x)\n        x = x.view(-1, 16 * 5 * 5)\n        return self.b(x)\n';
    const text = net('self.a = nn.Conv2d(1, 16, 5)\nself.b = nn.Linear(16 * 5 * 5, 10)', 'self', rest);
    const after = await resized({ 'm.py': text }, [
      { path: 'a', sizes: { outputs: 12 } },
      { path: 'b', sizes: { inputs: 300, reshape: 300 } },
    ]);
    assert.deepEqual(after, {
      'm.py': text
        .replace('(1, 16, 5)', '(1, 12, 5)')
        .replace('(16 * 5 * 5', '(12 * 5 * 5')
        .replace('-1, 16 *', '-1, 12 *'),
    });
  });

  it('has the sizes of normalisations and of other files changed along', async () => {
    const block = `${HEAD}class Block(nn.Module):\n    def __init__(self, width=32):\n        super().__init__()\n        self.bn = nn.BatchNorm1d(width)\n`;
    const text = `from block import Block\n${net('self.a = nn.Linear(64, 32)\nself.block = Block()\nself.b = nn.Linear(32, 10)')}`;
    const after = await resized({ 'm.py': text, 'block.py': block }, [
      ...wanted,
      { path: 'block.bn', sizes: { features: 20 } },
    ]);
    assert.equal(after['block.py'], block.replace('width=32', 'width=20'));
    assert.equal(after['m.py'], text.replace('(64, 32)', '(64, 20)').replace('(32, 10)', '(20, 10)'));
  });

  it('is refused where one line makes layers of several sizes', async () => {
    const text = net('self.a = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])');
    const half: readonly WantedSizes[] = [{ path: 'a.1', sizes: { outputs: 4 } }];
    await assert.rejects(resized({ 'm.py': text }, half), { code: 'unsupported' });
  });

  it('has numbers of a list changed that a loop walks through', async () => {
    const text = net(
      'sizes = [64, 32, 10]\nself.body = nn.Sequential(*[nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])',
    );
    const after = await resized({ 'm.py': text }, [
      { path: 'body.0', sizes: { outputs: 20 } },
      { path: 'body.1', sizes: { inputs: 20 } },
    ]);
    assert.equal(after['m.py'], text.replace('[64, 32, 10]', '[64, 20, 10]'));
  });

  it('has the argument changed that a helper is given, where others use the helper and the number', async () => {
    const helper = '    def dense(self, n, m):\n        return nn.Linear(n, m)\n';
    const text = net(
      'self.a = self.dense(64, self.width)\nself.b = self.dense(self.width, self.width // 2)\nself.c = self.dense(self.width // 2, 10)',
      'self',
      helper,
    ).replace('    def __init__', '    width = 32\n    def __init__');
    assert.deepEqual(await resized({ 'm.py': text }, wanted), {
      'm.py': text.replace('(64, self.width)', '(64, 20)').replace('(self.width, self.width //', '(20, self.width //'),
    });
    const half: readonly WantedSizes[] = [
      { path: 'b', sizes: { outputs: 12 } },
      { path: 'c', sizes: { inputs: 12 } },
    ];
    assert.deepEqual(await resized({ 'm.py': text }, half), { 'm.py': text.replaceAll('self.width // 2', '12') });
  });

  it('never has an argument replaced in which several are written', async () => {
    const helper = '    def dense(self, n, m):\n        return nn.Linear(n, m)\n';
    const text = net('ab = [64, 16 * 2]\nself.a = self.dense(*ab)\nself.b = nn.Linear(16 * 2, 10)', 'self', helper);
    const after = await resized({ 'm.py': text }, [
      { path: 'a', sizes: { outputs: 21 } },
      { path: 'b', sizes: { inputs: 21 } },
    ]);
    assert.deepEqual(after, {
      'm.py': text.replace('Linear(n, m)', 'Linear(n, 21)').replace('Linear(16 * 2', 'Linear(21'),
    });
  });

  it('of TensorFlow.js and Keras has its units changed', async () => {
    const script =
      "const tf = require('@tensorflow/tfjs');\nconst model = tf.sequential();\nmodel.add(tf.layers.dense({ units: 32, name: 'a' }));\n";
    assert.deepEqual(await resized({ 'm.js': script }, [{ path: 'a', sizes: { outputs: 20 } }]), {
      'm.js': script.replace('32', '20'),
    });
    const python = 'from keras import Sequential, layers\nmodel = Sequential([layers.Dense(32, name="a")])\n';
    assert.deepEqual(await resized({ 'm.py': python }, [{ path: 'a', sizes: { outputs: 20 } }]), {
      'm.py': python.replace('32', '20'),
    });
  });

  it('has exactly the sizes that were wanted, whatever it was', async () => {
    const size = fc.integer({ min: 2, max: 300 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { minLength: 3, maxLength: 7 }),
        fc.constantFrom('literal', 'default', 'constant', 'list'),
        fc.nat(),
        size,
        async (sizes, style, which, to) => {
          const at = 1 + (which % (sizes.length - 2));
          const names = sizes.map((_, index) => `s${index}`);
          const written = style === 'literal' || style === 'list' ? sizes.map(String) : names;
          const body =
            style === 'list'
              ? `sizes = [${written.join(', ')}]\nfor i in range(${sizes.length - 1}):\n    self.add_module(f"l{i}", nn.Linear(sizes[i], sizes[i + 1]))`
              : sizes
                  .slice(1)
                  .map((_, index) => `self.l${index} = nn.Linear(${written[index]!}, ${written[index + 1]!})`)
                  .join('\n');
          const head =
            style === 'default' ? `self, ${sizes.map((one, index) => `s${index}=${one}`).join(', ')}` : 'self';
          const constants = style === 'constant' ? sizes.map((one, index) => `s${index} = ${one}\n`).join('') : '';
          const files = { 'm.py': constants + net(body, head) };
          const after = await resized(files, [
            { path: `l${at - 1}`, sizes: { outputs: to } },
            { path: `l${at}`, sizes: { inputs: to } },
          ]);
          const wantedSizes = sizes.with(at, to);
          const [network] = await networksIn(after);
          assert.deepEqual(
            outline(network!),
            wantedSizes.slice(1).map((one, index) => `l${index} Linear inputs=${wantedSizes[index]!} outputs=${one}`),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
