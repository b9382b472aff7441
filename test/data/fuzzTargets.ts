import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'fflate';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import type { Random } from '../../src/base/random';
import type { DataOptions } from '../../src/data/dataSet';
import { describeData, openData, openLabels } from '../../src/data/openData';
import { openTokenizer } from '../../src/data/text/tokenizer';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { editBytes } from '../fuzz/editBytes';
import { editJson } from '../fuzz/editJson';
import { editZip } from '../fuzz/editZip';
import { ascii, joined, pick, spliced, type Bytes, type FuzzTarget } from '../fuzz/target';
import { chunk, pngBytes } from './images/support';
import { fixtures, npyBytes, npyHeader, zipBytes } from './support';

const libraries = dataLibraries(path.join(import.meta.dirname, '..', '..', 'node_modules'));
const file = (...names: readonly string[]): Bytes => new Uint8Array(fs.readFileSync(path.join(fixtures, ...names)));

/** A file of a corpus, and the parts of it that say how the rest is to be read: they are hit as often as all the rest. */
interface Seed {
  readonly bytes: Bytes;
  readonly structure: readonly (readonly [from: number, to: number])[];
}

interface Format {
  readonly name: string;
  readonly seeds: () => readonly Seed[];
  /** Pieces of text that mean something to the reader. */
  readonly tokens?: readonly string[];
  /** An edit that knows the format, for half of all. */
  readonly edit?: (content: Bytes, random: Random, other: Bytes) => Bytes;
  readonly options?: DataOptions;
}

function targetOf({ name, seeds, tokens = [], edit, options = {} }: Format): FuzzTarget {
  let known: readonly Seed[] | undefined;
  const all = () => (known ??= seeds());
  return {
    name,
    corpus: () => all().map(({ bytes }) => bytes),
    mutate(content: Bytes, random: Random, other: Bytes): Bytes {
      if (edit !== undefined && random.integer(2) === 0) return edit(content, random, other);
      const structure = all().find(({ bytes }) => Math.abs(bytes.length - content.length) < 256)?.structure ?? [];
      const [from, to] = structure.length > 0 && random.uniform() < 0.6 ? pick(random, structure) : [0, content.length];
      // Counted from the end where it is negative.
      const place = (at: number) => Math.max(0, Math.min(content.length, at < 0 ? content.length + at : at));
      if (tokens.length > 0 && random.uniform() < 0.4) {
        const at = place(from) + random.integer(Math.max(1, place(to) - place(from) + 1));
        return spliced(content, at, Math.min(content.length, at + random.integer(2)), ascii(pick(random, tokens)));
      }
      return editBytes(content, random, other, place(from), Math.max(place(from), place(to)));
    },
    read: content => readEveryWay(content, name, options),
  };
}

/** As rows, as labels and at a glance; throws the fault of the rows. */
function readEveryWay(content: Bytes, name: string, options: DataOptions): void {
  const source = new MemorySource(name, content);
  const sound = (action: () => unknown): unknown => {
    try {
      action();
      return undefined;
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  };
  sound(() => openLabels(source, { libraries }));
  sound(() => describeData(source, libraries));
  const fault = sound(() => void openData(source, { ...options, libraries, dropNotFinite: true }).values);
  if (fault !== undefined) throw fault as Fault;
}

const array = writeNpy({ shape: [10, 4], values: Float32Array.from({ length: 40 }, (_, i) => i / 8) });
const labels = npyBytes(
  npyHeader('<i8', [10]),
  new Uint8Array(BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i % 3)).buffer),
);

const npyTarget = targetOf({
  name: 'npy',
  seeds: () =>
    [array, labels, npyBytes(npyHeader('>f8', [2, 3], true), new Uint8Array(48), 3)].map(bytes => ({
      bytes,
      structure: [[0, 128]],
    })),
  tokens: ['(', ')', "'", '-1', '99999999999999999999', ',', 'True', '|O', '<f2', '{', '\0'],
});

