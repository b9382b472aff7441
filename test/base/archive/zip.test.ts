import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { streamOfEntry } from '../../../src/base/archive/zipEntry';
import { bytesSource, faultOf } from '../faults';
import { zipBytes, type ArchiveOptions, type EntryOptions } from './zipBytes';

const content = Uint8Array.from({ length: 100 }, (_, i) => (i * 7) % 50);
const entry = (more: Partial<EntryOptions> = {}): EntryOptions => ({ name: 'a.bin', data: content, ...more });

/** Contents by name, all of them taken and checked. */
function read(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<string, Uint8Array> {
  const source = bytesSource(bytes, 'a.zip');
  return new Map(
    readZipDirectory(source).map(found => {
      const stream = streamOfEntry(source, found);
      const taken = stream.take(found.size).slice();
      stream.finish();
      return [found.name, taken];
    }),
  );
}
const open = (entries: readonly EntryOptions[], options: ArchiveOptions = {}) => read(zipBytes(entries, options));

describe('archives that can be read in one way', () => {
  const kinds: Readonly<Record<string, Partial<EntryOptions>>> = {
    stored: {},
    deflated: { deflate: true },
    'with sizes after the data': { deflate: true, descriptor: true },
    'with ZIP64 sizes in the local header': { wide: true },
  };
  for (const [kind, more] of Object.entries(kinds))
    it(`give entries ${kind}, in the order of their data`, () => {
      const contents = open([entry({ ...more, name: 'b.bin' }), entry({ ...more, name: 'a/é.bin', flags: 1 << 11 })]);
      assert.deepEqual([...contents.keys()], ['b.bin', 'a/é.bin']);
      for (const found of contents.values()) assert.deepEqual(found, content);
    });

  it('may hold nothing', () => {
    assert.equal(open([]).size, 0);
  });

  it('give text names that must be UTF-8 where they say so', () => {
    const bytes = zipBytes([entry({ flags: 1 << 11 })]);
    const name = new TextEncoder().encode('a.bin');
    for (let at = 0; at < bytes.length; at++) if (name.every((byte, i) => bytes[at + i] === byte)) bytes[at] = 0xff;
    faultOf('corrupt', () => read(bytes));
  });
});

describe('archives that could be read in two ways, or not at all', () => {
  const corrupt: Readonly<Record<string, () => unknown>> = {
    'a local name other than in the directory': () => open([entry({ localName: 'b.bin' })]),
    'a local size other than in the directory': () => open([entry({ localSize: 5 })]),
    'a name twice': () => open([entry(), entry()]),
    'an encrypted entry': () => open([entry({ flags: 1 })]),
    'a name that climbs out': () => open([entry({ name: '../a.bin' })]),
    'a name that climbs out within': () => open([entry({ name: 'a/../../a.bin' })]),
    'an absolute name': () => open([entry({ name: '/etc/a.bin' })]),
    'a name with a drive': () => open([entry({ name: 'C:a.bin' })]),
    'a name with a backslash': () => open([entry({ name: '..\\a.bin' })]),
    'a wrong checksum, stored': () => open([entry({ crc: 1 })]),
    'a wrong checksum, deflated': () => open([entry({ crc: 1, deflate: true })]),
    'a stored entry with two sizes': () => open([entry({ size: 4 })]),
    'an entry that inflates to more than its size': () => open([entry({ deflate: true, size: content.length - 4 })]),
    'an entry that inflates to less than its size': () => open([entry({ deflate: true, size: content.length + 4 })]),
    'bytes that are no DEFLATE': () => open([entry({ method: 8 })]),
    'bytes between entries': () => open([entry(), entry({ name: 'b.bin' })], { gap: 1 }),
    'a directory elsewhere': () => open([entry()], { directoryShift: -1 }),
    'two ends': () => {
      const inner = new Uint8Array(22);
      inner.set([0x50, 0x4b, 5, 6]);
      return open([entry()], { comment: inner });
    },
    'overlapping entries': () => {
      const bytes = zipBytes([entry(), entry({ name: 'b.bin' })]);
      const view = new DataView(bytes.buffer);
      const directory = view.getUint32(bytes.length - 6, true);
      view.setUint32(directory + 46 + 5 + 42, 0, true);
      return read(bytes);
    },
  };
  for (const [what, action] of Object.entries(corrupt)) it(`refuses ${what}`, () => void faultOf('corrupt', action));

  it('refuses bytes before the archive', () => {
    faultOf('corrupt', () => open([entry()], { prefix: 4 }));
  });

  it('refuses an archive that is cut anywhere', () => {
    const whole = zipBytes([entry()]);
    for (let length = 4; length < whole.length; length++) faultOf('corrupt', () => read(whole.slice(0, length)));
  });

  it('refuses methods beyond stored and deflated', () => {
    faultOf('unsupported', () => open([entry({ method: 14 })]));
  });
});
