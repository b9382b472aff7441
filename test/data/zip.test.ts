import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeData, openArray, openData, openLabels } from '../../src/data/openData';
import { writeNpy } from '../../src/data/writeNpz';
import {
  bytesSource,
  faultOf,
  fixture,
  npyBytes,
  npyHeader,
  zipBytes,
  type ArchiveOptions,
  type EntryOptions,
} from './support';

const array = writeNpy({ shape: [3, 2], values: Float32Array.of(1, 2, 3, 4, 5, 6) });
const entry = (more: Partial<EntryOptions> = {}): EntryOptions => ({ name: 'X.npy', data: array, ...more });
const open = (entries: readonly EntryOptions[], options: ArchiveOptions = {}) =>
  openData(bytesSource(zipBytes(entries, options), 'a.npz'));

describe('archives that numpy and others write', () => {
  const kinds: Readonly<Record<string, Partial<EntryOptions>>> = {
    stored: {},
    deflated: { deflate: true },
    'with sizes after the data': { deflate: true, descriptor: true },
    'with ZIP64 sizes in the local header': { wide: true },
  };
  for (const [kind, more] of Object.entries(kinds))
    it(`reads entries ${kind}`, () => {
      const data = open([entry(more), entry({ ...more, name: 'other.npy' })]);
      assert.deepEqual([data.rows, data.rowShape, [...data.values]], [3, [2], [1, 2, 3, 4, 5, 6]]);
    });

  it('reads an archive with a comment', () => {
    assert.equal(open([entry()], { comment: new TextEncoder().encode('made by hand') }).rows, 3);
  });
});

describe('which array of an archive is meant', () => {
  const archive = (...names: readonly string[]) =>
    bytesSource(zipBytes(names.map(name => entry({ name: `${name}.npy` }))), 'a.npz');

  it('is the one that is named', () => {
    assert.equal(openData(archive('a', 'b/c.d'), { part: 'b/c.d' }).name, 'a.npz#b/c.d');
  });
  it('is the only one, or the only one that is not labels', () => {
    assert.equal(openData(archive('whatever')).rows, 3);
    assert.equal(openData(archive('whatever', 'classes'), { without: ['classes'] }).rows, 3);
  });
  it('is X, x, data or inputs', () => {
    for (const name of ['X', 'x', 'data', 'inputs']) assert.equal(openData(archive('a', name)).rows, 3);
  });
  it('must else be named: the fault lists the names', () => {
    assert.match(faultOf('usage', () => openData(archive('conv1', 'relu1'))).message, /conv1.*relu1/);
    assert.match(
      faultOf('usage', () => openData(archive('conv1', 'relu1'), { part: 'fc' })).message,
      /"fc".*conv1.*relu1/,
    );
  });
  it('is y or labels for labels', () => {
    const labels = npyBytes(npyHeader('|u1', [3]), Uint8Array.of(2, 0, 2));
    const source = bytesSource(zipBytes([entry(), { name: 'y.npy', data: labels }]), 'a.npz');
    const read = openLabels(source);
    assert.deepEqual([[...read.values], read.classes, read.part], [[1, 0, 1], ['0', '2'], 'y']);
  });
});

describe('archives of arrays', () => {
  it('must hold some', () => {
    faultOf('unsupported', () => open([entry({ name: 'readme.txt' })]));
    faultOf('empty', () => open([]));
  });
});

describe('archives that would expand too far', () => {
  it('refuses one before it inflates it', () => {
    const began = performance.now();
    faultOf('too-large', () => openData(fixture('malformed', 'zip_bomb.npz')));
    assert.ok(performance.now() - began < 200);
  });

  it('stops one that hides its size as soon as it is past it', () => {
    const bomb = zipBytes([{ name: 'X.npy', data: new Uint8Array(32 * 2 ** 20), deflate: true, size: 3 * 2 ** 20 }]);
    faultOf('corrupt', () => openData(bytesSource(bomb)));
    // An honest header makes the reader take bytes until there are too many.
    const data = npyBytes(npyHeader('|u1', [2 ** 20]), new Uint8Array(32 * 2 ** 20));
    const size = data.length - 31 * 2 ** 20;
    faultOf('corrupt', () => openData(bytesSource(zipBytes([{ name: 'X.npy', data, deflate: true, size }]))));
  });

  it('reads constant arrays that are small, however well they were compressed', () => {
    const data = writeNpy({ shape: [1000, 500], values: new Float32Array(500_000) });
    const read = openArray(bytesSource(zipBytes([{ name: 'X.npy', data, deflate: true }])));
    assert.equal(read.values.length, 500_000);
  });

  it('looks at headers alone to describe', () => {
    const data = writeNpy({ shape: [1000, 500], values: new Float32Array(500_000) });
    const described = describeData(bytesSource(zipBytes([{ name: 'X.npy', data, deflate: true, crc: 7 }])));
    assert.deepEqual(described.choices[0]?.rowShape, [500]);
  });
});
