import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { openBytes } from '../openBytes';

/** Files that PyTorch 1.13 wrote, and what it read from them (make.py beside them). */
const folder = path.join(import.meta.dirname, '..', '..', 'fixtures', 'torch');
const open = (name: string) => openBytes(new Uint8Array(fs.readFileSync(path.join(folder, name))));

interface Expected {
  readonly tensors: Readonly<
    Record<string, { readonly shape: number[]; readonly type: string; readonly values: number[] }>
  >;
  readonly parameters?: number;
}
const expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Readonly<
  Record<string, Expected>
>;

describe('files that PyTorch wrote', () => {
  for (const [name, { tensors, parameters }] of Object.entries(expected))
    it(`${name} gives every tensor, bit for bit`, () => {
      const model = open(name);
      assert.equal(model.format, 'pytorch');
      const weights = model.layers.flatMap(layer => layer.weights);
      assert.deepEqual(weights.map(weight => weight.name).sort(), Object.keys(tensors).sort());
      for (const weight of weights) {
        const { shape, type, values } = tensors[weight.name]!;
        assert.deepEqual([weight.shape, weight.type], [shape, type], weight.name);
        const read = model.readWeight(weight.name);
        assert.deepEqual(read.shape, shape);
        assert.deepEqual([...read.values], values.map(Math.fround), weight.name);
      }
      if (parameters !== undefined) assert.equal(model.parameters, parameters);
    });

  it('say what they are: container, content, and what stands beside the weights', () => {
    const details = (name: string) => Object.fromEntries(open(name).details.map(detail => [detail.name, detail.value]));
    assert.equal(details('state.pt')['content'], 'state dictionary');
    assert.equal(details('state.pt')['container'], 'zip archive');
    assert.equal(details('types-legacy.pth')['container'], 'pickles in sequence (before 1.6)');
    assert.equal(details('plain.pkl')['container'], 'one pickle');
    assert.equal(details('module.pt')['content'], 'module nets.Net');
    assert.equal(details('checkpoint.pth')['content'], 'checkpoint, state dictionary under state_dict');
    assert.deepEqual([details('checkpoint.pth')['epoch'], details('checkpoint.pth')['best']], ['3', '0.5']);
    assert.equal(details('two.pt')['content'], 'checkpoint, state dictionary under encoder, decoder');
  });

  it('give the modules of a whole network with their own words, and those of a state dictionary as guesses', () => {
    const ops = (name: string) =>
      open(name).layers.map(({ name: layer, op, parameters }) => `${layer} ${op} ${parameters}`);
    const whole = [
      'stem Linear 16',
      'blocks.0 Block 4',
      'blocks.0.norm BatchNorm1d 8',
      'blocks.0.act ReLU 0',
      'blocks.1 Block 4',
      'blocks.1.norm BatchNorm1d 8',
      'blocks.1.act ReLU 0',
      'drop Dropout 0',
      'head Linear 12',
      'tied Linear 0',
    ];
    assert.deepEqual(ops('module.pt'), whole);
    assert.deepEqual(ops('module-legacy.pth'), whole);
    assert.deepEqual(ops('state.pt'), [
      'stem Linear 16',
      'blocks.0 Parameter 4',
      'blocks.0.norm BatchNorm 8',
      'blocks.1 Parameter 4',
      'blocks.1.norm BatchNorm 8',
      'head Linear 12',
      'tied Linear 0',
    ]);
    assert.deepEqual(ops('lightning-like.ckpt'), ops('state.pt'));
    assert.deepEqual(ops('two.pt'), ['encoder Linear 9', 'decoder Linear 8']);
  });
});
