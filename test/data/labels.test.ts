import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Labels } from '../../src/data/dataSet';
import { alignLabels, outputsOfLabels } from '../../src/data/labels';
import { openData, openLabels } from '../../src/data/openData';
import { bytesSource, faultOf, fixture, npyBytes, npyHeader, textSource } from './support';

const column = (...values: readonly (string | number)[]) => textSource('label\n' + values.join('\n') + '\n', 'y.csv');
const read = (labels: Labels) => ({
  rows: [...labels.values].map(value => labels.classes[value]),
  classes: labels.classes,
});

describe('labels', () => {
  it('of integers are classes in the order of the numbers', () => {
    const labels = openLabels(column(10, 9, 10, -1));
    assert.deepEqual(read(labels), { rows: ['10', '9', '10', '-1'], classes: ['-1', '9', '10'] });
    assert.equal(labels.integers, true);
  });
  it('of floats that hold integers are integers', () => {
    assert.deepEqual(openLabels(column('1.0', '0', '1', '1e0')).classes, ['0', '1']);
    const floats = npyBytes(npyHeader('<f8', [3]), new Uint8Array(Float64Array.of(2, 0, -0).buffer));
    assert.deepEqual(openLabels(bytesSource(floats)).classes, ['0', '2']);
  });
  it('of other numbers are refused, naming the row', () => {
    assert.match(faultOf('unsupported', () => openLabels(column(1, 0.5))).message, /row 1 has 0\.5/);
    const floats = npyBytes(npyHeader('<f4', [2]), new Uint8Array(Float32Array.of(1, NaN).buffer));
    assert.match(faultOf('not-finite', () => openLabels(bytesSource(floats))).message, /Row 1/);
  });
  it('of names are classes in the order of their characters', () => {
    assert.deepEqual(read(openLabels(column('dog', 'Cat', 'ant', 'dog'))).classes, ['Cat', 'ant', 'dog']);
  });
  it('of names may be arrays of text', () => {
    const text = new Uint32Array([...'bc', ...'a\0'].map(character => character.codePointAt(0)!));
    const unicode = npyBytes(npyHeader('<U2', [2]), new Uint8Array(text.buffer));
    assert.deepEqual(read(openLabels(bytesSource(unicode))), { rows: ['bc', 'a'], classes: ['a', 'bc'] });
    const bytes = npyBytes(npyHeader('|S2', [2]), new TextEncoder().encode('bca\0'));
    assert.deepEqual(openLabels(bytesSource(bytes)).classes, ['a', 'bc']);
    faultOf('corrupt', () =>
      openLabels(bytesSource(npyBytes(npyHeader('<U1', [1]), Uint8Array.of(255, 255, 255, 255)))),
    );
  });
  it('of booleans are 0 and 1', () => {
    assert.deepEqual(openLabels(bytesSource(npyBytes(npyHeader('|b1', [2]), Uint8Array.of(1, 0)))).classes, ['0', '1']);
  });
  it('may be missing for no row', () => {
    assert.match(faultOf('not-finite', () => openLabels(textSource('a,c\n1,x\n2,\n'), { part: 'c' })).message, /Row 1/);
  });
  it('are one value a row', () => {
    const square = npyBytes(npyHeader('<f4', [2, 2]), new Uint8Array(16));
    assert.match(faultOf('shape-mismatch', () => openLabels(bytesSource(square))).message, /\(2, 2\)/);
    const tall = npyBytes(npyHeader('<i4', [2, 1]), new Uint8Array(8));
    assert.equal(openLabels(bytesSource(tall)).values.length, 2);
  });
});

describe('the order of classes', () => {
  it('is the one that was given', () => {
    const labels = openLabels(column('a', 'b', 'a'), { classes: ['b', 'c', 'a'] });
    assert.deepEqual(
      [[...labels.values], labels.classes],
      [
        [2, 0, 2],
        ['b', 'c', 'a'],
      ],
    );
  });
  it('names integers in turn where it names none of them', () => {
    const labels = openLabels(column(2, 0), { classes: ['x', 'y', 'z'] });
    assert.deepEqual(read(labels).rows, ['z', 'x']);
  });
  it("is the network's own where it knows every label", () => {
    const known = openLabels(column('b', 'a'), { modelClasses: ['c', 'b', 'a'] });
    assert.deepEqual(
      [[...known.values], known.classes],
      [
        [1, 2],
        ['c', 'b', 'a'],
      ],
    );
    assert.deepEqual([...openLabels(column(2, 0), { modelClasses: ['x', 'y', 'z'] }).values], [2, 0]);
    assert.deepEqual(openLabels(column('b', 'A'), { modelClasses: ['a', 'b'] }).classes, ['A', 'b']);
  });
  it('must have every label, once', () => {
    assert.match(
      faultOf('usage', () => openLabels(column('a', 'b'), { classes: ['a', 'c'] })).message,
      /"b".*"a", "c"/,
    );
    faultOf('usage', () => openLabels(column('a'), { classes: ['a', 'a'] }));
  });
});

describe('labels beside data', () => {
  it('of another length are refused, naming both', () => {
    const labels = openLabels(fixture('malformed', 'labels_wrong_length.npy'));
    const fault = faultOf('shape-mismatch', () => alignLabels(labels, openData(fixture('npy', 'f4_c.npy'))));
    assert.match(fault.message, /\b7\b.*\b20\b/);
    assert.equal(fault.source, 'labels_wrong_length.npy');
  });
  it('lose the rows that the data lost', () => {
    const data = openData(fixture('malformed', 'nan_inf_rows.npy'), { dropNotFinite: true });
    const labels = openLabels(column(...Array.from({ length: 20 }, (_, i) => i)));
    assert.deepEqual([data.rows, data.dropped], [18, [3, 4]]);
    assert.deepEqual(
      read(alignLabels(labels, data)).rows,
      Array.from({ length: 20 }, (_, i) => String(i)).filter(i => i !== '3' && i !== '4'),
    );
  });
});

describe('the outputs that labels stand for', () => {
  it('are integers as they are, though no row has some class', () => {
    assert.deepEqual([...outputsOfLabels(openLabels(column(7, 2)), 10)], [7, 2]);
  });
  it('are names in their order', () => {
    assert.deepEqual([...outputsOfLabels(openLabels(column('b', 'a', 'c')), 3)], [1, 0, 2]);
    assert.deepEqual([...outputsOfLabels(openLabels(column('b', 'a'), { classes: ['b', 'a', 'c'] }), 3)], [0, 1]);
    assert.deepEqual([...outputsOfLabels(openLabels(column(0, 1), { classes: ['1', '0'] }), 2)], [1, 0]);
  });
  it('of a single output are two', () => {
    assert.deepEqual([...outputsOfLabels(openLabels(column(0, 1)), 1)], [0, 1]);
    faultOf('shape-mismatch', () => outputsOfLabels(openLabels(column(0, 2)), 1));
  });
  it('must be there', () => {
    assert.match(
      faultOf('shape-mismatch', () => outputsOfLabels(openLabels(column(1, 10)), 10)).message,
      /1 to 10.*0 to 9/,
    );
    assert.match(
      faultOf('shape-mismatch', () => outputsOfLabels(openLabels(column('a', 'b', 'c')), 2)).message,
      /3 classes.*2/,
    );
  });
});
