import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stableRegions } from '../../src/topology/stableRegions';
import { cloudOf } from './clouds';

describe('stableRegions', () => {
  it('joins points of a class until they would meet another', () => {
    const places = [0, 1, 2, 10, 11, 20, 21];
    const regions = stableRegions(cloudOf(places.map(x => [x])), [0, 0, 0, 1, 1, 0, 0]);
    const told = regions.map(({ label, members, joinsAt, mergesAt }) => [label, [...members], joinsAt, mergesAt]);
    assert.deepEqual(told, [
      [0, [0, 1, 2], 1, 8],
      [0, [5, 6], 1, 9],
      [1, [3, 4], 1, 8],
    ]);
    assert.ok(regions.every(({ density }) => density === 1));
  });

  it('never merges a single class, and has none of no points', () => {
    const [all] = stableRegions(cloudOf([[0], [1], [5]]), [2, 2, 2]);
    assert.deepEqual([all!.mergesAt, all!.joinsAt, all!.members.length], [Infinity, 4, 3]);
    assert.deepEqual(stableRegions({ count: 0, width: 2, values: new Float64Array(0) }, []), []);
  });

  it('has every point once, and none of another class within the merging distance of a member', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), fc.nat(2));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), points => {
        const labels = points.map(([, , label]) => label);
        const regions = stableRegions(cloudOf(points.map(([x, y]) => [x, y])), labels);
        const all = regions.flatMap(({ members }) => [...members]).sort((a, b) => a - b);
        assert.deepEqual(all, [...points.keys()]);
        for (const { label, members, mergesAt, density } of regions) {
          assert.ok(density >= 0 && density <= 1);
          for (const i of members) {
            assert.equal(labels[i], label);
            points.forEach(([x, y], j) => {
              const distance = Math.hypot(x - points[i]![0], y - points[i]![1]);
              if (!members.includes(j)) assert.ok(distance >= mergesAt - 1e-9, `${distance} below ${mergesAt}`);
            });
          }
        }
      }),
    );
  });
});
