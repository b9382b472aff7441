import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { Hdf5Dataset } from '../../../src/models/hdf5/dataset';
import { Hdf5Changes } from '../../../src/models/hdf5/hdf5Changes';
import { readHdf5, type Hdf5Group } from '../../../src/models/hdf5/hdf5File';
import { difference } from '../written';

type Bytes = Uint8Array<ArrayBuffer>;

const folder = path.join(import.meta.dirname, '..', 'keras', 'files');
const file = (name: string): Bytes => new Uint8Array(fs.readFileSync(path.join(folder, name)));

function changed(bytes: Bytes, change: (changes: Hdf5Changes) => void): Bytes {
  const changes = new Hdf5Changes(new MemorySource('file.h5', bytes));
  change(changes);
  const content = changes.content();
  return content.read(0, content.size).slice();
}

interface Everything {
  readonly arrays: Map<string, { readonly shape: readonly number[]; readonly bytes: Bytes }>;
  readonly attributes: Map<string, readonly string[] | undefined>;
}

/** All arrays and attributes of a file by their paths. */
function everything(bytes: Bytes): Everything {
  const found: Everything = { arrays: new Map(), attributes: new Map() };
  const enter = (object: Hdf5Group | Hdf5Dataset, at: string): void => {
    for (const name of object.attributes.names) found.attributes.set(`${at}@${name}`, object.attributes.list(name));
    if (object instanceof Hdf5Dataset) {
      if (object.type !== undefined)
        found.arrays.set(at, { shape: object.shape, bytes: object.bytes(0, object.size).slice() });
      return;
    }
    for (const name of object.names) {
      const inner = object.get(name);
      if (inner !== undefined) enter(inner, `${at}/${name}`);
    }
  };
  enter(readHdf5(new MemorySource('file.h5', bytes)), '');
  return found;
}

const FILES = ['keras2.h5', 'nested.h5', 'res.weights.h5', 'noinput.weights.h5'];

/** New values of a width of four bytes. */
function newArray(shape: readonly number[]) {
  return fc.tuple(...shape.map(dim => fc.oneof(fc.constant(dim), fc.integer({ min: 1, max: dim + 2 })))).map(dims => {
    const size = dims.reduce((a, b) => a * b, 1);
    return {
      shape: dims,
      bytes: new Uint8Array(Float32Array.from({ length: size }, (_, i) => Math.sin(i + size)).buffer),
    };
  });
}

describe('an HDF5 file that is written again', () => {
  it('is the same file where nothing changes', () => {
    for (const name of FILES)
      assert.deepEqual(
        changed(file(name), () => undefined),
        file(name),
      );
  });

  it('differs in the values of the changed array alone, where that keeps its shape', () => {
    for (const name of FILES) {
      const bytes = file(name);
      const [at, { shape, bytes: values }] = [...everything(bytes).arrays].find(([, one]) => one.shape.length === 2)!;
      const flipped = values.map(byte => byte ^ 1);
      const { first, last } = difference(
        bytes,
        changed(bytes, changes => changes.setArray(at, { shape, bytes: flipped })),
      )!;
      assert.equal(last - first + 1, values.length);
    }
  });

  it('gives what was asked for, whatever is changed, and leaves every other array and attribute as it was', () => {
    for (const name of FILES) {
      const bytes = file(name);
      const before = everything(bytes);
      const arrays = [...before.arrays].filter(
        ([, one]) => one.bytes.length === 4 * one.shape.reduce((a, b) => a * b, 1),
      );
      const choices = fc.record(Object.fromEntries(arrays.map(([at, { shape }]) => [at, fc.option(newArray(shape))])));
      fc.assert(
        fc.property(choices, chosen => {
          const wanted = Object.entries(chosen).filter(one => one[1] !== null);
          const made = changed(bytes, changes => {
            for (const [at, array] of wanted) changes.setArray(at, array!);
          });
          const now = everything(made);
          assert.deepEqual(now.attributes, before.attributes);
          for (const [at, array] of now.arrays) assert.deepEqual(array, chosen[at] ?? before.arrays.get(at), at);
          const grown = wanted.reduce(
            (sum, [at, array]) => sum + array!.bytes.length - before.arrays.get(at)!.bytes.length,
            0,
          );
          assert.ok(Math.abs(made.length - bytes.length - grown) < 8 * (wanted.length + 1));
        }),
        { numRuns: 30 },
      );
    }
  });

  it('writes texts of any length', () => {
    const bytes = file('keras2.h5');
    const before = everything(bytes);
    const old = before.attributes.get('@model_config')![0]!;
    for (const length of [1, old.length - 9, old.length, old.length + 5, old.length + 5000, 100_000]) {
      const text = 'x'.repeat(length);
      const now = everything(changed(bytes, changes => changes.setText('', 'model_config', text)));
      assert.deepEqual(now.arrays, before.arrays);
      for (const [name, list] of now.attributes)
        assert.deepEqual(list, name === '@model_config' ? [text] : before.attributes.get(name), name);
    }
  });

  it('takes entries out of groups, and gives names to others', () => {
    const bytes = file('res.weights.h5');
    const before = everything(bytes);
    const root = readHdf5(new MemorySource('', bytes));
    const layers = root.get('layers');
    assert.ok(layers !== undefined && !(layers instanceof Hdf5Dataset));
    const [first, second, ...rest] = layers.names as readonly [string, string, ...string[]];
    const names = new Map([[first, second], ...rest.map((name): [string, string] => [name, name])]);
    const made = changed(bytes, changes => changes.setEntries('layers', names));
    const now = everything(made);
    for (const [at, array] of now.arrays) {
      const old = at.startsWith(`/layers/${first}/`) ? at.replace(`/${first}/`, `/${second}/`) : at;
      assert.deepEqual(array, before.arrays.get(old), at);
    }
    assert.ok(![...now.arrays.keys()].some(at => at.startsWith(`/layers/${second}/`)));
  });

  it('names what a file of a newer layout holds that keeps sizes as they are', () => {
    const bytes = new Uint8Array(fs.readFileSync(path.join(import.meta.dirname, 'files', 'small-latest.h5')));
    const [at] = [...everything(bytes).arrays.keys()];
    assert.throws(
      () => changed(bytes, changes => changes.setArray(at!, { shape: [1], bytes: new Uint8Array(4) })),
      (error: unknown) => error instanceof Fault && error.code === 'unsupported',
    );
  });
});

