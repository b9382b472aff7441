import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { joinSpanningTreeParts, largeSpanningTree, spanningTreePart } from '../../src/topology/largeSpanningTree';
import { LightestForest } from '../../src/topology/lightestForest';
import { minimumSpanningTreeOfCloud } from '../../src/topology/minimumSpanningTree';
import type { PointCloud } from '../../src/topology/pointCloud';
import { radixOrder } from '../../src/topology/radixOrder';
import { planSpanningTree } from '../../src/topology/spanningTreePlan';
import { UnionFind } from '../../src/topology/unionFind';
import { circle, cloudOf, clusters, gaussianCloud, tiedClouds } from './clouds';

/** The lengths of Prim's tree, and that the edges are a tree of these lengths. */
function check(cloud: PointCloud, seed = 0): void {
  const tree = largeSpanningTree(cloud, seed);
  const expected = minimumSpanningTreeOfCloud(cloud).length;
  assert.equal(tree.length.length, expected.length);
  const sets = new UnionFind(cloud.count);
  tree.length.forEach((length, k) => {
    assert.ok(Math.abs(length - expected[k]!) <= 1e-12 * expected[k]!, `${length} is not ${expected[k]}`);
    assert.ok(sets.union(tree.from[k]!, tree.to[k]!) >= 0, 'an edge closes a cycle');
  });
}

const scaled = (cloud: PointCloud, factor: number, shift: number): PointCloud => ({
  ...cloud,
  values: cloud.values.map(value => value * factor + shift),
});

describe('largeSpanningTree', () => {
  it('has the lengths that Prim’s algorithm finds', () => {
    check(gaussianCloud(2500, 3, 1));
    check(gaussianCloud(1300, 33, 2));
    check(circle(1100, 0.01, 3));
    check(clusters([[0, 0, 0], [50, 0, 0], [0, 1e4, 0]], 500, 0.3, 4)); // prettier-ignore
  });

  it('does so at any scale and far from the origin', () => {
    for (const factor of [1e-9, 1e9]) check(scaled(gaussianCloud(700, 4, 5), factor, 0));
    check(scaled(gaussianCloud(700, 4, 6), 1, 1e6));
  });

  it('does so where nearly all distances are the same, and where some are zero', () => {
    const corners = cloudOf(
      Array.from({ length: 300 }, (_, i) => Array.from({ length: 300 }, (__, k) => Number(k === i))),
    );
    check(corners);
    check({ count: 900, width: 2, values: new Float64Array(1800) });
    check({
      ...gaussianCloud(1500, 2, 7),
      values: gaussianCloud(1500, 2, 7).values.map(value => Math.round(4 * value)),
    });
  });

  it('does so with points far beyond all others', () => {
    const cloud = gaussianCloud(1500, 5, 8);
    cloud.values[5 * 700] = 1e7;
    cloud.values[5 * 701 + 1] = -3e9;
    check(cloud);
  });

  it('does so for few points, and for one', () => {
    fc.assert(
      fc.property(tiedClouds(30), fc.nat(), (cloud, seed) => check(cloud, seed)),
      { seed: 31, numRuns: 60 },
    );
  });

  it('has the same lengths, to the bit, for any number of parts and any seed', () => {
    const cloud = gaussianCloud(1600, 6, 9);
    const expected = largeSpanningTree(cloud).length;
    for (const [parts, seed] of [
      [2, 0],
      [5, 1],
      [8, 2],
    ] as const) {
      // prettier-ignore
      const plan = planSpanningTree(cloud, seed);
      const trees = Array.from({ length: parts }, (_, part) => spanningTreePart(plan, part, parts));
      assert.deepEqual(joinSpanningTreeParts(plan, trees).length, expected);
    }
  });

  it('refuses no points and coordinates that are no numbers', () => {
    const refuses = (cloud: PointCloud, code: string) =>
      assert.throws(() => largeSpanningTree(cloud), (error: unknown) => error instanceof Fault && error.code === code); // prettier-ignore
    refuses({ count: 0, width: 2, values: new Float64Array(0) }, 'empty');
    refuses(cloudOf([[1, NaN]]), 'not-finite');
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    const plan = planSpanningTree(gaussianCloud(700, 2, 1));
    cancellation.cancel();
    assert.throws(() => spanningTreePart(plan, 0, 1, cancellation), isCancelled);
    assert.throws(() => planSpanningTree(gaussianCloud(700, 2, 1), 0, cancellation), isCancelled);
  });
});

describe('radixOrder', () => {
  it('is the stable order of the keys', () => {
    const random = new Random(3);
    const keys = Float64Array.from({ length: 5000 }, (_, i) =>
      i % 3 === 0 ? random.integer(4) : random.uniform() * 10 ** (random.integer(40) - 20),
    );
    const expected = [...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b);
    assert.deepEqual([...radixOrder(keys, keys.length)], expected);
    assert.deepEqual([...radixOrder(Float64Array.of(2, 1, Infinity, 0), 2)], [1, 0]);
  });
});

describe('LightestForest', () => {
  it('knows the largest weight between any two points, and puts what is joined side by side', () => {
    const random = new Random(8);
    const count = 40;
    const size = 90;
    const forest = new LightestForest(count, {
      from: Uint32Array.from({ length: size }, () => random.integer(count - 2)),
      to: Uint32Array.from({ length: size }, () => random.integer(count - 2)),
      weight: Float64Array.from({ length: size }, () => random.integer(30)),
    });
    const { from, to, weight } = forest.edges;
    /** By the definition: the smallest of the weights up to which the two are joined. */
    const slowly = (a: number, b: number) => {
      const sets = new UnionFind(count);
      for (let k = 0; k < weight.length; k++) {
        sets.union(from[k]!, to[k]!);
        if (sets.find(a) === sets.find(b)) return weight[k]!;
      }
      return Infinity;
    };
    const runs = forest.runs();
    assert.deepEqual([...runs].sort((a, b) => a - b), [...runs.keys()]); // prettier-ignore
    for (let i = 0; i < count; i++) {
      let along = 0;
      for (let j = i + 1; j < count; j++) {
        along = Math.max(along, forest.largestBetween(runs[j - 1]!, runs[j]!));
        assert.equal(forest.largestBetween(runs[i]!, runs[j]!), slowly(runs[i]!, runs[j]!));
        assert.equal(along, slowly(runs[i]!, runs[j]!));
      }
    }
  });
});
