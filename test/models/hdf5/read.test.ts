import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import { Hdf5Dataset } from '../../../src/models/hdf5/dataset';
import type { Hdf5Group } from '../../../src/models/hdf5/hdf5File';
import { bytesOf, datasetAt, faultOfReading, openHdf5, valuesOf } from './files';

const ramp = (count: number) => Array.from({ length: count }, (_, i) => i);
const groupAt = (root: Hdf5Group, name: string): Hdf5Group => {
  const found = root.get(name);
  assert.ok(found !== undefined && !(found instanceof Hdf5Dataset));
  return found;
};

for (const form of ['earliest', 'ordered', 'latest', 'userBlock']) {
  describe(`an HDF5 file in the form “${form}”`, () => {
    const root = openHdf5(bytesOf(form));

    it('gives arrays of every type of numbers, whatever the order of their bytes', () => {
      const types = { f4: 'float32', '>f8': 'float64', f2: 'float16', i8: 'int64', u1: 'uint8', '>i2': 'int16' };
      for (const [written, type] of Object.entries({ ...types, i4: 'int32', u8: 'uint64' })) {
        const array = datasetAt(root, `type ${written}`);
        assert.equal(array.type, type);
        assert.deepEqual(array.shape, [2, 3]);
        assert.deepEqual([...valuesOf(array)], ramp(6));
      }
      assert.equal(datasetAt(root, 'bool').type, 'bool');
      assert.deepEqual([...valuesOf(datasetAt(root, 'bool'))], [1, 0, 1]);
      assert.deepEqual(datasetAt(root, 'scalar').shape, []);
      assert.deepEqual([...valuesOf(datasetAt(root, 'scalar'))], [2.5]);
      assert.deepEqual([...valuesOf(datasetAt(root, 'empty'))], []);
    });

    it('puts chunks together, compressed or not', () => {
      for (const [name, size] of [
        ['gzip', 35 * 17],
        ['chunks', 35 * 17],
        ['one chunk', 35 * 17],
        ['many chunks', 300],
        ['cubes', 5 * 6 * 7],
        ['grows both ways', 100],
      ] as const) {
        assert.deepEqual([...valuesOf(datasetAt(root, name))], ramp(size), name);
      }
    });

    it('reads a part of an array alone', () => {
      const array = datasetAt(root, 'gzip');
      array.check();
      assert.deepEqual([...new Float32Array(array.bytes(100, 3).slice().buffer)], [100, 101, 102]);
    });

    it('takes what was never written as zeros', () => {
      assert.deepEqual(new Set(valuesOf(datasetAt(root, 'unwritten'))), new Set([0]));
      const partly = valuesOf(datasetAt(root, 'partly'));
      assert.equal(partly.indexOf(1), 250);
      assert.equal(
        partly.reduce((a, b) => a + b),
        100,
      );
    });

    it('finds members of large groups, and follows links within the file', () => {
      const many = groupAt(root, 'many');
      assert.equal(many.names.length, 40);
      assert.deepEqual([...valuesOf(datasetAt(many, 'd033'))], [33]);
      for (const name of ['a/b/c/x', 'soft', 'hard']) assert.deepEqual([...valuesOf(datasetAt(root, name))], ramp(3));
      assert.equal(root.get('dangling'), undefined);
      assert.equal(root.get('not there'), undefined);
    });

    it('reads texts of attributes, few or many, short or long', () => {
      const { attributes } = root;
      assert.equal(attributes.text('text'), 'héllo');
      assert.equal(attributes.text('fixed'), 'abc');
      assert.equal(attributes.text('long'), 'x'.repeat(3000));
      assert.deepEqual(attributes.list('list'), ['one', 'three', '']);
      assert.deepEqual(attributes.list('texts'), ['a', 'bb', 'ccc']);
      assert.equal(attributes.list('number'), undefined);
      assert.equal(attributes.text('not there'), undefined);
      const many = groupAt(root, 'attributes').attributes;
      for (let i = 0; i < 40; i++) assert.equal(many.text(`a${String(i).padStart(2, '0')}`), `value ${i}`);
      if (form === 'latest') assert.equal(many.text('big'), 'y'.repeat(66000));
    });

    it('says of arrays that are not numbers what they hold', () => {
      for (const [name, word] of [
        ['words', /text/],
        ['records', /records/],
      ] as const) {
        assert.throws(
          () => datasetAt(root, name).check(),
          (error: unknown) => error instanceof Fault && error.code === 'unsupported' && word.test(error.message),
        );
      }
    });
  });
}

describe('an HDF5 file is refused', () => {
  const cases: readonly [string, string, RegExp][] = [
    ['external-link', 'unsafe', /"x" is a link into another file/],
    ['external-link-deep', 'unsafe', /another file/],
    ['external-storage', 'unsafe', /\/x lie in other files/],
    ['virtual', 'unsafe', /\/v is virtual/],
    ['group-cycle', 'corrupt', /holds itself/],
    ['soft-loop', 'corrupt', /circle/],
    ['shape-bomb', 'too-large', /\/x would expand/],
    ['shape-bomb-chunked', 'too-large', /\/x would expand/],
    ['chunk-bomb', 'too-large', /\/x would expand/],
    ['lzf', 'unsupported', /lzf/],
    ['grows', 'unsupported', /extensible/],
  ];
  for (const [name, code, sentence] of cases) {
    it(`for ${name.replaceAll('-', ' ')}: ${code}`, () => {
      const fault = faultOfReading(bytesOf(name));
      assert.equal(fault?.code, code);
      assert.match(fault.message, sentence);
    });
  }

  it('cut short anywhere', () => {
    const bytes = bytesOf('earliest');
    for (let length = 8; length < bytes.length; length += 4099) {
      const fault = faultOfReading(bytes.slice(0, length));
      assert.equal(fault?.code, 'corrupt', `cut at ${length}`);
    }
  });
});
