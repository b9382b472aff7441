import { MemorySource } from '../../../src/base/bytes';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import { editBytes } from '../../fuzz/editBytes';
import { pick, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { graphFiles, layersFiles } from './tfjsFiles';

const WORDS =
  '"x" "conv" "relu" "relu:1" "^relu" "Const" "Merge" "NextIteration" "Switch" "Reshape" "uint8" "string" "DT_INT64" "../a" null true [] {} [2,3]'.split(
    ' ',
  );
const NUMBERS = '0 1 2 3 -1 "-1" "9223372036854775807" 0.5 1e300 9007199254740993'.split(' ');
const shards = { ...graphFiles().shards, ...layersFiles().shards };

function mutate(content: Bytes, random: Random, other: Bytes): Bytes {
  const text = new TextDecoder().decode(content);
  const replaced = (pattern: RegExp, put: () => string) => {
    const found = [...text.matchAll(pattern)];
    const one = found[random.integer(Math.max(1, found.length))];
    return one === undefined ? text : text.slice(0, one.index) + put() + text.slice(one.index + one[0].length);
  };
  const encode = (changed: string) => new TextEncoder().encode(changed);
  switch (random.integer(5)) {
    case 0:
      return encode(replaced(/-?\d+/g, () => pick(random, NUMBERS)));
    case 1:
      return encode(replaced(/"[^"]*"/g, () => pick(random, WORDS)));
    case 2:
      return encode(replaced(/\[[^[\]]*\]|\{[^{}]*\}/g, () => pick(random, WORDS)));
    case 3:
      return encode(replaced(/[[\]{},:]/g, () => pick(random, ['', ',', '[', '}', ':'])));
    default:
      return editBytes(content, random, other);
  }
}

/** The model.json of TensorFlow.js, its shards being whole. */
export const tfjsTarget: FuzzTarget = {
  name: 'tfjs',
  corpus: () => [layersFiles(), graphFiles()].map(({ json }) => new TextEncoder().encode(JSON.stringify(json))),
  mutate,
  read: content => {
    const model = openModel(new MemorySource('model.json', content), new FakeSiblings(shards));
    void model.warnings;
    for (const layer of model.layers) for (const weight of layer.weights) model.readWeight(weight.name);
  },
};
