import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { openArray } from '../../../src/data/openData';
import { dataLibraries } from '../../../src/engine/dataLibraries';
import { bytesSource, faultOf, fixture } from '../support';

const libraries = dataLibraries(path.join(import.meta.dirname, '..', '..', '..', 'node_modules'));
const bytesOf = (name: string) => {
  const source = fixture('images', name);
  return source.read(0, source.size).slice();
};
const decode = (bytes: Uint8Array<ArrayBuffer>) => openArray(bytesSource(bytes, 'picture.jpg'), { libraries });

describe('a JPEG', () => {
  for (const [file, reference] of [
    ['subsampled.jpg', 'subsampled.npy'],
    ['progressive.jpg', 'progressive.npy'],
    ['grey.jpg', 'greyjpg.npy'],
  ] as const)
    it(`is decoded as Pillow decodes it, bit by bit: ${file}`, () => {
      const { shape, values } = decode(bytesOf(file));
      const wanted = openArray(fixture('images', reference));
      assert.deepEqual(shape, wanted.shape);
      assert.deepEqual([...values], [...wanted.values]);
    });
  it('that ends early is refused: what is missing would be grey', () => {
    faultOf('corrupt', () => decode(bytesOf('subsampled.jpg').slice(0, 700)));
  });
  it('is decoded after another was refused', () => {
    faultOf('corrupt', () => decode(bytesOf('grey.jpg').map((byte, i) => (i > 20 && i < 80 ? 0xaa : byte))));
    assert.deepEqual(decode(bytesOf('grey.jpg')).shape, [13, 22]);
  });
  it('in CMYK is refused as such', () => {
    assert.match(faultOf('unsupported', () => decode(bytesOf('cmyk.jpg'))).message, /CMYK/);
  });
  it('of very many scans is refused before it is decoded', () => {
    const bytes = bytesOf('progressive.jpg');
    const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 1, 2];
    const many = new Uint8Array(bytes.length - 2 + 200 * scan.length);
    many.set(bytes.subarray(0, -2));
    for (let i = 0; i < 200; i++) many.set(scan, bytes.length - 2 + i * scan.length);
    faultOf('too-large', () => decode(many));
  });
});
