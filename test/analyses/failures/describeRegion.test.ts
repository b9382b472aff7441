import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { typicalFeatures, typicalWords } from '../../../src/analyses/failures/describeRegion';

const rows = (...numbers: readonly number[]) => Uint32Array.from(numbers);

describe('typicalFeatures', () => {
  it('names the columns that differ most, in standard deviations of all rows', () => {
    // Mean and deviation of the second column: 1.5 and 1.5; the first never varies.
    const data = { rows: 4, rowShape: [3], values: Float64Array.of(7, 0, 1, 7, 0, 2, 7, 3, 1, 7, 3, 2) };
    const traits = typicalFeatures(data, ['fixed', 'step', 'same'], {
      members: rows(2, 3),
      others: rows(0, 1),
      all: rows(0, 1, 2, 3),
    });
    assert.deepEqual(traits, [{ kind: 'feature', name: 'step', region: 3, others: 0, difference: 2 }]);
  });

  it('names places of images, and reads rows that are read when they are asked for', () => {
    const data = {
      rows: 2,
      rowShape: [2, 2],
      values: new Float32Array(0),
      readRow: (row: number, target: Float32Array | Float64Array, at: number) =>
        target.set(row === 1 ? [0, 0, 5, 0] : [0, 0, 1, 0], at),
    };
    const traits = typicalFeatures(data, undefined, { members: rows(1), others: rows(0), all: rows(0, 1) });
    assert.deepEqual(traits, [{ kind: 'feature', name: '[1, 0]', region: 5, others: 1, difference: 2 }]);
  });

  it('has the five largest, whatever their order in the row', () => {
    const differences = [1, -7, 3, 0, 5, -2, 6, 4];
    const data = { rows: 2, rowShape: [8], values: Float64Array.from([...differences.map(() => 0), ...differences]) };
    const all = rows(0, 1);
    // One row each: every deviation is half of the difference, so that all are ±2 and ties go by place.
    const traits = typicalFeatures(data, undefined, { members: rows(1), others: rows(0), all });
    assert.deepEqual(traits.map(trait => trait.name), ['[0]', '[1]', '[2]', '[4]', '[5]']); // prettier-ignore
    const spread = { ...data, rows: 3, values: Float64Array.from([...data.values, ...differences.map(() => 100)]) };
    const largest = typicalFeatures(spread, undefined, { members: rows(1), others: rows(0), all: rows(0, 1, 2) });
    assert.deepEqual(largest.map(trait => trait.region), [-7, 6, 5, 4, 3]); // prettier-ignore
  });

  it('says nothing without rows on either side', () => {
    const data = { rows: 1, rowShape: [1], values: Float64Array.of(1) };
    assert.deepEqual(typicalFeatures(data, undefined, { members: rows(0), others: rows(), all: rows(0) }), []);
    assert.deepEqual(typicalFeatures(data, undefined, { members: rows(), others: rows(0), all: rows(0) }), []);
  });
});

describe('typicalWords', () => {
  it('names words by the share of texts that have them, in any script and case', () => {
    const texts = ['Der Hund bellt', 'der hund, der HUND', 'Über dem Haus', 'im Haus'];
    const traits = typicalWords(texts, { members: rows(0, 1), others: rows(2, 3), all: rows(0, 1, 2, 3) });
    assert.deepEqual(traits.slice(0, 3).map(({ name, region, others, difference }) => [name, region, others, difference]), [
      ['der', 1, 0, 2],
      ['haus', 0, 1, -2],
      ['hund', 1, 0, 2],
    ]); // prettier-ignore
    assert.ok(traits.every(({ kind }) => kind === 'word'));
  });
});
