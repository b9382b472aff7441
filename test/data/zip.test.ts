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

describe('archives that could be read in two ways, or not at all', () => {
  const corrupt: Readonly<Record<string, () => unknown>> = {
    'a local name other than in the directory': () => open([entry({ localName: 'Y.npy' })]),
    'a local size other than in the directory': () => open([entry({ localSize: 5 })]),
    'a name twice': () => open([entry(), entry()]),
    'an encrypted entry': () => open([entry({ flags: 1 })]),
    'a name that climbs out': () => open([entry({ name: '../X.npy' })]),
    'a name that climbs out within': () => open([entry({ name: 'a/../../X.npy' })]),
    'an absolute name': () => open([entry({ name: '/etc/X.npy' })]),
    'a name with a drive': () => open([entry({ name: 'C:X.npy' })]),
    'a name with a backslash': () => open([entry({ name: '..\\X.npy' })]),
    'a wrong checksum, stored': () => open([entry({ crc: 1 })]),
    'a wrong checksum, deflated': () => open([entry({ crc: 1, deflate: true })]),
    'a stored entry with two sizes': () => open([entry({ size: 4 })]),
    'an entry that inflates to more than its size': () => open([entry({ deflate: true, size: array.length - 4 })]),
    'an entry that inflates to less than its size': () => open([entry({ deflate: true, size: array.length + 4 })]),
    'bytes that are no DEFLATE': () => open([entry({ method: 8 })]),
    'bytes between entries': () => open([entry(), entry({ name: 'Y.npy' })], { gap: 1 }),
    'a directory elsewhere': () => open([entry()], { directoryShift: -1 }),
    'two ends': () => {
      const inner = new Uint8Array(22);
      inner.set([0x50, 0x4b, 5, 6]);
      return open([entry()], { comment: inner });
    },
    'overlapping entries': () => {
      const bytes = zipBytes([entry(), entry({ name: 'Y.npy' })]);
      const view = new DataView(bytes.buffer);
      const directory = view.getUint32(bytes.length - 6, true);
      view.setUint32(directory + 46 + 5 + 42, 0, true);
      return openData(bytesSource(bytes));
    },
  };
  for (const [what, action] of Object.entries(corrupt)) it(`refuses ${what}`, () => void faultOf('corrupt', action));

  it('refuses bytes before the archive', () => {
    faultOf(['corrupt', 'unsupported'], () => open([entry()], { prefix: 4 }));
  });

  it('refuses an archive that is cut anywhere', () => {
    const whole = zipBytes([entry()]);
    for (let length = 4; length < whole.length; length++)
      faultOf('corrupt', () => openData(bytesSource(whole.slice(0, length))));
  });

  it('refuses methods beyond stored and deflated, archives without arrays, and empty ones', () => {
    faultOf('unsupported', () => open([entry({ method: 14 })]));
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
