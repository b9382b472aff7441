import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import { bundled, editBundle, partsOf } from '../../fuzz/bundle';
import { editBytes } from '../../fuzz/editBytes';
import { editJson } from '../../fuzz/editJson';
import { ascii, spliced, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { readAll } from '../readAll';
import { f32, safetensorsBytes } from './safetensorsBytes';

const WORDS =
  '"F32" "F16" "BF16" "U8" "BOOL" "I64" "F8_E4M3" "F4" "C64" "Q4_K" "__metadata__" "a" "a.weight" "" "data_offsets" "shape" "dtype" [0,24] [24,32] [0,0] [2,3] [3,2]'.split(
    ' ',
  );

function corpus(): Bytes[] {
  return [
    safetensorsBytes({ 'a.weight': f32([2, 3]), 'a.bias': f32([2]) }, { format: 'pt' }),
    safetensorsBytes({
      'embed.weight': { dtype: 'BF16', shape: [4, 2], data: new Uint8Array(16) },
      step: { dtype: 'I64', shape: [], data: new Uint8Array(8) },
      'q.weight': { dtype: 'F4', shape: [4, 2], data: new Uint8Array(4) },
      empty: { dtype: 'F32', shape: [0, 3], data: new Uint8Array(0) },
      mask: { dtype: 'BOOL', shape: [2, 2], data: new Uint8Array(4) },
    }),
  ];
}

function mutate(content: Bytes, random: Random, other: Bytes): Bytes {
  const view = new DataView(content.buffer, content.byteOffset);
  const length = content.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  const choice = random.integer(8);
  if (length < 0 || 8 + length > content.length || choice === 0) return editBytes(content, random, other);
  if (choice === 1) return editBytes(content, random, other, 0, 8);
  if (choice === 2) return editBytes(content, random, other, 8 + length);
  const headerOf = (bytes: Bytes, end: number) => String.fromCharCode(...bytes.subarray(8, end));
  const text = editJson(headerOf(content, 8 + length), random, headerOf(other, other.length - 32), WORDS);
  const header = spliced(content, 8, 8 + length, ascii(text));
  // Most often the length goes with the text, so that the reader gets to the text.
  if (choice > 3) new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
  return header;
}

export const safetensorsTarget: FuzzTarget = {
  name: 'safetensors',
  corpus,
  mutate,
  read(content) {
    readAll(openModel(new MemorySource('model.safetensors', content), new FakeSiblings()));
  },
};

const SHARD = safetensorsBytes({ 'a.weight': f32([2, 3]), 'a.bias': f32([2]) });
const INDEX = '{"metadata":{"total_size":32},"weight_map":{"a.weight":"m-1.safetensors","a.bias":"m-1.safetensors"}}';
const PLACES =
  '"../m-1.safetensors" "/etc/passwd" "m-1.safetensors" "m-2.safetensors" "" "C:\\\\x" "a/../../b" "." "weight_map" "a.weight"'.split(
    ' ',
  );

/** An index, and the file that it names. */
export const shardIndexTarget: FuzzTarget = {
  name: 'shard index',
  corpus: () => [INDEX, INDEX.replace('{"metadata"', '\n {"metadata"')].map(text => bundled(ascii(text), SHARD)),
  mutate(content, random, other) {
    const index = (part: Bytes, from: Random, of: Bytes) =>
      ascii(editJson(String.fromCharCode(...part), from, String.fromCharCode(...of), PLACES));
    return editBundle(content, random, other, [random.integer(6) === 0 ? editBytes : index, mutate]);
  },
  read(content) {
    const [index, shard] = partsOf(content);
    const siblings = new FakeSiblings({ 'm-1.safetensors': shard! });
    const refusing = {
      open(name: string) {
        // As the files beside a model are opened: what leads out of the folder is refused before anything else.
        if (name === '' || /^([\\/]|[a-z]:)/i.test(name) || name.split(/[\\/]/).includes('..'))
          throw new Fault('unsafe', `The model refers to the file ${JSON.stringify(name)}, which lies outside.`);
        return siblings.open(name);
      },
    };
    readAll(openModel(new MemorySource('model.safetensors.index.json', index!), refusing));
  },
};
