import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { describeData, openArray, openData, openLabels } from '../../../src/data/openData';
import { resample } from '../../../src/data/images/resample';
import { dataLibraries } from '../../../src/engine/dataLibraries';
import { bytesSource, faultOf, fixture } from '../support';
import { memoryFolder, pngBytes } from './support';

const libraries = dataLibraries(path.join(import.meta.dirname, '..', '..', '..', 'node_modules'));
const square = (value: number, side = 4) =>
  pngBytes({
    width: side,
    height: side,
    depth: 8,
    colourType: 0,
    samples: 1,
    values: new Uint8Array(side * side).fill(value),
  });
const file = (name: string) => {
  const source = fixture('images', name);
  return source.read(0, source.size).slice();
};

describe('a folder of images', () => {
  const folder = memoryFolder({
    '10/a.png': square(100),
    '2/img10.png': square(30),
    '2/img9.png': square(20),
    '0/x.png': square(10),
  });
  it('has its rows in the order in which people count', () => {
    const data = openData(folder, { scale: 1 });
    assert.deepEqual([data.rows, data.rowShape], [4, [1, 4, 4]]);
    assert.deepEqual(
      [0, 1, 2, 3].map(row => data.values[16 * row]),
      [10, 20, 30, 100],
    );
  });
  it('has the sub-folders for labels, numbers as numbers', () => {
    const labels = openLabels(folder);
    assert.deepEqual([labels.classes, labels.integers, [...labels.values]], [['0', '2', '10'], true, [0, 1, 1, 2]]);
  });
  it('has names for labels in sorted order', () => {
    const labels = openLabels(memoryFolder({ 'dog/1.png': square(1), 'cat/deep/2.png': square(2) }));
    assert.deepEqual(
      [labels.classes, [...labels.values]],
      [
        ['cat', 'dog'],
        [0, 1],
      ],
    );
  });
  it('gives one row at a time, without reading the others', () => {
    const reads: string[] = [];
    const watched = {
      ...folder,
      read: (...given: Parameters<typeof folder.read>) => (reads.push(given[0].path), folder.read(...given)),
    };
    const data = openData(watched);
    reads.length = 0;
    const row = new Float64Array(18);
    data.readRow?.(3, row, 1);
    assert.deepEqual([reads, row[0], row[1], row[17]], [['10/a.png'], 0, Math.fround(100) / 255, 0]);
  });
  it('mixes PNG and JPEG, grey and colour, at the size that the network takes', () => {
    const mixed = memoryFolder({ 'a/1.jpg': file('subsampled.jpg'), 'b/2.png': file('grey.png') });
    const data = openData(mixed, { libraries, target: { shape: [null, 6, 11, 3], type: 'float32' } });
    assert.deepEqual([data.rows, data.rowShape], [2, [6, 11, 3]]);
    assert.match(data.treatment, /11 × 6 pixels, in colour \(channels last\), resized from 22 × 13, scaled from/);
    assert.ok(data.values.every(value => value >= 0 && value <= 1));
  });
  it('describes itself from the headers alone', () => {
    const { choices, labels } = describeData(folder);
    assert.deepEqual(
      [choices[0]?.rows, choices[0]?.rowShape, choices[0]?.resizable, labels],
      [4, [1, 4, 4], true, ['']],
    );
  });
  it('leaves out what is no image, and says so; litter of systems goes without saying', () => {
    const data = openData(
      memoryFolder({ 'a/1.png': square(1), 'a/.DS_Store': square(2), 'readme.md': file('grey.npy') }, 1),
    );
    assert.equal(data.rows, 1);
    assert.deepEqual(
      data.warnings.map(({ code }) => code),
      ['left-out', 'left-out'],
    );
    assert.match(data.warnings[0]!.message, /readme\.md/);
  });

  it('is refused for an image that is none, naming it', () => {
    const fault = faultOf('corrupt', () =>
      openData(memoryFolder({ 'a/1.png': square(1), 'a/2.png': file('grey.npy') })),
    );
    assert.match(fault.message, /a\/2\.png/);
  });
  it('is refused for an image of another kind, naming both', () => {
    const gif = new TextEncoder().encode('GIF89a……………………………………');
    const fault = faultOf('unsupported', () => openData(memoryFolder({ 'a/1.png': square(1), 'a/2.gif': gif })));
    assert.match(fault.message, /a\/2\.gif.*GIF/);
  });
  it('is refused when a row is broken, naming the image', () => {
    const data = openData(
      memoryFolder({ 'a/1.png': square(1), 'a/2.png': square(2).map((byte, i) => (i === 50 ? byte ^ 1 : byte)) }),
    );
    assert.throws(() => data.values, /a\/2\.png/);
  });
  it('is refused where images have several sizes and nothing says which, naming two', () => {
    const fault = faultOf('shape-mismatch', () =>
      openData(memoryFolder({ 'a/1.png': square(1), 'a/2.png': square(2, 5) })),
    );
    assert.match(fault.message, /4 × 4.*5 × 5/);
  });
  it('has no labels where its sub-folders are parts of a data set, or where there are none', () => {
    const parts = memoryFolder({ 'train/cat/1.png': square(1), 'test/cat/2.png': square(2) });
    assert.match(faultOf('usage', () => openLabels(parts)).hint ?? '', /folder\/test/);
    faultOf('usage', () => openLabels(memoryFolder({ '1.png': square(1), 'a/2.png': square(2) })));
    assert.deepEqual(describeData(parts).labels, []);
  });
  it('is refused where it holds nothing, or no image', () => {
    faultOf('empty', () => openData(memoryFolder({})));
    assert.match(faultOf('empty', () => openData(memoryFolder({}, 3))).message, /3 links/);
    faultOf('unsupported', () => openData(memoryFolder({ 'a.npy': file('grey.npy') })));
    faultOf('usage', () => openData(memoryFolder({ 'a.png': square(1) }), { part: 'X' }));
  });
});

describe('one image', () => {
  it('is one row as data', () => {
    const data = openData(bytesSource(file('colour.png')));
    assert.deepEqual([data.rows, data.rowShape], [1, [3, 13, 22]]);
  });
  it('holds no labels', () => void faultOf('unsupported', () => openLabels(bytesSource(file('colour.png')))));
});

describe('an image at another size', () => {
  const grey = openArray(fixture('images', 'grey.npy'));
  const image = { width: 22, height: 13, channels: 1, values: Float32Array.from(grey.values) };
  for (const [name, width, height] of [
    ['resized', 9, 5],
    ['enlarged', 30, 20],
  ] as const)
    it(`is as Pillow makes it: ${name}`, () => {
      const { values } = resample(image, width, height);
      const reference = openArray(fixture('images', `${name}.npy`)).values;
      assert.equal(values.length, reference.length);
      values.forEach((value, i) =>
        assert.ok(Math.abs(value - reference[i]!) < 1e-3, `${i}: ${value}, not ${reference[i]}`),
      );
    });
});
