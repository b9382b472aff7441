import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchNetwork } from '../../src/source/match';
import type { ModelLayer } from '../../src/source/modelSizes';
import { wantedSizes } from '../../src/source/wantedSizes';
import { networksIn } from './sources';

const SOURCE = `from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3)
        self.bn = nn.BatchNorm2d(16)
        self.depth = nn.Conv2d(16, 16, 3, groups=16)
        self.fc = nn.Linear(16 * 4, 10)
    def forward(self, x):
        x = self.depth(self.bn(self.stem(x)))
        return self.fc(x.view(-1, 64))
`;
const MODEL: readonly ModelLayer[] = [
  {
    name: 'stem',
    op: 'Conv',
    outputs: 16,
    weights: [
      { name: 'stem.weight', shape: [16, 3, 3, 3] },
      { name: 'stem.bias', shape: [16] },
    ],
  },
  { name: 'bn', op: 'BatchNormalization', outputs: 16, weights: [{ name: 'bn.weight', shape: [16] }] },
  { name: 'depth', op: 'Conv', outputs: 16, weights: [{ name: 'depth.weight', shape: [16, 1, 3, 3] }] },
  { name: 'fc', op: 'Gemm', outputs: 10, weights: [{ name: 'fc.weight', shape: [10, 64] }] },
];
const SHAPES = {
  'stem.weight': [12, 3, 3, 3],
  'stem.bias': [12],
  'bn.weight': [12],
  'depth.weight': [12, 1, 3, 3],
  'fc.weight': [10, 48],
};

describe('the sizes of a source whose model gets other shapes', () => {
  it('are those of each layer, the groups of a depthwise convolution and the reshape before a dense layer included', async () => {
    const [network] = await networksIn({ 'm.py': SOURCE });
    const { pairs, confidence } = matchNetwork(network!, MODEL);
    assert.equal(confidence, 1);
    assert.deepEqual(wantedSizes(network!, MODEL, pairs, SHAPES), [
      { path: 'stem', sizes: { outputs: 12, inputs: 3 } },
      { path: 'bn', sizes: { features: 12 } },
      { path: 'depth', sizes: { outputs: 12, inputs: 12, groups: 12 } },
      { path: 'fc', sizes: { outputs: 10, inputs: 48, reshape: 48 } },
    ]);
  });

  it('are those of a normalisation, too, that an exporter folded into the layer before it', async () => {
    const [network] = await networksIn({ 'm.py': SOURCE });
    const folded = MODEL.filter(({ name }) => name !== 'bn');
    const { pairs, confidence } = matchNetwork(network!, folded);
    assert.equal(confidence, 1);
    const wanted = wantedSizes(network!, folded, pairs, SHAPES);
    assert.deepEqual(wanted.slice(0, 2), [
      { path: 'stem', sizes: { outputs: 12, inputs: 3 } },
      { path: 'bn', sizes: { features: 12 } },
    ]);
    // One that keeps what it gives leaves its normalisation as it is.
    const after = wantedSizes(network!, folded, pairs, { 'fc.weight': [8, 64] });
    assert.deepEqual(after.map(({ path }) => path), ['fc']); // prettier-ignore
  });

  it('are refused where the source does not say what is to change: a part of the network would keep its size', async () => {
    const [network] = await networksIn({ 'm.py': SOURCE.replace('nn.Conv2d(3, 16, 3)', 'nn.Conv2d(3, width(), 3)') });
    const { pairs } = matchNetwork(network!, MODEL);
    assert.throws(() => wantedSizes(network!, MODEL, pairs, SHAPES), { code: 'unsupported', message: /stem/ });
  });

  it('are refused where a layer that changes is not in the source', async () => {
    const [network] = await networksIn({ 'm.py': SOURCE });
    assert.throws(() => wantedSizes(network!, MODEL, [], SHAPES), { code: 'unsupported' });
  });
});
