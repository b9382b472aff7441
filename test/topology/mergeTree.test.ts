import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { cubicalPersistence } from '../../src/topology/cubicalPersistence';
import { mergeTree } from '../../src/topology/mergeTree';

describe('mergeTree', () => {
  it('has the bars of components, whatever the grid', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 49, maxLength: 49 }),
        (height, width, numbers) => {
          const entries = Float64Array.from(numbers.slice(0, height * width));
          const basins = mergeTree([height, width], entries, Cancellation.never);
          const { dimension, birth, death } = cubicalPersistence([height, width], entries, { construction: 'vertex' });
          const pairs = Array.from(birth, (value, k) => [value, death[k]!] as const).filter(
            (_, k) => dimension[k] === 0,
          );
          const ordered = (list: readonly (readonly [number, number])[]) => list.map(pair => pair.join()).sort();
          assert.deepEqual(ordered(basins.map(basin => [basin.birth, basin.death] as const)), ordered(pairs));
          for (const [k, { into, minimum, saddle, birth: own, death: end }] of basins.entries()) {
            assert.equal(entries[minimum], own);
            if (k === 0) assert.equal(into, -1);
            else {
              assert.equal(entries[saddle], end);
              assert.ok(into >= 0 && basins[into]!.birth <= own && basins[into]!.death >= end);
            }
          }
        },
      ),
    );
  });

  it('says which basin joins which: of three in a row the middle one the deeper neighbour', () => {
    const basins = mergeTree([1, 7], Float64Array.of(0, 5, 2, 3, 1, 9, 4), Cancellation.never);
    assert.deepEqual(
      basins.map(({ minimum, saddle, into }) => [minimum, saddle, into]),
      [[0, -1, -1], [4, 1, 0], [2, 3, 1], [6, 5, 0]], // prettier-ignore
    );
  });
});
