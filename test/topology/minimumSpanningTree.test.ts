import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { minimumSpanningTree, minimumSpanningTreeOfCloud } from '../../src/topology/minimumSpanningTree';
import type { PointCloud } from '../../src/topology/pointCloud';
import { UnionFind } from '../../src/topology/unionFind';
import { cloudOf, gaussianCloud, tiedClouds } from './clouds';

function distancesOf({ count, width, values }: PointCloud) {
  return {
    count,
    at: (i: number, j: number) => {
      let squared = 0;
      for (let k = 0; k < width; k++) squared += (values[i * width + k]! - values[j * width + k]!) ** 2;
      return Math.sqrt(squared);
    },
  };
}

/** Kruskal on all pairs. */
function kruskal(cloud: PointCloud): number[] {
  const { at, count } = distancesOf(cloud);
  const edges: [number, number, number][] = [];
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) edges.push([at(i, j), i, j]);
  const sets = new UnionFind(count);
  return edges.sort((a, b) => a[0] - b[0]).flatMap(([length, i, j]) => (sets.union(i, j) >= 0 ? [length] : []));
}

describe('minimumSpanningTree', () => {
  it('has the edge lengths that Kruskal finds, ascending, and joins all points', () => {
    fc.assert(
      fc.property(tiedClouds(30), cloud => {
        const tree = minimumSpanningTreeOfCloud(cloud);
        assert.deepEqual([...tree.length], kruskal(cloud));
        const sets = new UnionFind(cloud.count);
        tree.from.forEach((from, k) => assert.ok(sets.union(from, tree.to[k]!) >= 0, 'an edge closes a cycle'));
        assert.equal(sets.count, 1);
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it('is the same from a cloud and from its distances', () => {
    const cloud = gaussianCloud(80, 5, 3);
    assert.deepEqual(minimumSpanningTree(distancesOf(cloud)), minimumSpanningTreeOfCloud(cloud));
  });

  it('leaves points at infinite distance unjoined', () => {
    const far = { count: 4, at: (i: number, j: number) => (i < 2 === j < 2 ? 1 : Infinity) };
    assert.deepEqual([...minimumSpanningTree(far).length], [1, 1]);
  });

  it('is empty for one point and for none', () => {
    assert.equal(minimumSpanningTreeOfCloud(cloudOf([[1, 2]])).length.length, 0);
    assert.equal(minimumSpanningTreeOfCloud({ count: 0, width: 3, values: new Float64Array(0) }).length.length, 0);
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => minimumSpanningTreeOfCloud(gaussianCloud(200, 2, 1), cancellation), isCancelled);
  });
});
