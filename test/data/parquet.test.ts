import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { describeData, openArray, openData, openLabels } from '../../src/data/openData';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { bytesSource, faultOf, fixture } from './support';

const libraries = dataLibraries(path.join(import.meta.dirname, '..', '..', 'node_modules'));
const table = (name: string) => fixture('parquet', `${name}.parquet`);
const bytesOf = (name: string) => table(name).read(0, table(name).size).slice();

/** Sixty rows that DuckDB and Polars wrote: id, x = id / 8, y = √id, whether id is a multiple of 3, a label, a list of three numbers. */
describe('Parquet', () => {
  for (const codec of ['uncompressed', 'snappy', 'gzip', 'zstd'])
    it(`is read when it is ${codec}`, () => {
      const x = openArray(table(codec), { part: 'x', libraries });
      assert.deepEqual([x.shape, [...x.values]], [[60, 1], Array.from({ length: 60 }, (_, i) => i / 8)]); // prettier-ignore
      const y = openArray(table(codec), { part: 'y', libraries });
      assert.deepEqual([...y.values], Array.from({ length: 60 }, (_, i) => Math.fround(Math.sqrt(i)))); // prettier-ignore
      const flag = openArray(table(codec), { part: 'flag', libraries });
      assert.deepEqual([...flag.values], Array.from({ length: 60 }, (_, i) => Number(i % 3 === 0))); // prettier-ignore
      const v = openArray(table(codec), { part: 'v', libraries });
      assert.deepEqual([v.shape, [...v.values.subarray(15, 18)]], [[60, 3], [5, 5.5, -5]]); // prettier-ignore
      const labels = openLabels(table(codec), { libraries });
      assert.deepEqual([labels.classes, labels.part, labels.values[1]], [['even', 'odd'], 'label', 1]); // prettier-ignore
    });
  it('is read as Polars writes it', () => {
    assert.deepEqual([...openArray(table('polars'), { part: 'v', libraries }).values.subarray(3, 6)], [1, 1.5, -1]); // prettier-ignore
    assert.deepEqual(openLabels(table('polars'), { libraries }).classes, ['even', 'odd']);
  });
  it('gives the only array as data, or all columns of numbers', () => {
    assert.deepEqual(openData(table('snappy'), { libraries }).rowShape, [3]);
    const data = openData(table('snappy'), { libraries, without: ['v', 'label'] });
    assert.deepEqual([data.rowShape, data.columns], [[4], ['id', 'x', 'y', 'flag']]); // prettier-ignore
  });
  it('reads decimals, lists in lists, and rows of several row groups; a null is no number', () => {
    const m = openArray(table('mixed'), { part: 'm', libraries });
    assert.deepEqual([...m.values.subarray(0, 4)], [0, 0.25, 0.5, 0.75]);
    const deep = openArray(table('mixed'), { part: 'deep', libraries });
    assert.deepEqual([deep.shape, [...deep.values.subarray(4, 8)]], [[300, 2, 2], [1, 2, 3, 4]]); // prettier-ignore
    const fault = faultOf('not-finite', () => openData(table('mixed'), { part: 'b', libraries }));
    assert.match(fault.message, /^Rows 0, 5, 10/);
  });
  it('describes itself', () => {
    const { format, choices, labels } = describeData(table('snappy'), libraries);
    assert.deepEqual([format, labels], ['parquet', ['label']]);
    assert.deepEqual(choices.map(choice => [choice.part, choice.rowShape, choice.rows]), [['v', [3], 60]]); // prettier-ignore
  });

  it('is refused by name for what it holds beside numbers', () => {
    for (const [part, words] of [['d', /dates or times/], ['s', /"s"/], ['ragged', /different lengths|no array of shape/], ['text', /texts/]] as const) // prettier-ignore
      assert.match(faultOf(['unsupported', 'shape-mismatch'], () => openData(table('mixed'), { part, libraries })).message, words); // prettier-ignore
    faultOf('usage', () => openData(table('mixed'), { part: 'nothing', libraries }));
  });
  it('is refused for a codec that is not read, naming it', () => {
    assert.match(faultOf('unsupported', () => openData(table('brotli'), { libraries })).message, /BROTLI/);
    assert.match(faultOf('unsupported', () => openData(table('polars_lz4'), { libraries })).message, /LZ4/);
  });
  it('is refused where it is damaged', () => {
    const bytes = bytesOf('snappy');
    faultOf('corrupt', () => openData(bytesSource(bytes.slice(0, -9)), { libraries }));
    faultOf('corrupt', () => openData(bytesSource(bytes.slice(0, 11)), { libraries }));
    const long = bytes.slice();
    new DataView(long.buffer).setUint32(long.length - 8, 2 ** 31, true);
    faultOf('corrupt', () => openData(bytesSource(long), { libraries }));
    const encrypted = bytes.slice();
    encrypted.set([0x50, 0x41, 0x52, 0x45], encrypted.length - 4);
    assert.match(faultOf('unsupported', () => openData(bytesSource(encrypted), { libraries })).message, /encrypted/);
  });
  it('is not read where its library is not at hand', () => {
    faultOf('unsupported', () => openData(table('snappy')));
  });
});
