import { ascii, joined, type Bytes } from '../fuzz/target';
import { npyBytes, npyHeader } from '../data/support';
import { bytesOf as hdf5File } from '../models/hdf5/files';
import { F32, ggufBytes, smallGguf } from '../models/gguf/ggufBytes';
import { fileOf, safetensorsBytes } from '../models/safetensors/safetensorsBytes';
import type { HostileCase, HostileKind } from './cases';

const data = new Uint8Array(16);
const tensor = (begin: number, end: number, shape: readonly number[] = [(end - begin) / 4]) =>
  `{"dtype":"F32","shape":[${shape.join()}],"data_offsets":[${begin},${end}]}`;
const safetensors = (what: string, header: string, length?: bigint): HostileCase => ({
  what,
  file: 'model.safetensors',
  content: fileOf(header, data, length),
  code: 'corrupt',
});
const npy = (what: string, header: string, code: HostileCase['code'], bytes = 8): HostileCase => ({
  what,
  file: 'X.npy',
  as: 'data',
  content: npyBytes(header, new Uint8Array(bytes)),
  code,
});
const hdf5 = (name: string, code: HostileCase['code']): HostileCase => ({
  what: name.replaceAll('-', ' '),
  file: 'model.h5',
  as: 'arrays',
  content: hdf5File(name),
  code,
});

export const TENSORS: readonly HostileKind[] = [
  {
    kind: 'a safetensors header of an impossible length',
    cases: [
      safetensors('longer than the file', `{"a":${tensor(0, 16)}}`, 1000n),
      safetensors('more than 100 MB', `{"a":${tensor(0, 16)}}`, 100_000_001n),
      safetensors('negative', `{"a":${tensor(0, 16)}}`, -1n),
      safetensors('2⁶³ − 1', `{"a":${tensor(0, 16)}}`, 2n ** 63n - 1n),
    ],
  },
  {
    kind: 'safetensors that overlap, leave holes or end early',
    cases: [
      safetensors('overlapping', `{"a":${tensor(0, 12)},"b":${tensor(8, 16)}}`),
      safetensors('a hole', `{"a":${tensor(0, 4)},"b":${tensor(8, 16)}}`),
      safetensors('an end before the beginning', `{"a":${tensor(8, 4, [0])},"b":${tensor(0, 16)}}`),
      safetensors('bytes after the last', `{"a":${tensor(0, 8)}}`),
      safetensors('past the end', `{"a":${tensor(0, 32)}}`),
      {
        ...safetensors('an archive behind it', ''),
        content: joined(safetensorsBytes({ a: { dtype: 'F32', shape: [4], data } }), ascii('PK\x05\x06'), new Uint8Array(18)), // prettier-ignore
      },
    ],
  },
  {
    kind: 'a safetensors header that is no honest JSON',
    cases: [
      safetensors('a key twice', `{"a":${tensor(0, 16)},"a":${tensor(0, 16)}}`),
      safetensors('a tensor called __proto__', `{"__proto__":${tensor(0, 16)}}`),
      safetensors('a shape of 2⁶⁴ values', `{"a":${tensor(0, 16, [2 ** 32, 2 ** 32])}}`),
      safetensors('an offset beyond 2⁵³', '{"a":{"dtype":"F32","shape":[4],"data_offsets":[9007199254740993,9007199254741009]}}'), // prettier-ignore
      {
        ...safetensors('no UTF-8', ''),
        content: joined(fileOf('{"a', new Uint8Array(0), 50n), Uint8Array.of(0xff), new Uint8Array(60)),
      },
    ],
  },
  {
    kind: 'HDF5 that reads other files',
    cases: ['external-storage', 'external-link', 'external-link-deep', 'virtual'].map(name => hdf5(name, 'unsafe')),
  },
  {
    kind: 'HDF5 that expands, or leads in circles',
    cases: [
      hdf5('shape-bomb', 'too-large'),
      hdf5('shape-bomb-chunked', 'too-large'),
      hdf5('chunk-bomb', 'too-large'),
      hdf5('soft-loop', 'corrupt'),
      hdf5('group-cycle', 'corrupt'),
    ],
  },
  {
    kind: 'HDF5 with a broken heap or tree',
    cases: ['HEAP', 'TREE', 'SNOD', 'GCOL'].map((signature): HostileCase => ({
      what: `a broken ${signature}`,
      file: 'model.h5',
      as: 'arrays',
      content: () => damagedAt(hdf5File('earliest'), signature),
      code: 'corrupt',
    })),
  },
  {
    kind: 'a GGUF header whose counts go past the end',
    cases: [
      { what: '2⁶⁰ tensors', file: 'model.gguf', content: () => counted(8, 2n ** 60n), code: 'corrupt' },
      { what: '2⁶³ keys', file: 'model.gguf', content: () => counted(16, 2n ** 63n), code: 'corrupt' },
      { what: 'a name of 2⁵⁰ bytes', file: 'model.gguf', content: () => counted(24, 2n ** 50n), code: 'corrupt' },
      {
        what: 'an alignment of 0',
        file: 'model.gguf',
        content: () =>
          ggufBytes({
            metadata: [['general.alignment', { type: 4, number: 0 }]],
            tensors: [['a.weight', { shape: [8], type: F32 }]],
          }),
        code: 'corrupt',
        says: /alignment/,
      },
    ],
  },
  {
    kind: 'an .npy with an impossible header',
    cases: [
      {
        ...npy('a header of 4 GB', '', 'corrupt'),
        content: () => {
          const bytes = npyBytes(npyHeader('<f4', [1]), new Uint8Array(4), 2);
          bytes.set([0xff, 0xff, 0xff, 0xff], 8);
          return bytes;
        },
      },
      npy('a shape of 2⁴⁰', npyHeader('<f4', [2 ** 40]), 'corrupt'),
      npy('a shape of 2⁶⁴', `{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,), }`, 'corrupt'),
      npy('a shape that overflows to 0', `{'descr': '<f4', 'fortran_order': False, 'shape': (${'4294967296, '.repeat(4)}), }`, 'corrupt', 0), // prettier-ignore
      npy('objects', npyHeader('|O', [1]), 'unsafe'),
      npy('a tuple of one for a type', `{'descr': ('<f4',), 'fortran_order': False, 'shape': (2,), }`, 'corrupt'),
      npy('a program for a header', `__import__('os').system('touch ran')`, 'corrupt'),
    ],
  },
];

/** All structures of a kind with sizes and offsets of all ones. */
function damagedAt(content: Bytes, signature: string): Bytes {
  const bytes = content.slice();
  const text = Buffer.from(bytes).toString('latin1');
  for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1))
    bytes.fill(0xff, at + 5, at + 40);
  return bytes;
}

/** A sound GGUF file with another number at a place in its header. */
function counted(at: number, value: bigint): Bytes {
  const bytes = smallGguf().slice();
  new DataView(bytes.buffer).setBigUint64(at, value, true);
  return bytes;
}
