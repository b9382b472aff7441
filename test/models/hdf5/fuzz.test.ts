import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/random';
import { bytesOf, faultOfReading } from './files';

const RUNS = 1000;
const SLOWEST_MILLISECONDS = 2000;
/** Words of the format: where structures begin, numbers matter most. */
const SIGNATURES = [
  'OHDR',
  'OCHK',
  'TREE',
  'SNOD',
  'HEAP',
  'GCOL',
  'FRHP',
  'FHDB',
  'FHIB',
  'BTHD',
  'BTLF',
  'BTIN',
  'FAHD',
  'FADB',
];

describe('any HDF5 file is read or refused, never more', () => {
  for (const form of ['earliest', 'latest', 'group-cycle', 'lzf']) {
    it(`${RUNS} mutations of “${form}”`, () => {
      const bytes = bytesOf(form);
      const structure = structureOf(bytes);
      for (let seed = 0; seed < RUNS; seed++) {
        const mutant = mutate(bytes, structure, new Random(seed, form));
        const started = performance.now();
        try {
          faultOfReading(mutant);
        } catch (error) {
          throw new Error(`seed ${seed} of ${form}`, { cause: error });
        }
        const took = performance.now() - started;
        assert.ok(took < SLOWEST_MILLISECONDS, `seed ${seed} of ${form} took ${took} ms`);
      }
    });
  }
});

/** Offsets near the beginnings of structures, and of the superblock. */
function structureOf(bytes: Uint8Array): number[] {
  const places: number[] = Array.from({ length: 96 }, (_, i) => i);
  const text = Buffer.from(bytes).toString('latin1');
  for (const signature of SIGNATURES) {
    for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1)) {
      for (let i = 0; i < 120 && at + i < bytes.length; i++) places.push(at + i);
    }
  }
  return places;
}

function mutate(bytes: Uint8Array<ArrayBuffer>, structure: readonly number[], random: Random): Uint8Array<ArrayBuffer> {
  const out = bytes.slice();
  const place = () =>
    random.uniform() < 0.7 ? structure[random.integer(structure.length)]! : random.integer(bytes.length);
  for (let edits = 1 + random.integer(4); edits > 0; edits--) {
    const at = place();
    switch (random.integer(5)) {
      case 0:
        out[at] = random.integer(256);
        break;
      case 1:
        out[at] = [0, 1, 0x7f, 0x80, 0xff][random.integer(5)]!;
        break;
      case 2:
        // A number of eight bytes becomes another place of the file, or far beyond it.
        new DataView(out.buffer).setBigUint64(
          Math.min(at, out.length - 8),
          BigInt(random.integer(2) === 0 ? place() : random.integer(2 ** 31)) << BigInt(random.integer(2) * 24),
          true,
        );
        break;
      case 3:
        out.copyWithin(at, place(), place() + random.integer(64));
        break;
      case 4:
        if (random.integer(8) === 0) return out.slice(0, at);
        out[at] = out[at]! ^ (1 << random.integer(8));
        break;
    }
  }
  return out;
}