const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import h5py'], { timeout: 60_000 }).status === 0,
);

const READ = `
import h5py, json, sys
found = {}
def visit(name, one):
    if isinstance(one, h5py.Dataset):
        found[name] = [list(one.shape), one[...].astype('float64').flatten().tolist()]
    for key in one.attrs: str(one.attrs[key])
with h5py.File(sys.argv[1]) as f:
    visit('', f)
    f.visititems(visit)
print(json.dumps(found))
`;

describe('what is written, in h5py', { skip: python === undefined ? 'no h5py here' : false }, () => {
  let made: string;
  before(() => (made = fs.mkdtempSync(path.join(os.tmpdir(), 'hdf5-write-'))));
  after(() => fs.rmSync(made, { recursive: true }));

  const read = (bytes: Bytes) => {
    const at = path.join(made, 'file.h5');
    fs.writeFileSync(at, bytes);
    const run = spawnSync(python!, ['-c', READ, at], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    return JSON.parse(run.stdout) as Readonly<Record<string, readonly [readonly number[], readonly number[]]>>;
  };

  it('reads as here: smaller and larger arrays, texts, entries', () => {
    for (const name of FILES) {
      const bytes = file(name);
      const arrays = [...everything(bytes).arrays].filter(
        ([, one]) => one.bytes.length === 4 * one.shape.reduce((a, b) => a * b, 1),
      );
      const cut = (shape: readonly number[]) => shape.map((dim, axis) => Math.max(1, dim + (axis === 0 ? -1 : 1)));
      const array = (shape: readonly number[]) => ({
        shape,
        bytes: new Uint8Array(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i).buffer),
      });
      const now = changed(bytes, changes => {
        for (const [i, [at, { shape }]] of arrays.entries()) if (i % 2 === 0) changes.setArray(at, array(cut(shape)));
        if (name === 'keras2.h5') changes.setText('', 'model_config', 'short');
        if (name === 'res.weights.h5') {
          const layers = readHdf5(new MemorySource('', bytes)).get('layers') as Hdf5Group;
          changes.setEntries('layers', new Map(layers.names.slice(1).map(one => [one, one])));
        }
      });
      const found = read(now);
      const own = everything(now);
      assert.deepEqual(Object.keys(found).length, own.arrays.size);
      for (const [at, { shape, bytes: values }] of own.arrays) {
        const [peerShape, peerValues] = found[at.slice(1)]!;
        assert.deepEqual(peerShape, shape, at);
        if (values.length === 4 * peerValues.length)
          assert.deepEqual(peerValues, [...new Float32Array(values.buffer)], at);
      }
    }
  });
});
