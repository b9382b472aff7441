import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import type { Model } from '../../../src/models/model';
import { editBytes } from '../../fuzz/editBytes';
import { ascii, joined, pick, spliced, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { f32, safetensorsBytes } from './safetensorsBytes';

const NUMBERS = '0 1 2 3 4 8 16 -1 0.5 1e3 9007199254740993 18446744073709551615 1e999 null "x"'.split(' ');
const TYPES = 'F32 F16 BF16 U8 BOOL I64 F8_E4M3 F4 C64 Q4_K'.split(' ');
const NAMES = ['__proto__', '__metadata__', 'constructor', 'a', 'a.weight', '', '\\u0000', '\\ud800', '..'];

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

/** Edits of JSON that keep it JSON, and of bytes that do not. */
function mutateJson(text: string, random: Random): string {
  const replaced = (pattern: RegExp, put: () => string) => {
    const found = [...text.matchAll(pattern)];
    const one = found[random.integer(Math.max(1, found.length))];
    return one === undefined ? text : text.slice(0, one.index) + put() + text.slice(one.index + one[0].length);
  };
  switch (random.integer(6)) {
    case 0:
      return replaced(/\d+/g, () => pick(random, NUMBERS));
    case 1:
      return replaced(/"[A-Z0-9_]+"/g, () => `"${pick(random, TYPES)}"`);
    case 2:
      return replaced(/"[a-z._]+"/g, () => `"${pick(random, NAMES)}"`);
    case 3: {
      // An entry twice, or none.
      const entries = [...text.matchAll(/"[^"]+":\{[^{}]*\},?/g)];
      const one = entries[random.integer(Math.max(1, entries.length))];
      if (one === undefined) return text;
      return (
        text.slice(0, one.index) +
        (random.integer(2) === 0 ? one[0] + one[0] : '') +
        text.slice(one.index + one[0].length)
      );
    }
    case 4:
      return replaced(/[[\]{},:"]/g, () => pick(random, ['[', ']', '{', '}', ',', ':', '"', '']));
    default:
      return text + pick(random, [' ', '\n', '{}', '\0', ',']);
  }
}

function mutate(content: Bytes, random: Random, other: Bytes): Bytes {
  const view = new DataView(content.buffer, content.byteOffset);
  const length = content.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  const choice = random.integer(8);
  if (length < 0 || 8 + length > content.length || choice === 0) return editBytes(content, random, other);
  if (choice === 1) return editBytes(content, random, other, 0, 8);
  if (choice === 2) return editBytes(content, random, other, 8 + length);
  const text = mutateJson(String.fromCharCode(...content.subarray(8, 8 + length)), random);
  const header = spliced(content, 8, 8 + length, ascii(text));
  // Most often the length goes with the text, so that the reader gets to the text.
  if (choice > 3) new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
  return header;
}

/** Reads what a model says of itself, and every tensor. */
export function readAll(model: Model): void {
  void model.warnings;
  for (const layer of model.layers)
    for (const weight of layer.weights) {
      const { shape, values } = model.readWeight(weight.name);
      if (values.length !== shape.reduce((a, b) => a * b, 1))
        throw new Error(`${weight.name} has ${values.length} values`);
    }
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
const PLACES = ['../m-1.safetensors', '/etc/passwd', 'm-2.safetensors', '', 'C:\\\\x', 'a/../../b', '.'];

export const shardIndexTarget: FuzzTarget = {
  name: 'shard-index',
  corpus: () => [ascii(INDEX), ascii(INDEX.replace('{"metadata"', '\n {"metadata"'))],
  mutate(content, random, other) {
    const text = String.fromCharCode(...content);
    if (random.integer(4) === 0) return editBytes(content, random, other);
    if (random.integer(3) === 0) return ascii(text.replace(/m-1\.safetensors|"\.\.[^"]*/, () => pick(random, PLACES)));
    return ascii(mutateJson(text, random));
  },
  read(content) {
    const siblings = new FakeSiblings({ 'm-1.safetensors': joined(SHARD) });
    const refusing = {
      open(name: string) {
        // As the files beside a model are opened: what leads out of the folder is refused before anything else.
        if (name === '' || /^([\\/]|[a-z]:)/i.test(name) || name.split(/[\\/]/).includes('..'))
          throw new Fault('unsafe', `The model refers to the file ${JSON.stringify(name)}, which lies outside.`);
        return siblings.open(name);
      },
    };
    readAll(openModel(new MemorySource('model.safetensors.index.json', content), refusing));
  },
};
