import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { weightHistogram } from '../../src/analyses/weightHistogram';
import { Cancellation } from '../../src/base/cancellation';
import type { StoredType } from '../../src/models/model';
import type { StoredTensor } from '../../src/models/storedTensor';

/** A tensor in memory, whose bytes start anywhere. */
function stored(type: StoredType, content: ArrayBufferView<ArrayBuffer>, size: number, offset = 0): StoredTensor {
  const own = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  const held = new Uint8Array(own.length + offset);
  held.set(own, offset);
  const bits = (8 * own.length) / Math.max(1, size);
  return {
    name: 'w',
    shape: [size],
    type,
    size,
    bytes: (from, count) => held.subarray(offset + (from * bits) / 8, offset + Math.ceil(((from + count) * bits) / 8)),
  };
}

const close = (actual: number | undefined, expected: number, scale = Math.abs(expected)): void => {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= 1e-9 * Math.max(scale, 1e-30),
    `${actual}, not ${expected}`,
  );
};

describe('the histogram of a tensor', () => {
  it('equals a naive count, whatever is not finite among the values', () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true, min: -8, max: 8 }) },
      fc.constantFrom(0, NaN, Infinity, -Infinity),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 300 }), fc.nat({ max: 3 }), (list, offset) => {
        const found = weightHistogram(stored('float32', Float32Array.from(list), list.length, offset));
        const finite = list.filter(Number.isFinite);
        assert.equal(found.count, list.length);
        assert.equal(found.zeros, list.filter(one => one === 0).length);
        assert.equal(found.notANumber, list.filter(Number.isNaN).length);
        assert.equal(found.infinite, list.length - finite.length - found.notANumber);
        if (finite.length === 0) return assert.equal(found.range, undefined);
        const mean = finite.reduce((sum, one) => sum + one, 0) / finite.length;
        assert.equal(found.range?.min, Math.min(...finite));
        assert.equal(found.range?.max, Math.max(...finite));
        close(found.range?.mean, mean, 8);
        close(
          found.range.standardDeviation ** 2,
          finite.reduce((sum, one) => sum + (one - mean) ** 2, 0) / finite.length,
          64,
        );
        const { from, to, bins } = found;
        const expected = Array.from(bins, () => 0);
        for (const one of finite) {
          const at = from === to ? 0 : Math.floor(((one - from) / (to - from)) * bins.length);
          expected[Math.min(bins.length - 1, at)]!++;
        }
        assert.deepEqual([...bins], expected);
      }),
    );
  });

  it('is the same for a tensor that is read in many parts', () => {
    const values = Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i) * (i % 7) + 1000);
    const { range, bins } = weightHistogram(stored('float32', values, values.length));
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    close(range?.mean, mean);
    close(range!.standardDeviation ** 2, values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length);
    assert.equal(
      bins.reduce((sum, one) => sum + one),
      values.length,
    );
  });

  it('reads quantised and short types, with a bin for each whole number where there are few', () => {
    const eight = weightHistogram(stored('int8', Int8Array.from([-3, -3, 0, 4]), 4));
    assert.deepEqual([eight.from, eight.to, [...eight.bins]], [-3.5, 4.5, [2, 0, 0, 1, 0, 0, 0, 1]]);
    const four = weightHistogram(stored('int4', Uint8Array.from([0xf1, 0x08]), 4));
    assert.deepEqual([four.range?.min, four.range?.max, four.zeros], [-8, 1, 1]);
    const wide = weightHistogram(stored('int16', Int16Array.from([-32768, 32767]), 2));
    assert.equal(wide.bins.length, 64);
    const half = weightHistogram(stored('float16', Uint16Array.from([0x3c00, 0xbc00, 0x7c00, 0x7e00]), 4));
    assert.deepEqual([half.range?.min, half.range?.max, half.infinite, half.notANumber], [-1, 1, 1, 1]);
    const brain = weightHistogram(stored('bfloat16', Uint16Array.from([0x3f80, 0x4000]), 2));
    assert.deepEqual([brain.range?.min, brain.range?.max], [1, 2]);
  });

  it('spans the whole range of doubles', () => {
    const { bins, range } = weightHistogram(stored('float64', Float64Array.from([-1.7e308, 0, 1.7e308]), 3));
    assert.deepEqual([bins[0], bins[32], bins[63]], [1, 1, 1]);
    assert.deepEqual([range?.min, range?.max], [-1.7e308, 1.7e308]);
  });

  it('of equal values is one bin, and of none is none', () => {
    assert.deepEqual([...weightHistogram(stored('float32', Float32Array.of(2, 2), 2)).bins], [2]);
    const none = weightHistogram(stored('float32', new Float32Array(0), 0));
    assert.deepEqual([none.count, none.range, none.bins.length], [0, undefined, 0]);
  });

  it('holds no more than a part of the tensor at a time, and stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    let parts = 0;
    let largest = 0;
    const tensor: StoredTensor = {
      name: 'huge',
      shape: [2 ** 33],
      size: 2 ** 33,
      type: 'float32',
      bytes: (_, count) => {
        largest = Math.max(largest, count);
        if (++parts === 10) cancellation.cancel();
        return new Uint8Array(4 * count);
      },
    };
    assert.throws(() => weightHistogram(tensor, cancellation), { code: 'cancelled' });
    assert.equal(parts, 10);
    assert.ok(largest <= 1 << 16);
  });

  it('is refused for text', () => {
    assert.throws(() => weightHistogram(stored('str', new Uint8Array(0), 0)), { code: 'unsupported' });
  });
});
