import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { neighbourOverlap } from '../../src/topology/neighbourOverlap';
import { radixOrder } from '../../src/topology/radixOrder';
import { swapTest } from '../../src/topology/swapTest';

const onLine = (places: readonly number[]) => ({
  count: places.length,
  at: (i: number, j: number) => Math.abs(places[i]! - places[j]!),
});
/** Diagrams as numbers: those of the first network, each beside that of the second. */
const pairs = (a: readonly number[], b: readonly number[]) => onLine(a.flatMap((value, i) => [value, b[i]!]));

describe('swapTest', () => {
  it('is 1 for networks that are the same, whatever their diagrams', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 9 }), places => {
        assert.equal(swapTest(pairs(places, places)).pValue, 1);
      }),
    );
  });

  it('is as small as so many pairs allow for groups that lie apart', () => {
    const { pValue, permutations, loss } = swapTest(pairs([0, 1, 2, 3, 4, 5], [50, 51, 52, 53, 54, 55]));
    assert.equal(permutations, 31);
    assert.equal(pValue, 1 / 32);
    // Twice the mean distance of two of six numbers one apart.
    assert.ok(Math.abs(loss - (2 * 35) / 30) < 1e-12);
  });

  it('counts the swaps that are as extreme as what was seen, by trying each', () => {
    const [a, b] = [
      [0, 4, 2],
      [1, 9, 2],
    ];
    const lossOf = (x: readonly number[], y: readonly number[]) =>
      [x, y].reduce(
        (sum, group) =>
          sum + group.flatMap((p, i) => group.slice(0, i).map(q => Math.abs(p - q))).reduce((s, d) => s + d, 0) / 6,
        0,
      );
    const losses = [0, 1, 2, 3].map(swap => {
      const swapped = (i: number) => ((swap >> i) & 1) === 1;
      return lossOf(
        a.map((value, i) => (swapped(i) ? b[i]! : value)),
        b.map((value, i) => (swapped(i) ? a[i]! : value)),
      );
    });
    const extreme = losses.filter(loss => loss <= losses[0]! + 1e-12).length;
    assert.equal(swapTest(pairs(a, b)).pValue, extreme / 4);
  });

  it('does not depend on the order of pairs, nor on which network is first', () => {
    const value = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 8 }), list => {
        const [a, b] = [list.map(([x]) => x), list.map(([, y]) => y)];
        const { pValue } = swapTest(pairs(a, b));
        assert.equal(swapTest(pairs(b, a)).pValue, pValue);
        assert.equal(swapTest(pairs([...a].reverse(), [...b].reverse())).pValue, pValue);
      }),
    );
  });

  it('refuses one pair, too many, and diagrams that are infinitely far apart; and stops', () => {
    const usage = (error: unknown) => error instanceof Fault && error.code === 'usage';
    assert.throws(() => swapTest(onLine([0, 1])), usage);
    assert.throws(() => swapTest(onLine(Array.from({ length: 42 }, (_, i) => i))), usage);
    assert.throws(() => swapTest({ count: 4, at: () => Infinity }), usage);
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => swapTest(onLine(Array.from({ length: 24 }, (_, i) => i)), cancellation), isCancelled);
  });
});

describe('neighbourOverlap', () => {
  it('is 1 for the same distances, and finds the nearest as sorting does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (places, k) => {
          const distances = onLine(places);
          const { neighbours, overlap, first } = neighbourOverlap(distances, distances, k);
          assert.equal(neighbours, Math.min(k, places.length - 1));
          assert.ok(overlap.every(share => share === 1));
          places.forEach((_, i) => {
            const sorted = [...places.keys()]
              .filter(j => j !== i)
              .sort((x, y) => distances.at(i, x) - distances.at(i, y) || x - y);
            assert.deepEqual([...first.subarray(i * neighbours, (i + 1) * neighbours)], sorted.slice(0, neighbours));
          });
        },
      ),
    );
  });

  it('counts what both have', () => {
    // The neighbours of 0 are 1, 2 and 3, then 1, 4 and 5.
    const [a, b] = [onLine([0, 1, 2, 3, 10, 11]), onLine([0, 1, 10, 11, 2, 3])];
    assert.ok(Math.abs(neighbourOverlap(a, b, 3).overlap[0]! - 1 / 3) < 1e-12);
    assert.throws(() => neighbourOverlap(a, onLine([0, 1]), 1), (error: unknown) => error instanceof Fault && error.code === 'shape-mismatch'); // prettier-ignore
  });
});

describe('radixOrder of few numbers', () => {
  it('is stable, with −0 before 0', () => {
    const key = fc.constantFrom(-Infinity, -3, -0, 0, 1e-300, 2, 5, Infinity);
    fc.assert(
      fc.property(fc.array(key, { maxLength: 200 }), list => {
        const keys = Float64Array.from(list);
        const sign = (x: number) => (Object.is(x, -0) ? -1 : 0);
        const expected = [...keys.keys()].sort((i, j) =>
          keys[i] === keys[j] ? sign(keys[i]!) - sign(keys[j]!) || i - j : keys[i]! < keys[j]! ? -1 : 1,
        );
        assert.deepEqual([...radixOrder(keys, keys.length)], expected);
      }),
    );
  });
});
