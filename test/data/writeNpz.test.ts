import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeData, openArray } from '../../src/data/openData';
import { writeNpy, writeNpz } from '../../src/data/writeNpz';
import { bytesSource, faultOf } from './support';

describe('writing an .npz', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);

  it('gives an array of each name, slashes and dots included, in the order given', () => {
    const names = ['fc1', 'layer1/0.conv', 'a.b.c', 'Ünïcode', 'x.npy'];
    const source = bytesSource(writeNpz(names.map(name => ({ name, shape: [3, 2], values }))));
    assert.deepEqual(
      describeData(source).arrays.map(array => array.name),
      names,
    );
    for (const part of names) assert.deepEqual(openArray(source, { part }).values, values);
  });

  it('gives back every shape and type', () => {
    const value = fc.integer({ min: 0, max: 255 });
    const array = fc.record({
      name: fc
        .string({ minLength: 1, unit: fc.constantFrom(...'abc/._-0é') })
        .filter(name => !/^\/|(^|\/)\.\.(\/|$)|^[a-z]:/.test(name)),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 0, maxLength: 4 }),
      type: fc.constantFrom(Float32Array, Float64Array, Int32Array, Uint8Array),
      seed: value,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(array, { selector: ({ name }) => name.replace(/\.npy$/, ''), minLength: 1, maxLength: 5 }),
        arrays => {
          const written = arrays.map(({ name, shape, type, seed }) => ({
            name,
            shape,
            values: new type(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7 + seed) % 256)),
          }));
          const source = bytesSource(writeNpz(written));
          for (const { name, shape, values } of written) {
            const read = openArray(source, { part: name });
            assert.deepEqual([read.shape, [...read.values]], [shape, [...values]]);
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  it('gives the same bytes every time', () => {
    const write = () => writeNpz([{ name: 'a', shape: [6], values }]);
    assert.deepEqual(write(), write());
  });

  it('gives 64-bit integers as they are', () => {
    const labels = BigInt64Array.of(3n, -1n);
    assert.deepEqual([...openArray(bytesSource(writeNpy({ shape: [2], values: labels }))).values], [3, -1]);
  });

  it('writes the header that numpy writes, the values at a multiple of 64', () => {
    const bytes = writeNpy({ shape: [6], values });
    const header = new TextDecoder('latin1').decode(bytes.subarray(10, 128));
    assert.equal(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }".padEnd(117) + '\n');
    assert.equal(bytes.length, 128 + 24);
  });

  it('refuses a name twice, and values that do not make the shape', () => {
    const array = { name: 'a', shape: [6], values };
    assert.throws(() => writeNpz([array, array]), /Two arrays are called "a"/);
    assert.throws(() => writeNpy({ shape: [5], values }), /6 values do not make/);
  });

  it('reads back names of every kind that networks give their nodes', () => {
    for (const name of ['/conv1/Conv', 'layer1.0/relu', 'dense/kernel:0', 'a b', 'é', 'X.npy']) {
      const source = bytesSource(writeNpz([{ name, shape: [6], values }]));
      assert.deepEqual([...openArray(source, { part: name }).values], [...values], name);
    }
  });
  it('is refused where a name leads out of it', () => {
    for (const name of ['../x', '/a/../../x', '//host/x', 'C:/x', 'a\\x'])
      faultOf('corrupt', () => openArray(bytesSource(writeNpz([{ name, shape: [6], values }]))));
  });
});
