import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { openArray, openData, openLabels } from '../../src/data/openData';
import { writeNpy } from '../../src/data/writeNpz';
import { bytesSource, faultOf, fixture, npyBytes, npyHeader } from './support';

const zeros = (length: number) => new Uint8Array(length);
const open = (header: string, data: Uint8Array, version = 1) =>
  openData(bytesSource(npyBytes(header, data, version), 'a.npy'));

describe('the variants of .npy that numpy writes', () => {
  const plain = openData(fixture('npy', 'f4_c.npy'));

  it('reads rows of float32 as they are', () => {
    assert.deepEqual([plain.rows, plain.rowShape, plain.type], [20, [64], 'float32']);
    assert.deepEqual([...plain.values.subarray(0, 4)], [0, 0.125, 0.8125, 1]);
    assert.equal(plain.treatment, 'taken as they are');
  });

  for (const name of ['f8_fortran', 'f4_bigendian', 'f4_v2header', 'f2'])
    it(`reads the same numbers from ${name}`, () => {
      const other = openData(fixture('npy', `${name}.npy`));
      assert.deepEqual(other.rowShape, plain.rowShape);
      // All are sixteenths, which each of these types holds exactly.
      assert.deepEqual([...other.values], [...plain.values]);
    });

  it('reads bytes and booleans as numbers', () => {
    const bytes = openData(fixture('npy', 'u1.npy'));
    assert.deepEqual(
      [...bytes.values],
      Array.from(plain.values, value => value * 16),
    );
    const booleans = openData(fixture('npy', 'bool.npy'));
    assert.deepEqual(
      [...booleans.values],
      Array.from(plain.values, value => Number(value > 0.5)),
    );
  });

  it('refuses pickled objects, and opens none', () => {
    faultOf('unsafe', () => openData(fixture('npy', 'object_pickled_refuse.npy')));
    faultOf('unsafe', () => openLabels(fixture('npy', 'object_pickled_refuse.npy')));
  });
});

describe('values of an .npy', () => {
  it('come out as they went in, for every integer type and byte order', () => {
    const types = {
      i1: [Int8Array, 'setInt8', -128, 127],
      u1: [Uint8Array, 'setUint8', 0, 255],
      i2: [Int16Array, 'setInt16', -32768, 32767],
      u2: [Uint16Array, 'setUint16', 0, 65535],
      i4: [Int32Array, 'setInt32', -(2 ** 31), 2 ** 31 - 1],
      u4: [Uint32Array, 'setUint32', 0, 2 ** 32 - 1],
    } as const;
    for (const [descr, [view, set, low, high]] of Object.entries(types))
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 20 }),
          fc.boolean(),
          (values, big) => {
            const size = view.BYTES_PER_ELEMENT;
            const data = new DataView(new ArrayBuffer(values.length * size));
            values.forEach((value, i) => data[set](i * size, value, !big));
            const { values: read } = open(
              npyHeader((big ? '>' : '<') + descr, [values.length]),
              new Uint8Array(data.buffer),
            );
            assert.deepEqual([...read], values);
          },
        ),
        { seed: 1, numRuns: 50 },
      );
  });

  it('come out of 64-bit integers exactly to 2^53, and beyond it with a warning that says where', () => {
    const data = new BigInt64Array([0n, -1n, 2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, -(2n ** 62n) - 1n]);
    const read = open(npyHeader('<i8', [3, 2]), new Uint8Array(data.buffer));
    assert.deepEqual([...read.values], [0, -1, 2 ** 53, -(2 ** 53), 2 ** 53, -(2 ** 62)]);
    assert.match(read.warnings[0]?.message ?? '', /^2 integers beyond 2\^53.*row 2, column 0/);
    const unsigned = open(npyHeader('>u8', [1]), Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0));
    assert.deepEqual([[...unsigned.values], unsigned.warnings], [[2 ** 63], []]);
  });

  it('come out of float16 by IEEE 754', () => {
    const halves = new Uint16Array([0x0001, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x8000]);
    const read = open(npyHeader('<f2', [6]), new Uint8Array(halves.buffer));
    assert.deepEqual([...read.values], [2 ** -24, 2 ** -14, 1, -2, 65504, -0]);
  });

  it('come out of Fortran order with the last axis fastest, in any number of axes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), shape => {
        const count = shape.reduce((a, b) => a * b, 1);
        const fortran = new Float64Array(count);
        for (let c = 0; c < count; c++) {
          let rest = c;
          const index = shape.map(() => 0);
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis]!;
            rest = Math.floor(rest / shape[axis]!);
          }
          let at = 0;
          for (let axis = shape.length - 1; axis >= 0; axis--) at = at * shape[axis]! + index[axis]!;
          fortran[at] = c;
        }
        const read = open(npyHeader('<f8', shape, true), new Uint8Array(fortran.buffer));
        assert.deepEqual(
          [...read.values],
          Array.from({ length: count }, (_, i) => i),
        );
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('are written and read back unchanged', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 1, maxLength: 30, noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        (numbers, single) => {
          const values = single
            ? Float32Array.from(numbers, value => (Math.abs(value) > 1e38 ? 1 : value))
            : numbers.slice();
          const array = openArray(bytesSource(writeNpy({ shape: [1, values.length], values })));
          assert.deepEqual([array.shape, array.type], [[1, values.length], single ? 'float32' : 'float64']);
          assert.deepEqual([...array.values], [...values]);
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });

  it('span several blocks', () => {
    const values = Float64Array.from({ length: 300_000 }, (_, i) => i);
    assert.deepEqual(openArray(bytesSource(writeNpy({ shape: [300_000], values }))).values, values);
  });
});

