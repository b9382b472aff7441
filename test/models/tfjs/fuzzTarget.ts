import { MemorySource } from '../../../src/base/bytes';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import { bundled, editBundle, partsOf } from '../../fuzz/bundle';
import { editBytes } from '../../fuzz/editBytes';
import { editJson } from '../../fuzz/editJson';
import type { Bytes, FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { readAll } from '../readAll';
import { graphFiles, layersFiles, type TfjsFiles } from './tfjsFiles';

const WORDS =
  '"x" "conv" "relu" "relu:1" "^relu" "Const" "Merge" "NextIteration" "Switch" "Reshape" "uint8" "string" "float16" "DT_INT64" "../a" "http://x/a.bin" "Dense" "Lambda" "group1-shard1of1.bin" "-1" "9223372036854775807" {"quantization":{"dtype":"uint8","scale":0,"min":1}}'.split(
    ' ',
  );

function editText(content: Bytes, random: Random, other: Bytes): Bytes {
  if (random.integer(6) === 0) return editBytes(content, random, other);
  const decoder = new TextDecoder();
  return new TextEncoder().encode(editJson(decoder.decode(content), random, decoder.decode(other), WORDS));
}

const filesOf = ({ json, shards }: TfjsFiles) =>
  bundled(new TextEncoder().encode(JSON.stringify(json)), ...Object.values(shards));
/** A file has one shard or two: so they are named. */
const NAMES = [['group1-shard1of1.bin'], ['group1-shard1of2.bin', 'group1-shard2of2.bin']];

/** The model.json of TensorFlow.js, of layers or a graph, and its shards. */
export const tfjsTarget: FuzzTarget = {
  name: 'tfjs',
  corpus: () => [layersFiles(), graphFiles()].map(filesOf),
  mutate: (content, random, other) => editBundle(content, random, other, [editText, editBytes, editBytes]),
  read: content => {
    const [json, ...shards] = partsOf(content);
    const names = NAMES[shards.length - 1]!;
    const siblings = new FakeSiblings(Object.fromEntries(shards.map((shard, i) => [names[i]!, shard])));
    readAll(openModel(new MemorySource('model.json', json!), siblings));
  },
};
