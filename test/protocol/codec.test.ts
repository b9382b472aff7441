import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { base64ToBytes, bytesToBase64, decodeResult, encodeResult } from '../../src/protocol/codec';

const roundTrip = (value: unknown): unknown => decodeResult(encodeResult(value));

describe('the text form of results', () => {
  it('gives back typed arrays with their types and every value, those that JSON lacks among them', () => {
    const value = {
      doubles: Float64Array.of(0, -0, 1e-300, Infinity, -Infinity, NaN),
      floats: Float32Array.of(1.5, Infinity),
      counts: Uint32Array.of(0, 4_294_967_295),
      labels: Int32Array.of(-1, 7),
      dimensions: Uint8Array.of(0, 1, 255),
      none: new Float64Array(0),
      nested: [{ radius: Infinity, missing: null, absent: undefined, text: '<script>' }],
    };
    assert.deepEqual(roundTrip(value), {
      ...value,
      nested: [{ radius: Infinity, missing: null, text: '<script>' }],
    });
  });

  it('gives back any array of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        assert.deepEqual(base64ToBytes(bytesToBase64(bytes)), bytes);
        assert.equal(bytesToBase64(bytes), Buffer.from(bytes).toString('base64'));
      }),
      { seed: 11 },
    );
  });

  it('reads views into a larger buffer as what they show', () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    assert.deepEqual(roundTrip(whole.subarray(1, 3)), Float64Array.of(2, 3));
  });

  it('holds nothing that could end the script element it stands in', () => {
    const text = encodeResult({ name: '</script><!-- \u2028' });
    assert.doesNotMatch(text, /[<\u2028\u2029]/);
    assert.deepEqual(decodeResult(text), { name: '</script><!-- \u2028' });
  });

  it('keeps a name such as __proto__ a name', () => {
    const decoded = decodeResult('{"version":1,"result":{"__proto__":{"polluted":true}}}') as object;
    assert.deepEqual(Object.keys(decoded), ['__proto__']);
    assert.equal(Object.getPrototypeOf(decoded), Object.prototype);
  });

  it('refuses another version, other text, and base64 that is none', () => {
    assert.throws(() => decodeResult('{"version":2,"result":{}}'), /version 2/);
    assert.throws(() => decodeResult('[]'), RangeError);
    assert.throws(() => decodeResult('{"version":1,"result":{"$":"f64","b64":"AAA"}}'), RangeError);
    assert.throws(() => decodeResult('{"version":1,"result":{"$":"f64","b64":"AAAA"}}'), RangeError);
    assert.throws(() => base64ToBytes('A*=='), RangeError);
  });
});
