import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodePng } from '../../../src/data/images/png';
import { readImageInfo } from '../../../src/data/images/imageHeader';
import { Fault } from '../../../src/base/fault';
import { openArray } from '../../../src/data/openData';
import { fixture } from '../support';
import { chunk, pngBytes, type PngImage } from './support';

const kinds = [
  [0, 1, [1, 2, 4, 8, 16]],
  [2, 3, [8, 16]],
  [3, 1, [1, 2, 4, 8]],
  [4, 2, [8, 16]],
  [6, 4, [8, 16]],
] as const;

const images = fc
  .record({
    kind: fc.constantFrom(
      ...kinds.flatMap(([type, samples, depths]) => depths.map(depth => ({ type, samples, depth }))),
    ),
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 19 }),
    interlaced: fc.boolean(),
    filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(({ kind, width, height, interlaced, filters, seed }): PngImage => {
    const { type, samples, depth } = kind;
    const values = Array.from({ length: width * height * samples }, (_, i) => ((i + 1) * seed * 7919) % 2 ** depth);
    const palette = type === 3 ? Array.from({ length: 3 * 2 ** depth }, (_, i) => (i * 83) % 256) : undefined;
    return {
      width,
      height,
      depth,
      colourType: type,
      samples,
      interlaced,
      filters,
      values,
      ...(palette === undefined ? {} : { palette }),
    };
  });

/** What it must decode to: bytes, or 16 bits. */
function expected({ colourType, depth, values, palette }: PngImage): number[] {
  const all = Array.from(values);
  if (colourType === 3) return all.flatMap(value => palette!.slice(3 * value, 3 * value + 3));
  return depth < 8 ? all.map(value => (value * 255) / (2 ** depth - 1)) : all;
}

function refused(code: string, action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /the picture/);
    return error;
  }
  return assert.fail('nothing was refused');
}

describe('a PNG', () => {
  it('gives back what was written, of every type, depth, filter and order', () => {
    fc.assert(
      fc.property(images, image => {
        const { width, height, values, white } = decodePng(pngBytes(image), 'a picture');
        assert.deepEqual([width, height, white], [image.width, image.height, image.depth === 16 ? 65535 : 255]);
        assert.deepEqual([...values], expected(image));
      }),
      { numRuns: 300 },
    );
  });
  for (const name of ['colour', 'grey', 'palette', 'bits'])
    it(`is decoded as Pillow decodes it: ${name}`, () => {
      const { shape, values } = openArray(fixture('images', `${name}.png`));
      const reference = openArray(fixture('images', `${name}.npy`));
      assert.deepEqual(shape, reference.shape);
      assert.deepEqual([...values], [...reference.values]);
    });
  it('of 16 bits keeps them all', () => {
    const { values, type } = openArray(fixture('images', 'deep.png'));
    assert.equal(type, 'uint16');
    assert.deepEqual(
      [...values],
      [...openArray(fixture('images', 'grey.npy')).values].map(value => 257 * value),
    );
  });
});

describe('a broken PNG is refused, naming it', () => {
  const sound: PngImage = { width: 4, height: 4, depth: 8, colourType: 0, samples: 1, values: new Uint8Array(16) };
  const broken: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    'that ends early': pngBytes(sound).slice(0, -20),
    'of too few pixels': pngBytes({ ...sound, height: 5, data: pngPixels(sound) }),
    'with a filter that there is not': pngBytes({ ...sound, filters: [7] }),
    'whose checksum is wrong': pngBytes(sound).map((byte, i) => (i === 50 ? byte ^ 1 : byte)),
    'with a part that is not known': pngBytes({ ...sound, extra: [chunk('ABCD', new Uint8Array(3))] }),
    'without a palette': pngBytes({ ...sound, colourType: 3 }),
    'with a colour that its palette lacks': pngBytes({
      ...sound,
      colourType: 3,
      palette: [1, 2, 3],
      values: [0, 0, 9],
    }),
    'whose pixels are no zlib': pngBytes({ ...sound, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }),
  };
  for (const [what, bytes] of Object.entries(broken))
    it(what, () => void refused('corrupt', () => decodePng(bytes, 'the picture')));

  it('and one that would expand too far, before any pixel is inflated', () => {
    const bomb = pngBytes({ ...sound, width: 60_000, height: 60_000, data: Uint8Array.of(0x78, 0x9c) });
    refused('too-large', () => readImageInfo(bomb, bomb.length, 'the picture'));
  });
  it('but pixels beyond its size are left alone, however many they are', () => {
    const long = pngBytes({ ...sound, data: pngPixels({ ...sound, height: 4000, values: new Uint8Array(16_000) }) });
    assert.equal(decodePng(long, 'a picture').values.length, 16);
  });
});

/** The compressed pixels of an image alone. */
function pngPixels(image: PngImage): Uint8Array {
  const bytes = pngBytes(image);
  const view = new DataView(bytes.buffer);
  return bytes.slice(41, 41 + view.getUint32(33));
}