const npzTarget = targetOf({
  name: 'npz',
  seeds: () =>
    [false, true].flatMap(deflate =>
      [{}, { descriptor: true }, { wide: true }].map((more): Seed => {
        const bytes = zipBytes([
          { name: 'X.npy', data: array, deflate, ...more },
          { name: '/y.npy', data: labels, deflate, ...more },
        ]);
        return { bytes, structure: [[0, 60], [-130, -1]] }; // prettier-ignore
      }),
    ),
  edit: editZip,
  tokens: ['PK\x01\x02', 'PK\x05\x06', '..', '/', '\\', '\xff\xff', '\0'],
});

const csvTarget = targetOf({
  name: 'csv',
  seeds: () =>
    (
      [
        ['x1,x2,label\n', '0.5,1e3,3\n-0.25,"2",4\n'],
        ['\ufeffa;b\r\n', '0,5;"1,5"\r\n7;8\r\n'],
        ['', '1\t2\n3\t4\n'],
      ] as const
    ).map(([head, body]) => ({ bytes: new TextEncoder().encode(head + body.repeat(4)), structure: [] })),
  tokens: ['"', ',', ';', '\t', '\r', '\n', '""', 'nan', '1e999', '\0', '\xff'],
});

const idx = new Uint8Array([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2, ...new Array<number>(16).fill(7)]);
const idxTarget = targetOf({
  name: 'idx',
  seeds: () => [idx, gzip(idx)].map(bytes => ({ bytes, structure: [[0, 18], [-10, -1]] })), // prettier-ignore
  // What lies within, packed again with everything right.
  edit: (content, random, other) => gzip(editBytes(idx, random, content.length > 0 ? other : idx, 0, 16)),
});

function gzip(content: Bytes): Bytes {
  return new Uint8Array(gzipSync(content, { mtime: 0, level: 0 }));
}

const jsonlTarget = targetOf({
  name: 'jsonl',
  edit: editText(['"x"', '"label"', '"v"', '[1,2,3]', '[]', '"a"']),
  seeds: () =>
    ['[1,2.5,-3e2]\n[4,5,6]\n', '{"x":1,"label":"a","v":[1,2]}\n{"x":2,"label":"b","v":[3,4]}\n', '"a"\n"b"\n'].map(
      (text, i) => ({ bytes: ascii(i === 2 ? '[[1,2],[3,4]]\n'.repeat(3) : text.repeat(3)), structure: [] }),
    ),
  tokens: [
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    'null',
    '1e999',
    '"__proto__":1',
    '\n',
    '\\u0000',
    '[[[[[[[[[[[[[[[[[[[[',
    '\xff',
  ],
});

/** Edits of JSON, in text that is ASCII or nearly so. */
function editText(words: readonly string[]) {
  const textOf = (bytes: Bytes) => String.fromCharCode(...bytes);
  return (content: Bytes, random: Random, other: Bytes) =>
    ascii(editJson(textOf(content), random, textOf(other), words));
}

const textTarget = targetOf({
  name: 'text',
  seeds: () =>
    [
      'the dog runs .\n\nthe "dog\n',
      'label,text\n1,the dog\n0,"a dog, again"\n',
      '{"text":"the dog","input_ids":[1,2]}\n{"text":"a","input_ids":[1]}\n',
    ].map(text => ({ bytes: ascii(text.repeat(2)), structure: [] })),
  tokens: ['"', ',', '\n', '{', '[', '\0', '\xff', '\u00e9', 'text', ' '],
  options: {
    target: { shape: [null, null], type: 'int64' },
    tokenizer: {
      given: false,
      open: () =>
        openTokenizer({
          vocabulary: new MemorySource('vocab.txt', ascii('[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ndog\n##s\n')),
          settings: undefined,
          network: undefined,
        }),
      facts: () => ({ padding: undefined, longest: undefined }),
    },
  },
});

