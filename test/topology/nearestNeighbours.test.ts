import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { nearestNeighbours } from '../../src/topology/nearestNeighbours';
import { pointDistances } from '../../src/topology/pointDistances';
import { cloudOf } from './clouds';

describe('nearestNeighbours', () => {
  it('gives those that sorting all others gives, ties by index', () => {
    const line = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(line, fc.integer({ min: 1, max: 6 }), (places, asked) => {
        const neighbours = Math.min(asked, places.length - 1);
        const found = nearestNeighbours(pointDistances(cloudOf(places.map(x => [x])), 'euclidean'), neighbours);
        places.forEach((x, i) => {
          const others = [...places.keys()].filter(j => j !== i);
          others.sort((a, b) => Math.abs(places[a]! - x) - Math.abs(places[b]! - x) || a - b);
          assert.deepEqual([...found.subarray(i * neighbours, (i + 1) * neighbours)], others.slice(0, neighbours));
        });
      }),
    );
  });
});
