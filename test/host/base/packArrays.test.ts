import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { packArrays } from '../../../src/host/base/packArrays';

const typedArray = fc.oneof(
  fc.uint8Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array({ noNaN: true }),
  fc.float64Array({ noNaN: true }),
);

function buffersOf(value: unknown, found = new Set<ArrayBufferLike>()): Set<ArrayBufferLike> {
  if (ArrayBuffer.isView(value)) found.add(value.buffer);
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) buffersOf(part, found);
  return found;
}

describe('A message with many arrays', () => {
  it('travels in one buffer, and is the same message', () => {
    const plain = { noNullPrototype: true } as const;
    const leaf = fc.oneof(typedArray, fc.string(), fc.double(), fc.constant(undefined), fc.array(fc.integer()));
    const part = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), leaf, { noNullPrototype: true });
    const message = fc.record(
      { type: fc.string(), parts: fc.array(part), deep: fc.record({ part, leaf }, plain) },
      plain,
    );
    fc.assert(
      fc.property(message, value => {
        const packed = packArrays(value);
        assert.deepEqual(packed, value);
        assert.ok(buffersOf(packed).size <= 1);
      }),
      { seed: 17, numRuns: 300 },
    );
  });

  it('keeps the arrays of a layer with hundreds of cycles', () => {
    const cycles = Array.from({ length: 400 }, (_, pair) => ({
      pair,
      vertices: Uint32Array.of(pair, pair + 1, pair + 2),
      edges: new Uint32Array(),
    }));
    const layer = {
      name: 'relu1',
      shape: [128],
      diagram: { birth: Float64Array.of(0, 1.5), dimension: Uint8Array.of(0, 1) },
      cycles,
    };
    const packed = packArrays({ type: 'partial', layer });
    assert.deepEqual(packed, { type: 'partial', layer });
    assert.equal(buffersOf(packed).size, 1);
    assert.equal(packed.layer.shape, layer.shape);
  });

  it('takes the part of a buffer that an array shows, and an array that stands twice but once', () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    const part = whole.subarray(1, 3);
    const packed = packArrays({ a: part, b: part, c: Uint8Array.of(9) });
    assert.deepEqual(packed, { a: Float64Array.of(2, 3), b: Float64Array.of(2, 3), c: Uint8Array.of(9) });
    assert.equal(packed.a, packed.b);
    assert.equal(packed.a.buffer.byteLength, 24);
  });
});
