import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { centredKernelAlignment } from '../../src/topology/centredKernelAlignment';
import { distanceMatrix } from '../../src/topology/distances';
import type { PointCloud } from '../../src/topology/pointCloud';
import { representationTopologyDivergence } from '../../src/topology/representationTopologyDivergence';
import { clusters, cloudOf, gaussianCloud, moved, reordered, tiedClouds } from './clouds';

const divergence = (a: PointCloud, b: PointCloud) =>
  representationTopologyDivergence(distanceMatrix(a, 'euclidean'), distanceMatrix(b, 'euclidean'));

describe('centredKernelAlignment', () => {
  it('does not see rotation, scale and place', () => {
    const cloud = gaussianCloud(50, 4, 1, [3, 2, 1, 1]);
    assert.ok(Math.abs(centredKernelAlignment(cloud, moved(cloud, 1.1, 5, 0.01)) - 1) < 1e-12);
  });

  it('is the same by rows and by columns, and symmetric', () => {
    const [a, b] = [gaussianCloud(30, 5, 1), gaussianCloud(30, 40, 2)];
    assert.ok(Math.abs(centredKernelAlignment(a, b) - centredKernelAlignment(b, a)) < 1e-12);
    // By its definition, through the Gram matrices of centred rows.
    const gram = ({ count, width, values }: PointCloud) => {
      const mean = Array.from({ length: width }, (_, k) => Array.from({ length: count }, (_, i) => values[i * width + k]!).reduce((s, v) => s + v, 0) / count); // prettier-ignore
      return Array.from({ length: count * count }, (_, e) => mean.reduce((s, m, k) => s + (values[Math.floor(e / count) * width + k]! - m) * (values[(e % count) * width + k]! - m), 0)); // prettier-ignore
    };
    const inner = (x: number[], y: number[]) => x.reduce((s, v, i) => s + v * y[i]!, 0);
    for (const [x, y] of [
      [a, b],
      [gaussianCloud(60, 3, 3), gaussianCloud(60, 2, 4)],
    ] as const) {
      // prettier-ignore
      const [kx, ky] = [gram(x), gram(y)];
      const expected = inner(kx, ky) / Math.sqrt(inner(kx, kx) * inner(ky, ky));
      assert.ok(Math.abs(centredKernelAlignment(x, y) - expected) < 1e-12);
    }
  });

  it('is between 0 and 1, and sees neither the order of the rows nor rotation, scale and place of either cloud', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 3, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, count, width) => {
          const [a, b] = [gaussianCloud(count, width, seed), gaussianCloud(count, 3, seed + 1)];
          const value = centredKernelAlignment(a, b);
          assert.ok(value >= 0 && value <= 1);
          const order = new Random(seed).permutation(count);
          const same = (x: PointCloud, y: PointCloud) =>
            assert.ok(Math.abs(centredKernelAlignment(x, y) - value) < 1e-9);
          same(reordered(a, order), reordered(b, order));
          same(moved(a, 0.7, 3, 20), b);
          same(a, moved(b, 2, -1, 0.01));
          same(b, a);
          assert.ok(Math.abs(centredKernelAlignment(a, a) - 1) < 1e-12);
        },
      ),
      { seed: 91, numRuns: 60 },
    );
  });

  it('is not defined without variance, nor for other rows', () => {
    const constant = { count: 5, width: 2, values: new Float64Array(10).fill(0.1) };
    assert.ok(Number.isNaN(centredKernelAlignment(constant, gaussianCloud(5, 2, 1))));
    assert.throws(() => centredKernelAlignment(constant, gaussianCloud(4, 2, 1)), Fault);
  });
});

describe('representationTopologyDivergence', () => {
  it('is zero for the same cloud, turned, moved and scaled', () => {
    const cloud = gaussianCloud(40, 3, 2);
    assert.deepEqual(divergence(cloud, cloud), { ab: 0, ba: 0, mean: 0 });
    assert.ok(divergence(cloud, moved(cloud, 0.4, 1, 100)).mean < 1e-4);
  });

  it('grows as one cluster falls apart into more', () => {
    const one = clusters([[0, 0]], 60, 1, 3); // prettier-ignore
    const apart = (count: number): PointCloud => {
      const rows = Array.from({ length: 60 }, (_, i) => {
        const angle = (2 * Math.PI * (i % count)) / count;
        return [one.values[2 * i]! + 12 * Math.cos(angle), one.values[2 * i + 1]! + 12 * Math.sin(angle)];
      });
      return cloudOf(rows);
    };
    const values = [2, 3, 6].map(count => divergence(one, apart(count)).mean);
    assert.ok(values[0]! < values[1]! && values[1]! < values[2]!, values.join());
  });

  it('is never negative, zero for the same distances, and does not depend on the order of the rows or the scale of either', () => {
    fc.assert(
      fc.property(tiedClouds(14), fc.nat(1e6), (a, seed) => {
        const b = gaussianCloud(a.count, 2, seed);
        const plain = divergence(a, b);
        assert.ok(plain.ab >= 0 && plain.ba >= 0);
        assert.deepEqual(divergence(a, a), { ab: 0, ba: 0, mean: 0 });
        const order = new Random(seed).permutation(a.count);
        const shuffled = divergence(reordered(a, order), reordered(b, order));
        const scaled = divergence(moved(a, 0, 0, 4), moved(b, 0, 0, 0.25));
        for (const other of [shuffled, scaled])
          for (const side of ['ab', 'ba'] as const)
            assert.ok(Math.abs(other[side] - plain[side]) <= 1e-5 * (1 + plain[side]));
      }),
      { seed: 92, numRuns: 60 },
    );
  });

  it('turns round with its arguments', () => {
    const [a, b] = [gaussianCloud(30, 3, 5), gaussianCloud(30, 2, 6)];
    const [there, back] = [divergence(a, b), divergence(b, a)];
    assert.deepEqual([there.ab, there.ba], [back.ba, back.ab]);
    assert.equal(there.mean, (there.ab + there.ba) / 2);
    assert.throws(() => divergence(a, gaussianCloud(29, 2, 6)), Fault);
  });
});