/** An edit of the content of one chunk of a PNG, or one gone or twice, with checksums that are right. */
function editPng(content: Bytes, random: Random, other: Bytes): Bytes {
  if (content[0] !== 0x89) return editBytes(content, random, other, 0, Math.min(content.length, 650));
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const chunks: (readonly [from: number, to: number])[] = [];
  for (let at = 8; at + 12 <= content.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > content.length) break;
    chunks.push([at, end]);
    at = end;
  }
  if (chunks.length === 0) return editBytes(content, random, other);
  const [from, to] = pick(random, chunks);
  const type = String.fromCharCode(...content.subarray(from + 4, from + 8));
  const whole = content.slice(from, to);
  if (random.integer(8) === 0) return spliced(content, from, to, random.integer(2) === 0 ? new Uint8Array(0) : joined(whole, whole)); // prettier-ignore
  return spliced(content, from, to, chunk(type, editBytes(content.slice(from + 8, to - 4), random, other)));
}

const imageTarget = targetOf({
  name: 'image',
  edit: editPng,
  seeds: () => [
    ...['colour.png', 'palette.png', 'bits.png'].map((name): Seed => ({ bytes: file('images', name), structure: [[8, 60], [-20, -1]] })), // prettier-ignore
    {
      bytes: pngBytes({
        width: 9,
        height: 7,
        depth: 16,
        colourType: 6,
        samples: 4,
        interlaced: true,
        filters: [0, 1, 2, 3, 4],
        values: Array.from({ length: 9 * 7 * 4 }, (_, i) => (i * 991) % 65536),
      }),
      structure: [[8, 60]],
    },
    ...['subsampled.jpg', 'progressive.jpg', 'grey.jpg'].map((name): Seed => ({ bytes: file('images', name), structure: [[2, 650]] })), // prettier-ignore
  ],
});

const parquetTarget = targetOf({
  name: 'parquet',
  seeds: () =>
    ['uncompressed', 'snappy', 'gzip', 'zstd', 'polars'].map(name => ({
      bytes: file('parquet', `${name}.parquet`),
      structure: [[4, 200], [-1000, -1]], // prettier-ignore
    })),
});

const TOKENIZER = JSON.stringify({
  added_tokens: [
    { id: 4, content: '<s>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: ' +' }, content: ' ' }],
  },
  pre_tokenizer: { type: 'Split', pattern: { Regex: "'s| ?\\p{L}+|\\s+" }, behavior: 'Isolated', invert: false },
  post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: { '<s>': { id: '<s>', ids: [4], tokens: ['<s>'] } } }, // prettier-ignore
  decoder: null,
  model: { type: 'BPE', unk_token: 'u', fuse_unk: false, vocab: { u: 0, a: 1, b: 2, ab: 3 }, merges: ['a b'] },
});

const tokenizerTarget: FuzzTarget = {
  ...targetOf({
    name: 'tokenizer',
    edit: editText([
      '"BPE"',
      '"WordPiece"',
      '"Unigram"',
      '"a b"',
      '"ByteLevel"',
      '"(a+)+$"',
      '"Regex"',
      '"type"',
      '"model"',
      '[UNK]',
    ]),
    seeds: () =>
      [TOKENIZER, '[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ndog\n##s\n'].map(text => ({ bytes: ascii(text), structure: [] })),
    tokens: [
      '[',
      ']',
      '{',
      '}',
      ',',
      ':',
      '"',
      'null',
      '(a+)+',
      '\\\\p{L}',
      '0',
      '-1',
      '1e9',
      'true',
      '[UNK]',
      '\n',
      '__proto__',
    ],
  }),
  read(content) {
    const tokenizer = openTokenizer({
      vocabulary: new MemorySource('tokenizer.json', content),
      settings: undefined,
      network: undefined,
    });
    for (const text of ['', 'the dogs ab <s> ba', 'a'.repeat(200)]) tokenizer.encode(text, 20);
  },
};

/** The readers of data. */
export const DATA_TARGETS: readonly FuzzTarget[] = [
  npyTarget,
  npzTarget,
  csvTarget,
  idxTarget,
  jsonlTarget,
  textTarget,
  imageTarget,
  parquetTarget,
  tokenizerTarget,
];
