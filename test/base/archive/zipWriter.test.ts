import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOfEntry } from '../../../src/base/archive/entrySource';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { rewriteZip } from '../../../src/base/archive/zipWriter';
import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { zipBytes, type EntryOptions } from './zipBytes';

type Bytes = Uint8Array<ArrayBuffer>;

function contentOf(archive: Bytes): ReadonlyMap<string, Bytes> {
  const source = new MemorySource('archive', archive);
  return new Map(readZipDirectory(source).map(entry => [entry.name, bytesOfEntry(source, entry).slice()]));
}

function rewritten(
  archive: Bytes,
  changed: Readonly<Record<string, Bytes | null>>,
  added: Readonly<Record<string, Bytes>> = {},
) {
  const source = rewriteZip(new MemorySource('archive', archive), {
    changed: new Map(
      Object.entries(changed).map(([name, bytes]) => [name, bytes === null ? null : new MemorySource(name, bytes)]),
    ),
    added: Object.entries(added).map(([name, bytes]) => ({ name, like: 'a', content: new MemorySource(name, bytes) })),
  });
  return source.read(0, source.size).slice();
}

const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Uint8Array.from(array));

describe('a zip archive that is written again', () => {
  it('holds what was asked for, whatever its entries are like, and the others as they were', () => {
    const entry = fc.record({
      data: bytes,
      deflate: fc.boolean(),
      descriptor: fc.boolean(),
      wide: fc.boolean(),
    });
    const archives = fc.dictionary(fc.constantFrom('a', 'b/c', 'd'), entry, { minKeys: 1 });
    const changes = fc.dictionary(fc.constantFrom('a', 'b/c', 'd'), fc.option(bytes));
    fc.assert(
      fc.property(archives, changes, fc.option(bytes), (files, wanted, more) => {
        const entries: EntryOptions[] = Object.entries(files).map(([name, options]) => ({
          name,
          ...options,
          wide: options.wide && !options.descriptor,
        }));
        const archive = zipBytes(entries, { comment: Uint8Array.of(1, 2, 3) });
        const changed = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in files));
        const added = more === null || !('a' in files) ? {} : { longer: more };
        const found = contentOf(rewritten(archive, changed, added));
        const expected = new Map<string, Bytes>();
        for (const [name, { data }] of Object.entries(files)) {
          const change = changed[name];
          if (change !== null) expected.set(name, change ?? data);
        }
        for (const [name, data] of Object.entries(added)) expected.set(name, data);
        assert.deepEqual(found, expected);
        if (Object.keys(changed).length === 0 && more === null) assert.deepEqual(rewritten(archive, {}), archive);
      }),
    );
  });

  it('is refused where an entry that stays does not match its checksum', () => {
    const archive = zipBytes([{ name: 'a', data: Uint8Array.of(1, 2, 3), crc: 7 }]);
    assert.throws(
      () => rewritten(archive, {}),
      (error: unknown) => error instanceof Fault && error.code === 'corrupt',
    );
  });
});