describe('headers of .npy that are refused', () => {
  const corrupt: Readonly<Record<string, readonly [string, number]>> = {
    'a shape beyond the file': [npyHeader('<f4', [1e9, 1e6]), 8],
    'a shape beyond 2^64': [`{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616, 2), }`, 8],
    'a shape whose product overflows to 0': [
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${'4294967296, '.repeat(4)}), }`,
      0,
    ],
    'a negative shape': [npyHeader('<f4', [-5, 64]), 8],
    'data that is too short': [npyHeader('<f4', [3]), 8],
    'data that is too long': [npyHeader('<f4', [1]), 8],
    'an expression': [`__import__('os').system('true')`, 8],
    'an expression in the shape': [`{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,), }`, 8],
    'a key twice': [`{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2,), }`, 8],
    'a key too many': [`{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}`, 8],
    'no shape': [`{'descr': '<f4', 'fortran_order': False, }`, 8],
    'a tuple for a type': [`{'descr': ('<f4',), 'fortran_order': False, 'shape': (2,), }`, 8],
    'a type that is none': [npyHeader('<f3', [2]), 8],
    'a type named after a property of objects': [npyHeader('constructor', [2]), 8],
    'deep nesting': ['('.repeat(5000), 8],
    'no closing quote': [`{'descr: `, 8],
  };
  for (const [what, [header, length]] of Object.entries(corrupt))
    it(`refuses ${what}`, () => void faultOf('corrupt', () => open(header, zeros(length))));

  it('refuses types that are no real numbers, and says so', () => {
    for (const descr of ['<c8', '<c16', '<M8[ns]', '<m8[s]', '|V8', '<f16'])
      faultOf('unsupported', () => open(npyHeader(descr, [1]), zeros(16)));
    faultOf('unsupported', () =>
      open(`{'descr': [('x', '<f4'), ('y', '<i4')], 'fortran_order': False, 'shape': (1,), }`, zeros(8)),
    );
    assert.match(faultOf('unsupported', () => open(npyHeader('<U2', [1]), zeros(8))).message, /text/);
    faultOf('unsupported', () => open(npyHeader('<f4', [1]), zeros(4), 9));
  });

  it('refuses a header of 4 GB before it makes room for it', () => {
    const bytes = npyBytes(npyHeader('<f4', [1]), zeros(4), 2);
    bytes.set([0xff, 0xff, 0xff, 0xff], 8);
    faultOf('corrupt', () => openData(bytesSource(bytes)));
  });

  it('refuses a file that ends anywhere within', () => {
    const whole = npyBytes(npyHeader('<f4', [2]), zeros(8));
    for (let length = 6; length < whole.length; length++)
      faultOf('corrupt', () => openData(bytesSource(whole.slice(0, length))));
  });

  it('refuses a single number, and an array without any', () => {
    faultOf('shape-mismatch', () => open(npyHeader('<f4', []), zeros(4)));
    faultOf('empty', () => open(npyHeader('<f4', [0, 64]), zeros(0)));
    faultOf('empty', () => open(npyHeader('<f4', [3, 0]), zeros(0)));
  });

  it('takes a long integer of Python 2 and a shape in any spacing', () => {
    const read = open(`{"shape":(1L,\t2),'fortran_order':False,'descr':'<f4'}`, zeros(8));
    assert.deepEqual([read.rows, read.rowShape], [1, [2]]);
  });
});
