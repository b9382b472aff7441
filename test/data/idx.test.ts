import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'fflate';
import { describeData, openData, openLabels } from '../../src/data/openData';
import { previewLayout } from '../../src/data/preview';
import { bytesSource, faultOf, fixture } from './support';

const packed = () => {
  const source = fixture('images-idx3-ubyte.gz');
  return source.read(0, source.size);
};
const plain = () => new Uint8Array(gunzipSync(packed()));

/** An IDX of this type and shape. */
function idx(type: number, shape: readonly number[], data: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

describe('IDX', () => {
  it('gives images, scaled from 0–255 to 0–1', () => {
    const data = openData(bytesSource(plain()));
    assert.deepEqual([data.rows, data.rowShape, data.type], [360, [8, 8], 'uint8']);
    const bytes = plain().subarray(16);
    assert.ok(data.values.every((value, at) => Math.abs(value - bytes[at]! / 255) < 1e-7));
    assert.match(data.treatment, /0–255 to 0–1/);
    assert.equal(previewLayout(data).kind, 'image');
  });
  it('gives its bytes where they are to be multiplied by 1', () => {
    const data = openData(bytesSource(plain()), { scale: 1 });
    assert.deepEqual([...data.values], [...plain().subarray(16)]);
    assert.equal(data.treatment, 'multiplied by 1');
  });
  it('gives its bytes to a network that scales them itself, or takes whole numbers', () => {
    const pixels = { scale: [1], offset: [0], words: 'kept from 0 to 255' };
    for (const target of [
      { shape: [null, 64], type: 'float32', pixels },
      { shape: [null, 64], type: 'uint8' },
    ]) {
      const data = openData(bytesSource(plain()), { target });
      assert.deepEqual([...data.values], [...plain().subarray(16)]);
      assert.match(data.treatment, /0 to 255/);
    }
    const chosen = openData(bytesSource(plain()), {
      target: { shape: [null, 64], type: 'float32', pixels },
      pixels: 'signed',
    });
    assert.equal(Math.min(...chosen.values), -1);
  });
  it('gives the same when it is compressed with gzip', () => {
    assert.deepEqual(openData(bytesSource(packed())).values, openData(bytesSource(plain())).values);
    const named = gzipSync(plain(), { filename: 'images-idx3-ubyte' });
    assert.equal(openData(bytesSource(named)).rows, 360);
    assert.deepEqual(describeData(bytesSource(packed())).choices[0]?.rowShape, [8, 8]);
  });
  it('gives labels', () => {
    const labels = openLabels(fixture('labels-idx1-ubyte'));
    assert.deepEqual([labels.values.length, labels.classes.length, labels.integers], [360, 10, true]);
  });
  it('gives numbers of other types, big-endian, as they are', () => {
    assert.deepEqual([...openData(bytesSource(idx(0x0b, [2, 1], [0x01, 0x02, 0xff, 0xff]))).values], [258, -1]);
    assert.deepEqual([...openData(bytesSource(idx(0x0d, [1, 1], [0x3f, 0x80, 0, 0]))).values], [1]);
  });
});

describe('IDX that is refused', () => {
  it('for a count beyond the file, or a beginning that is none', () => {
    faultOf('corrupt', () => openData(fixture('malformed', 'count_too_big-idx3-ubyte')));
    faultOf('unsupported', () => openData(fixture('malformed', 'bad_magic-idx3-ubyte')));
    faultOf('corrupt', () => openData(bytesSource(idx(0x08, [2, 2], [1, 2, 3]))));
    faultOf('corrupt', () => openData(bytesSource(idx(0x08, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]))));
    faultOf('corrupt', () => openData(bytesSource(Uint8Array.of(0, 0, 8, 3, 0))));
  });
  it('for a damaged gzip, wherever it is cut', () => {
    const whole = packed();
    for (let length = 3; length < whole.length; length += 97)
      faultOf(['corrupt', 'too-large'], () => openData(bytesSource(whole.slice(0, length))));
    const wrong = packed().slice();
    wrong[wrong.length - 8]! ^= 1;
    faultOf('corrupt', () => openData(bytesSource(wrong)));
  });
  it('for a gzip of something else, or one that would expand too far', () => {
    faultOf('unsupported', () => openData(bytesSource(gzipSync(new TextEncoder().encode('a,b\n1,2\n')))));
    const bomb = gzipSync(new Uint8Array(8 * 2 ** 20));
    faultOf('too-large', () => openData(bytesSource(bomb)));
  });
});
