import type { Random } from '../../../src/base/random';
import { editBytes } from '../../fuzz/editBytes';
import { pick, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { bytesOf, readAll } from './files';

/** Words with which structures of the format begin: what stands near them matters most. */
const SIGNATURES = 'OHDR OCHK TREE SNOD HEAP GCOL FRHP FHDB FHIB BTHD BTLF BTIN FAHD FADB'.split(' ');
const NEAR_BYTES = 120;

const places = new WeakMap<Bytes, readonly number[]>();

/** Offsets of structures, the superblock among them. */
function structuresOf(bytes: Bytes): readonly number[] {
  const known = places.get(bytes);
  if (known !== undefined) return known;
  const found = [0];
  const text = Buffer.from(bytes).toString('latin1');
  for (const signature of SIGNATURES) {
    for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1)) found.push(at);
  }
  places.set(bytes, found);
  return found;
}

/** Edits near the beginnings of structures, and addresses that point to other structures. */
export function mutateHdf5(content: Bytes, random: Random, other: Bytes): Bytes {
  // An edit before may have cut it to almost nothing.
  if (content.length < 16) return editBytes(content, random, other);
  const structures = structuresOf(content);
  const start = pick(random, structures);
  if (random.integer(4) === 0) {
    const bytes = content.slice();
    const at = Math.min(bytes.length - 8, start + random.integer(NEAR_BYTES));
    new DataView(bytes.buffer).setBigUint64(at, BigInt(pick(random, structures)), true);
    return bytes;
  }
  if (random.integer(4) === 0) return editBytes(content, random, other);
  return editBytes(content, random, other, start, Math.min(content.length, start + NEAR_BYTES));
}

export const hdf5Target: FuzzTarget = {
  name: 'hdf5',
  corpus: () => ['small-earliest', 'small-latest', 'chunks'].map(bytesOf),
  mutate: mutateHdf5,
  read: content => {
    readAll(content);
  },
};
