import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LEAST_CONFIDENCE, matchNetwork } from '../../src/source/match';
import type { ModelLayer } from '../../src/source/modelSizes';
import type { SourceNetwork } from '../../src/source/networks';
import { KERAS_PY, RESIDUAL_PY } from './exampleSources';
import { networksIn } from './sources';

const dense = (name: string, inputs: number, outputs: number, op = 'Gemm'): ModelLayer => ({
  name,
  op,
  outputs,
  weights: [
    { name: `${name}.weight`, shape: op === 'Dense' || op === 'MatMul' ? [inputs, outputs] : [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ],
});
const relu = (name: string): ModelLayer => ({ name, op: 'Relu', outputs: undefined, weights: [] });

const MLP = `from torch import nn
class Net(nn.Module):
    def __init__(self, hidden=128):
        super().__init__()
        self.first = nn.Linear(64, hidden)
        self.second = nn.Linear(hidden, hidden)
        self.body = nn.Sequential(nn.Linear(hidden, 32), nn.ReLU(), nn.Linear(32, 10))
    def forward(self, x):
        return self.body(self.second(self.first(x)))
`;
const mlp = async () => (await networksIn({ 'model.py': MLP }))[0]!;

/** Source path → model's name. */
function pairsOf(network: SourceNetwork, layers: readonly ModelLayer[]): Record<string, string> {
  const { pairs } = matchNetwork(network, layers);
  return Object.fromEntries(pairs.map(({ source, model }) => [network.layers[source]!.path, layers[model]!.name]));
}

describe("a model's layers and those of a source", () => {
  const exported = (name: (path: string) => string) => [
    dense(name('first'), 64, 128),
    relu('r1'),
    dense(name('second'), 128, 128),
    dense(name('body.0'), 128, 32),
    relu('r2'),
    dense(name('body.2'), 32, 10),
  ];

  it('are the same by their names, however an exporter writes them', async () => {
    const network = await mlp();
    for (const name of [
      (path: string) => path,
      (path: string) => `model.${path}`,
      (path: string) => `/${path.replaceAll('.', '/')}/Gemm`,
      (path: string) => `/${path.replace(/^(\w+)\.(\d)$/, '$1/$1.$2')}/Gemm`,
      (path: string) => `_orig_mod.${path}`,
    ]) {
      const layers = exported(name);
      assert.deepEqual(pairsOf(network, layers), {
        first: layers[0]!.name,
        second: layers[2]!.name,
        'body.0': layers[3]!.name,
        'body.2': layers[5]!.name,
      });
      assert.equal(matchNetwork(network, layers).confidence, 1);
    }
  });

  it('are the same by order and sizes where names are lost', async () => {
    const network = await mlp();
    let next = 0;
    const layers = exported(() => `onnx_MatMul_${next++}`);
    const { pairs, confidence } = matchNetwork(network, layers);
    assert.deepEqual(
      pairs.map(({ source, model, by }) => [network.layers[source]!.path, model, by]),
      [
        ['first', 0, 'order'],
        ['second', 2, 'order'],
        ['body.0', 3, 'order'],
        ['body.2', 5, 'order'],
      ],
    );
    assert.equal(confidence, 1);
  });

  it('are the same by the names of the weights where those of the nodes are lost', async () => {
    const layers = exported(path => path).map((layer, index) => ({ ...layer, name: `Gemm_${index}` }));
    assert.equal(matchNetwork(await mlp(), layers).pairs.filter(({ by }) => by === 'name').length, 4);
  });

  it('keep their names when the source has other sizes by now, and say that they differ', async () => {
    const network = (await networksIn({ 'model.py': MLP.replace('hidden=128', 'hidden=96') }))[0]!;
    const { pairs, confidence } = matchNetwork(
      network,
      exported(path => path),
    );
    assert.deepEqual(
      pairs.map(({ agrees }) => agrees),
      [false, false, false, true],
    );
    assert.ok(confidence < 1 && confidence >= LEAST_CONFIDENCE);
  });

  it('are not the same where sizes differ and names are lost', async () => {
    const layers = [dense('a', 64, 50), dense('b', 50, 7)];
    assert.ok(matchNetwork(await mlp(), layers).confidence < LEAST_CONFIDENCE);
  });

  it('do without normalisations that an exporter folded', async () => {
    const network = (await networksIn({ 'model.py': RESIDUAL_PY })).find(one => one.name === 'resnet')!;
    const layers = network.layers
      .filter(({ kind }) => kind === 'convolution' || kind === 'dense')
      .map(({ path, op, sizes }): ModelLayer => {
        const of = (role: string) => sizes.find(size => size.role === role)!.value!;
        const shape = op === 'Linear' ? [of('outputs'), of('inputs')] : [of('outputs'), of('inputs'), 3, 3];
        const name = `onnx_${path}`.replace(/\W/g, '_');
        return { name, op: op === 'Linear' ? 'Gemm' : 'Conv', outputs: of('outputs'), weights: [{ name, shape }] };
      });
    const { confidence, pairs } = matchNetwork(network, layers);
    assert.equal(confidence, 1);
    assert.equal(pairs.length, layers.length);
    assert.deepEqual(
      pairs.map(
        ({ source, model }) => `onnx_${network.layers[source]!.path}`.replace(/\W/g, '_') === layers[model]!.name,
      ),
      pairs.map(() => true),
    );
  });

  it('of Keras are the same by given names, and in order where Keras made the names up', async () => {
    const network = (await networksIn({ 'model.py': KERAS_PY })).find(one => one.name === 'm')!;
    const layers = [dense('dense_7', 3, 64, 'Dense'), dense('out', 64, 3, 'Dense')];
    assert.deepEqual(
      matchNetwork(network, layers).pairs.map(({ by }) => by),
      ['order', 'name'],
    );
  });
});
