import { zipBytes, type ArchiveOptions, type EntryOptions } from '../base/archive/zipBytes';
import { writeNpy } from '../../src/data/writeNpz';
import type { Bytes } from '../fuzz/target';
import type { HostileCase, HostileKind } from './cases';

const array = writeNpy({ shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
const entry = (more: Partial<EntryOptions> = {}): EntryOptions => ({ name: 'X.npy', data: array, ...more });

/** As arrays, and (where the content does not matter) as a model: one reader serves both. */
function npz(
  what: string,
  entries: readonly EntryOptions[],
  code: HostileCase['code'] = 'corrupt',
  options: ArchiveOptions = {},
): HostileCase {
  return { what, file: 'X.npz', as: 'data', content: () => zipBytes(entries, options), code };
}

function changed(entries: readonly EntryOptions[], change: (view: DataView, bytes: Bytes) => void): () => Bytes {
  return () => {
    const bytes = zipBytes(entries);
    change(new DataView(bytes.buffer), bytes);
    return bytes;
  };
}

export const ARCHIVES: readonly HostileKind[] = [
  {
    kind: 'an archive that can be read in two ways',
    cases: [
      npz('a local name other than in the directory', [entry({ localName: 'Y.npy' })]),
      npz('a local size other than in the directory', [entry({ localSize: 5 })]),
      npz('a name twice', [entry(), entry()]),
      npz('an encrypted entry', [entry({ flags: 1 })]),
      npz('a bad checksum', [entry({ crc: 1 })]),
      npz('two ends', [entry()], 'corrupt', { comment: new Uint8Array(22).fill(0).map((_, i) => [0x50, 0x4b, 5, 6][i] ?? 0) }), // prettier-ignore
      npz('bytes between entries', [entry(), entry({ name: 'y.npy' })], 'corrupt', { gap: 1 }),
      npz('a directory elsewhere', [entry()], 'corrupt', { directoryShift: -1 }),
      { ...npz('bytes before it', [entry({ name: 'archive/data.pkl' })], 'corrupt', { prefix: 4 }), as: 'model' },
    ],
  },
  {
    kind: 'an archive that expands, or leads out of itself',
    cases: [
      npz('a zip bomb', [entry({ data: new Uint8Array(24 * 2 ** 20), deflate: true })], 'too-large'),
      npz('a zip bomb that hides its size', [entry({ data: new Uint8Array(24 * 2 ** 20), deflate: true, size: 2 ** 20 })]), // prettier-ignore
      npz('a name that climbs out', [entry({ name: '../X.npy' })]),
      {
        ...npz('an absolute name', [entry({ name: '/archive/data.pkl' }), entry({ name: 'archive/data.pkl' })]),
        as: 'model',
      },
      npz('a name with a drive', [entry({ name: 'C:/X.npy' })]),
      {
        ...npz('a ZIP64 size beyond the file', [entry({ wide: true })]),
        content: changed([entry({ wide: true })], view => {
          view.setBigUint64(34 + 5, 2n ** 40n, true);
        }),
      },
      {
        ...npz('a directory of 2³² entries', [entry()]),
        content: changed([entry()], (view, bytes) => {
          view.setUint16(bytes.length - 22 + 10, 0xffff, true);
          view.setUint16(bytes.length - 22 + 8, 0xffff, true);
        }),
      },
    ],
  },
];
