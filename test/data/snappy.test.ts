import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uncompressSnappy } from '../../src/data/parquet/snappy';
import { Unsound } from '../../src/data/parquet/guards';

const bytes = (...of: readonly (number | string)[]) =>
  Uint8Array.from(of.flatMap(one => (typeof one === 'number' ? [one] : [...one].map(letter => letter.charCodeAt(0)))));
const text = (input: Uint8Array, size: number) => String.fromCharCode(...uncompressSnappy(input, size));

describe('Snappy', () => {
  it('gives pieces as they are, and copies by offsets of one, two and four bytes', () => {
    assert.equal(text(bytes(3, 2 << 2, 'abc'), 3), 'abc');
    assert.equal(text(bytes(8, 3 << 2, 'abcd', 1, 4), 8), 'abcdabcd');
    assert.equal(text(bytes(6, 2 << 2, 'abc', (2 << 2) | 2, 3, 0), 6), 'abcabc');
    assert.equal(text(bytes(6, 2 << 2, 'abc', (2 << 2) | 3, 3, 0, 0, 0), 6), 'abcabc');
    assert.equal(text(bytes(0), 0), '');
  });

  it('repeats what it copies onto itself', () => {
    assert.equal(text(bytes(9, 0, 'a', (7 << 2) | 2, 1, 0), 9), 'aaaaaaaaa');
  });

  it('reads lengths of one to four bytes', () => {
    const long = 'x'.repeat(70);
    assert.equal(text(bytes(70, 60 << 2, 69, long), 70), long);
    assert.equal(text(bytes(70, 61 << 2, 69, 0, long), 70), long);
    assert.equal(text(bytes(70, 63 << 2, 69, 0, 0, 0, long), 70), long);
  });

  const refused: Readonly<Record<string, readonly [Uint8Array, number]>> = {
    'another size than is asked for': [bytes(4, 2 << 2, 'abc'), 3],
    'a piece longer than the input': [bytes(3, 9 << 2, 'abc'), 3],
    'a piece longer than the output': [bytes(2, 2 << 2, 'abc'), 2],
    'a length of 32 bits': [bytes(3, 63 << 2, 0xfe, 0xff, 0xff, 0xff, 'abc'), 3],
    'a copy of what is before the beginning': [bytes(8, 3 << 2, 'abcd', 1, 5), 8],
    'a copy of nothing': [bytes(8, 3 << 2, 'abcd', 1, 0), 8],
    'an offset of 32 bits': [bytes(8, 3 << 2, 'abcd', 3 | (3 << 2), 0xff, 0xff, 0xff, 0xff), 8],
    'too little': [bytes(3, 1 << 2, 'ab'), 3],
    'a size without an end': [bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 3],
    nothing: [bytes(), 3],
  };
  for (const [what, [input, size]] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      assert.throws(() => uncompressSnappy(input, size), Unsound);
    });

  it('ends, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 127 }), (input, size) => {
        try {
          assert.equal(uncompressSnappy(bytes(size, ...input), size).length, size);
        } catch (error) {
          assert.ok(error instanceof Unsound);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});
