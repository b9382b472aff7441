import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeData, openArray, openData, openLabels } from '../../src/data/openData';
import { faultOf, textSource } from './support';

const lines = (...values: readonly unknown[]) =>
  textSource(values.map(value => JSON.stringify(value)).join('\n'), 'f.jsonl');

describe('JSON lines', () => {
  it('are rows of numbers, of any shape', () => {
    const data = openData(lines([1, 2.5], [-3, 4e3]));
    assert.deepEqual([data.rowShape, [...data.values], data.columns], [[2], [1, 2.5, -3, 4000], undefined]);
    const cubes = openData(lines([[[1], [2]]], [[[3], [4]]]));
    assert.deepEqual([cubes.rowShape, [...cubes.values]], [[1, 2, 1], [1, 2, 3, 4]]); // prettier-ignore
  });
  it('are objects of numbers, whose labels are a field of their own', () => {
    const source = lines({ x: 1, y1: true, label: 'b' }, { y1: false, x: 2, label: 'a' });
    const data = openData(source, { without: ['label'] });
    assert.deepEqual([[...data.values], data.columns], [[1, 1, 2, 0], ['x', 'y1']]); // prettier-ignore
    assert.deepEqual([openLabels(source).classes, openLabels(source).part], [['a', 'b'], 'label']); // prettier-ignore
    assert.deepEqual(openLabels(source, { part: 'x' }).integers, true);
  });
  it('are objects with an array: the only one, or the one that is named', () => {
    const source = lines({ label: 1, pixels: [1, 2], more: [9] }, { label: 0, pixels: [3, 4], more: [8] });
    assert.deepEqual([...openData(source, { part: 'pixels' }).values], [1, 2, 3, 4]);
    assert.match(faultOf('usage', () => openData(source)).message, /"pixels", "more"/);
    assert.deepEqual(openData(lines({ a: 'x', data: [1] }, { a: 'y', data: [2] })).rowShape, [1]);
  });
  it('may begin with a byte order mark, end their lines in any way, and have blank ones', () => {
    assert.deepEqual([...openArray(textSource('\ufeff[1]\r\n\n[2]\r\n')).values], [1, 2]);
  });
  it('describe themselves from their first lines', () => {
    const { choices, labels, format } = describeData(
      lines({ v: [1, 2, 3], text: 'a', label: 0 }, { v: [1, 2, 3], text: 'b', label: 1 }),
    );
    assert.deepEqual([format, labels], ['jsonl', ['label']]);
    assert.deepEqual(choices.map(({ part, rowShape, rows, texts }) => [part, rowShape, rows, texts]), [['v', [3], 2, undefined], [undefined, [], 2, true]]); // prettier-ignore
  });
  it('may write NaN and Infinity as Python does: such rows are refused by their number', () => {
    const text = '{"x":[1,2],"note":"NaN"}\n{"x":[NaN,-Infinity],"note":"a \\"NaN\\""}\n';
    assert.match(faultOf('not-finite', () => openData(textSource(text, 'f.jsonl'), { part: 'x' })).message, /Row 1 /);
    assert.deepEqual([...openData(textSource(text, 'f.jsonl'), { part: 'x', dropNotFinite: true }).values], [1, 2]);
  });
  it('hold names of any kind', () => {
    const source = textSource('{"__proto__": 1, "constructor": 2}\n{"__proto__": 3, "constructor": 4}\n');
    assert.deepEqual([...openArray(source).values], [1, 2, 3, 4]);
    assert.deepEqual([...openArray(source, { part: '__proto__' }).values], [1, 3]);
  });

  const refused = [
    ['corrupt', '[1,2]\n[3,\n[4,5]\n', /Line 2/],
    ['corrupt', '[1,2]\n{"a": 1}\n', /Line 2 is an object/],
    ['shape-mismatch', '[1,2]\n[3]\n', /different lengths/],
    ['unsupported', '[1,2]\n[3,"x"]\n', /neither numbers/],
    ['unsupported', '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', /"b"/],
    ['corrupt', '{"a": [1]}\n{"b": [1]}\n', /Line 2|"b"/],
    ['not-finite', '{"a": 1, "b": 2}\n{"a": 1}\n', /Row 1.*column 1 \("b"\)/],
    ['unsupported', '[\n  [1, 2],\n  [3, 4]\n]\n', /JSON/],
    ['unsupported', '{"a": {"b": 1}}\n{"a": {"b": 1}}\n', /"a"/],
  ] as const;
  for (const [code, text, words] of refused)
    it(`are refused: ${JSON.stringify(text)}`, () => {
      const found = faultOf([code, 'usage'], () => openData(textSource(text)));
      assert.match(found.message, words);
    });
});
