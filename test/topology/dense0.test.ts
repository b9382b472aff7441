import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';
import { componentsAt, dense0 } from '../../src/topology/dense0';
import { minimumSpanningTreeOfCloud } from '../../src/topology/minimumSpanningTree';
import type { PointCloud } from '../../src/topology/pointCloud';
import { cloudOf, gaussianCloud, moved, reordered, tiedClouds } from './clouds';

const dense = (cloud: PointCloud, share?: number) => dense0(minimumSpanningTreeOfCloud(cloud), share);

/** A square of 5 × 5 points at unit distance around each centre. */
const grids = (centres: readonly (readonly [number, number])[]) =>
  cloudOf(
    centres.flatMap(([x, y]) => Array.from({ length: 25 }, (_, i) => [x + (i % 5) - 2, y + Math.floor(i / 5) - 2])),
  );

/** By the definition: for every scale, components by flooding over all pairs. */
function byDefinition(cloud: PointCloud, share: number): number {
  const { count, width, values } = cloud;
  const distance = (i: number, j: number) =>
    Math.hypot(...Array.from({ length: width }, (_, k) => values[i * width + k]! - values[j * width + k]!));
  const scales = new Set([0]);
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) scales.add(distance(i, j));
  let best = 0;
  for (const scale of scales) {
    const seen = new Uint8Array(count);
    let large = 0;
    for (let start = 0; start < count; start++) {
      if (seen[start]) continue;
      const queue = [start];
      seen[start] = 1;
      for (let k = 0; k < queue.length; k++)
        for (let j = 0; j < count; j++)
          if (!seen[j] && distance(queue[k]!, j) <= scale) {
            seen[j] = 1;
            queue.push(j);
          }
      if (queue.length >= share * count) large++;
    }
    best = Math.max(best, large);
  }
  return best;
}

describe('dense0', () => {
  it('counts well-separated clusters, and names them in the order of their first points', () => {
    const result = dense(grids([[0, 0], [10, 0], [0, 10], [10, 10], [20, 0]])); // prettier-ignore
    assert.equal(result.count, 5);
    assert.ok(Math.abs(result.scaleFrom - 1) < 1e-12 && Math.abs(result.scaleTo - 6) < 1e-12);
    result.components.forEach((component, i) => assert.equal(component, Math.floor(i / 25)));
  });

  it('never counts outliers', () => {
    const two = grids([[0, 0], [10, 0]]); // prettier-ignore
    const outliers = [1e3, 0, 1e4, 0, 1e5, 0];
    const result = dense({ count: 53, width: 2, values: Float64Array.of(...two.values, ...outliers) }, 0.05);
    assert.equal(result.count, 2);
    assert.deepEqual([...result.components.slice(49)], [1, -1, -1, -1]);
  });

  it('equals its definition at every share, ties and duplicates among the points', () => {
    fc.assert(
      fc.property(tiedClouds(24), fc.constantFrom(0.03, 0.1, 0.25, 0.5), (cloud, share) => {
        assert.equal(dense(cloud, share).count, byDefinition(cloud, share));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('has as many components as it says, each with its share, throughout its interval', () => {
    fc.assert(
      fc.property(tiedClouds(60), cloud => {
        const tree = minimumSpanningTreeOfCloud(cloud);
        const { count, components, scaleFrom, scaleTo, share } = dense0(tree, 0.1);
        assert.ok(scaleFrom < scaleTo);
        const sizes = new Map<number, number>();
        for (const component of components) sizes.set(component, (sizes.get(component) ?? 0) + 1);
        sizes.delete(-1);
        assert.equal(sizes.size, count);
        for (const size of sizes.values()) assert.ok(size >= share * cloud.count);
        for (const scale of [scaleFrom, scaleTo === Infinity ? scaleFrom + 1 : scaleTo * (1 - 1e-12)]) {
          const large = new Set(componentsAt(tree, scale, share * cloud.count));
          large.delete(-1);
          assert.equal(large.size, count);
        }
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('does not change when the points are moved, scaled or reordered', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0, max: 6 }), fc.constantFrom(1e-9, 0.1, 1e9), (seed, angle, scale) => {
        const cloud = gaussianCloud(50, 3, seed);
        const order = new Random(seed).permutation(50);
        const plain = dense(cloud);
        const other = dense(reordered(moved(cloud, angle, 0.5 * scale, scale), order));
        assert.equal(other.count, plain.count);
        assert.ok(Math.abs(other.scaleFrom - scale * plain.scaleFrom) <= 1e-9 * scale);
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  it('takes the longest of several intervals, and an endless one where all points are one component', () => {
    const points = cloudOf([[0], [0], [0], [0]]);
    assert.deepEqual({ ...dense(points), components: null }, { count: 1, share: 0.03, scaleFrom: 0, scaleTo: Infinity, components: null }); // prettier-ignore
    assert.equal(dense(cloudOf([[0], [1], [5]])).count, 3);
    assert.equal(dense({ count: 0, width: 2, values: new Float64Array(0) }).count, 0);
  });
});
