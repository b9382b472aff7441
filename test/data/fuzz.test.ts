import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'fflate';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { describeData, openData, openLabels } from '../../src/data/openData';
import { writeNpy } from '../../src/data/writeNpz';
import { bytesSource, npyBytes, npyHeader, zipBytes } from './support';

/**
 * Mutations that know the structure: bytes of the headers are hit as often as those of the data, numbers in them become
 * extreme, parts are cut, doubled, swapped, or taken from another file. Whatever comes of it is read or refused by a fault.
 */
const RUNS = 1000;
const SLOWEST_MILLISECONDS = 2000;

type Seed = { readonly bytes: Uint8Array<ArrayBuffer>; readonly structure: readonly number[] };

const values = Float32Array.from({ length: 40 }, (_, i) => i / 8);
const array = writeNpy({ shape: [10, 4], values });
const labels = npyBytes(
  npyHeader('<i8', [10]),
  new Uint8Array(BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i % 3)).buffer),
);
const names = npyBytes(
  npyHeader('<U2', [10]),
  new Uint8Array(Uint32Array.from({ length: 20 }, (_, i) => 97 + (i % 3)).buffer),
  2,
);
const everyOffset = (bytes: Uint8Array, from = 0, to = bytes.length) =>
  Array.from({ length: to - from }, (_, i) => from + i);

const npySeeds = [array, labels, names].map(bytes => ({ bytes, structure: everyOffset(bytes, 0, 128) }));
const npzSeeds = [false, true].flatMap(deflate =>
  [{}, { descriptor: true }, { wide: true }].map(more => {
    const bytes = zipBytes([
      { name: 'X.npy', data: array, deflate, ...more },
      { name: 'y.npy', data: labels, deflate, ...more },
    ]);
    return { bytes, structure: [...everyOffset(bytes, 0, 60), ...everyOffset(bytes, bytes.length - 130)] };
  }),
);
const csvSeeds = ['x1,x2,label\n0.5,1e3,a\n-0.25,"2",b\n', '\ufeffa;b\r\n0,5;"1,5"\r\n7;8\r\n', '1\t2\n3\t4\n'].map(
  text => {
    const bytes = new TextEncoder().encode(text.repeat(4));
    return { bytes, structure: everyOffset(bytes).filter(at => ',;\t\n\r"'.includes(String.fromCharCode(bytes[at]!))) };
  },
);

const idx = new Uint8Array([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  4,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  2,
  ...Array.from({ length: 16 }, (_, i) => 16 * i),
]);
const idxSeeds = [idx, gzipSync(idx, { mtime: 0 })].map(bytes => ({
  bytes,
  structure: [...everyOffset(bytes, 0, 18), ...everyOffset(bytes, bytes.length - 10)],
}));

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];
const TOKENS = [
  '"',
  ',',
  ';',
  '\t',
  '\r',
  '\n',
  '""',
  'nan',
  '1e999',
  '(',
  ')',
  "'",
  '-1',
  '99999999999999999999',
  'PK\x01\x02',
  'PK\x05\x06',
  '\0',
  '\xff',
];

function mutate(seed: Seed, other: Seed, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = seed.bytes.slice();
  const place = () =>
    random.uniform() < 0.6
      ? (seed.structure[random.integer(seed.structure.length)] ?? 0) % Math.max(1, bytes.length)
      : random.integer(bytes.length + 1);
  const splice = (at: number, remove: number, insert: Uint8Array) => {
    const tail = bytes.slice(Math.min(bytes.length, at + remove));
    const next = new Uint8Array(at + insert.length + tail.length);
    next.set(bytes.subarray(0, at));
    next.set(insert, at);
    next.set(tail, at + insert.length);
    bytes = next;
  };
  for (let edits = 1 + random.integer(3); edits > 0; edits--) {
    const at = Math.min(place(), bytes.length);
    switch (random.integer(7)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << random.integer(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = EXTREMES[random.integer(EXTREMES.length)]!;
        break;
      case 2:
        bytes.fill(EXTREMES[random.integer(EXTREMES.length)]!, at, at + [2, 4, 8][random.integer(3)]!);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        splice(at, random.integer(16), new Uint8Array(0));
        break;
      case 5:
        splice(
          at,
          random.integer(2),
          Uint8Array.from(TOKENS[random.integer(TOKENS.length)]!, c => c.charCodeAt(0)),
        );
        break;
      case 6: {
        const from = random.integer(other.bytes.length);
        splice(at, 0, other.bytes.slice(from, from + 1 + random.integer(64)));
        break;
      }
    }
  }
  return bytes;
}

describe('mutated files are read or refused, in bounded time', () => {
  const kinds: Readonly<Record<string, readonly Seed[]>> = {
    npy: npySeeds,
    npz: npzSeeds,
    csv: csvSeeds,
    idx: idxSeeds,
  };
  for (const [kind, seeds] of Object.entries(kinds))
    it(`${RUNS} of ${kind}`, () => {
      let refused = 0;
      let slowest = 0;
      for (let run = 0; run < RUNS; run++) {
        const random = new Random(run, kind);
        const bytes = mutate(seeds[random.integer(seeds.length)]!, seeds[random.integer(seeds.length)]!, random);
        const source = bytesSource(bytes, `${kind} ${run}`);
        const began = performance.now();
        const actions = [
          () => openData(source, { dropNotFinite: run % 2 === 0 }),
          () => openLabels(source),
          () => describeData(source),
        ];
        for (const action of actions)
          try {
            action();
          } catch (error) {
            if (!(error instanceof Fault)) throw new Error(`${kind}, seed ${run}`, { cause: error });
            assert.match(error.message, /^\S[^\n]{9,600}$/, `${kind}, seed ${run}`);
            refused++;
          }
        slowest = Math.max(slowest, performance.now() - began);
      }
      assert.ok(refused > RUNS / 4, `only ${refused} were refused: the mutations are too tame`);
      assert.ok(refused < 3 * RUNS, 'all were refused: the mutations are too wild');
      assert.ok(slowest < SLOWEST_MILLISECONDS, `the slowest took ${slowest} ms`);
    });
});
