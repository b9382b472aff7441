import { MemorySource } from '../../../src/base/bytes';
import { openModel } from '../../../src/models/formats';
import { LAYER_RULES } from '../../../src/models/layerList/layerRules';
import type { Random } from '../../../src/base/random';
import { editBytes } from '../../fuzz/editBytes';
import { ascii, pick, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { dense, norm, weights } from './weightFiles';

const STATE = weights({
  'conv.bias': [4],
  'conv.weight': [4, 1, 3, 3],
  ...norm('norm', 4),
  ...dense({ fc: [16, 6], out: [6, 6] }),
  'rnn.bias_hh_l0': [24],
  'rnn.bias_ih_l0': [24],
  'rnn.weight_hh_l0': [24, 6],
  'rnn.weight_ih_l0': [24, 6],
  'attn.in_proj_weight': [18, 6],
  'attn.out_proj.weight': [6, 6],
});

const LISTS = [
  {
    input: { shape: [1, 4, 4] },
    layers: [
      { type: 'Conv2d', weights: 'conv', stride: 1, padding: 1, activation: 'relu' },
      { type: 'BatchNorm2d', weights: 'norm', eps: 0.001, name: 'bn' },
      { type: 'Add', from: ['conv', 'bn'] },
      { type: 'MaxPool2d', kernel_size: [2, 2] },
      { type: 'AdaptiveAvgPool2d', output_size: 2 },
      { type: 'Flatten' },
      { type: 'Linear', weights: 'fc', activation: 'gelu', name: 'fc' },
      { type: 'Concat', from: ['fc', 'fc'], dim: 1 },
      { type: 'Reshape', shape: [2, 6] },
      { type: 'LSTM', weights: 'rnn' },
      { type: 'MultiheadAttention', weights: 'attn', num_heads: 2 },
      { type: 'Permute', dims: [0, 2, 1] },
      { type: 'Upsample', scale_factor: 2 },
      { type: 'Mean', dim: [2] },
      { type: 'Softmax', dim: -1 },
    ],
  },
  { layers: [{ type: 'Linear', weights: 'out' }, { type: 'ReLU' }, { type: 'Linear', weights: 'out' }] },
];
const VALUES = '0 1 -1 2 3 64 4096 65536 1e308 0.5 9007199254740993 null true "?" "same" "fc" "" [] [1] [2,2] {}'.split(
  ' ',
);
const TYPES = Object.keys(LAYER_RULES);

/** Another number, type, key or bracket somewhere in the text, most often within JSON that stays JSON. */
function mutate(text: string, random: Random): string {
  const replaced = (pattern: RegExp, put: () => string) => {
    const found = [...text.matchAll(pattern)];
    const one = found[random.integer(Math.max(1, found.length))];
    return one === undefined ? text : text.slice(0, one.index) + put() + text.slice(one.index + one[0].length);
  };
  switch (random.integer(5)) {
    case 0:
      return replaced(/(?<=[:,[])(-?[\d.]+|null)/g, () => pick(random, VALUES));
    case 1:
      return replaced(/(?<="type":)"\w+"/g, () => `"${pick(random, TYPES)}"`);
    case 2:
      return replaced(/,?"\w+":("[^"]*"|[\d.]+)/g, () => '');
    case 3:
      return replaced(/\{[^{}]*\}/g, () => pick(random, [...text.matchAll(/\{[^{}]*\}/g)].map(String)) || '{}');
    default:
      return replaced(/"[^"]*"/g, () => pick(random, ['"input"', '"fc"', '"__proto__"', '"bn"', '"?"', '"relu"', '7']));
  }
}

export const layerListTarget: FuzzTarget = {
  name: 'layer-list',
  corpus: () => LISTS.map(list => ascii(JSON.stringify(list))),
  mutate(content, random, other) {
    if (random.integer(8) === 0) return editBytes(content, random, other);
    return ascii(mutate(String.fromCharCode(...content), random));
  },
  read(content) {
    const model = openModel(
      new MemorySource('net.safetensors', STATE),
      new FakeSiblings({ 'net.layers.json': content }),
    );
    // A list that is refused is a fault that the model carries.
    if (model.missing !== undefined) throw model.missing.fault;
    void model.warnings;
  },
};
