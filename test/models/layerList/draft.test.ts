import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CNN, dense, missingIn, MLP, openWith, weights } from './weightFiles';

describe('a first layer list', () => {
  it('fills in what the weights say, and marks what they do not', () => {
    const draft = JSON.parse(openWith(CNN).missing!.draft()) as { input: unknown; layers: unknown[] };
    assert.deepEqual(draft.input, { shape: [1, '?', '?'] });
    assert.deepEqual(draft.layers, [
      { type: 'Conv2d', weights: 'conv', stride: '?', padding: '?', activation: '?' },
      {
        type: 'Flatten',
        note: '8 = 2 channels × 4 places, such as 2 × 2: strides and pools must bring the input to that',
      },
      { type: 'Linear', weights: 'fc', activation: 'none' },
    ]);
  });

  it('is refused as it is, naming the first place that is open', () => {
    const fault = missingIn(CNN, { list: openWith(CNN).missing!.draft() });
    assert.equal(fault.code, 'unsupported');
    assert.match(fault.message, /input\.shape\[1\] is still open/);
  });

  it('runs once it is filled in', () => {
    const draft = openWith(MLP).missing!.draft();
    const model = openWith(MLP, { list: draft.replaceAll('"?"', '"tanh"').replace(/in the place of each [^;]*;/, '') });
    assert.deepEqual(
      model.layers.map(({ name, op }) => [name, op]),
      [
        ['fc1', 'Linear'],
        ['fc1_tanh', 'tanh'],
        ['fc2', 'Linear'],
      ],
    );
  });

  it('names what it has no type for, and what may stand before a layer that takes one value a channel', () => {
    const content = weights({ 'conv.weight': [3, 1, 3], 'odd.table': [2, 2, 2], ...dense({ fc: [3, 2] }) });
    const { layers } = JSON.parse(openWith(content).missing!.draft()) as { layers: Record<string, string>[] };
    assert.deepEqual(
      layers.map(({ type }) => type),
      ['Conv1d', '?', '?', 'Linear'],
    );
    assert.match(layers[1]!['note']!, /looks like/);
    assert.match(layers[2]!['note']!, /takes the 3 channels of "conv"/);
  });
});
