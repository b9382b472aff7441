import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { NeighbourClusters } from '../../src/topology/neighbourClusters';
import { PointBlocks } from '../../src/topology/pointBlocks';
import { euclideanDistance, type PointCloud } from '../../src/topology/pointCloud';
import { spatialOrder } from '../../src/topology/spatialOrder';

const never = Cancellation.never;

/** Clouds that grids are hard on: lattices with ties, clusters far apart, single points far away, far from the origin, very small and very large. */
const clouds: fc.Arbitrary<PointCloud> = fc
  .record({
    seed: fc.nat(1e6),
    count: fc.integer({ min: 1, max: 300 }),
    width: fc.integer({ min: 1, max: 7 }),
    kind: fc.constantFrom('lattice', 'gaussian', 'clusters', 'outliers'),
    scale: fc.constantFrom(1, 1e-9, 1e9, 0.3),
    offset: fc.constantFrom(0, 1e6),
  })
  .map(({ seed, count, width, kind, scale, offset }) => {
    const random = new Random(seed, kind);
    const values = Float64Array.from({ length: count * width }, (_, k) => {
      if (kind === 'lattice') return scale * (offset + random.integer(4));
      const apart = kind === 'clusters' ? 1000 * (Math.floor(k / width) % 3) : 0;
      const far = kind === 'outliers' && Math.floor(k / width) % 400 === 7 ? 1e7 : 1;
      return scale * (offset + apart + far * random.normal());
    });
    return { count, width, values };
  });

/** A radius that is the distance of two points, so that ties decide. */
function radiusOf(cloud: PointCloud, share: number): number {
  const all = [];
  for (let i = 0; i < cloud.count; i++)
    for (let j = 0; j < i; j++) if (i % 7 === 0) all.push(euclideanDistance(cloud, i, j));
  all.sort((a, b) => a - b);
  return all[Math.floor(share * (all.length - 1))] ?? 1;
}

/** Ester, Kriegel, Sander, Xu as they wrote it: neighbourhoods are listed, clusters grow one after the other. */
function byTheBook(cloud: PointCloud, members: readonly number[], radius: number, minimumPoints: number) {
  const near = members.map(i => members.flatMap((j, k) => (euclideanDistance(cloud, i, j) <= radius ? [k] : [])));
  const labels = members.map(() => -1);
  let count = 0;
  near.forEach((neighbours, start) => {
    if (labels[start] !== -1 || neighbours.length < minimumPoints) return;
    labels[start] = count;
    const queue = [start];
    for (let k = queue.pop(); k !== undefined; k = queue.pop()) {
      if (near[k]!.length < minimumPoints) continue;
      for (const other of near[k]!) {
        if (labels[other] !== -1) continue;
        labels[other] = count;
        queue.push(other);
      }
    }
    count++;
  });
  return { count, labels };
}

describe('spatialOrder', () => {
  it('is an order of all points, and knows their places', () => {
    fc.assert(
      fc.property(clouds, cloud => {
        const { points, placeOf } = spatialOrder(cloud, never);
        assert.deepEqual([...points].sort((a, b) => a - b), [...points.keys()]); // prettier-ignore
        points.forEach((point, place) => assert.equal(placeOf[point], place));
      }),
      { seed: 101, numRuns: 100 },
    );
  });
});

describe('PointBlocks', () => {
  it('hand over every near pair once, the smaller place first', () => {
    fc.assert(
      fc.property(clouds, fc.double({ min: 0, max: 1, noNaN: true }), (cloud, share) => {
        const radius = radiusOf(cloud, share);
        const blocks = new PointBlocks(cloud, spatialOrder(cloud, never).points, never);
        const found = new Set<string>();
        blocks.nearPairs(
          radius,
          () => true,
          (a, b) => {
            assert.ok(a < b && b < cloud.count);
            assert.ok(!found.has(`${a} ${b}`));
            found.add(`${a} ${b}`);
          },
        );
        for (let b = 0; b < cloud.count; b++)
          for (let a = 0; a < b; a++) if (blocks.distance(a, b) <= radius) assert.ok(found.has(`${a} ${b}`));
      }),
      { seed: 102, numRuns: 150 },
    );
  });

  it('give few pairs that are not near, where the grid is fine enough', () => {
    const cloud: PointCloud = { count: 500, width: 8, values: Float64Array.from({ length: 4000 }, (_, k) => new Random(k).normal()) }; // prettier-ignore
    const blocks = new PointBlocks(cloud, spatialOrder(cloud, never).points, never);
    let [near, others] = [0, 0];
    blocks.nearPairs(
      3,
      () => true,
      (a, b) => (blocks.distance(a, b) <= 3 ? near++ : others++),
    );
    assert.ok(near > 10_000 && others < 0.01 * near, `${others} beside ${near}`);
  });

  it('know the distance to the neighbour of a rank', () => {
    fc.assert(
      fc.property(clouds, fc.integer({ min: 1, max: 400 }), (cloud, rank) => {
        const { points } = spatialOrder(cloud, never);
        const asked = points.filter((_, place) => place % 3 === 0);
        const found = new PointBlocks(cloud, points, never).neighbourDistances(asked, rank);
        asked.forEach((i, k) => {
          const others = [...points].filter(j => j !== i).map(j => euclideanDistance(cloud, i, j));
          others.sort((a, b) => a - b);
          assert.equal(found[k], others[Math.min(rank, others.length) - 1] ?? 0);
        });
      }),
      { seed: 103, numRuns: 100 },
    );
  });
});

describe('NeighbourClusters', () => {
  it('are DBSCAN as it was published, whichever points are asked for', () => {
    fc.assert(
      fc.property(
        clouds,
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(0, 3, undefined),
        (cloud, share, minimumPoints, step, mostKept) => {
          const radius = radiusOf(cloud, share);
          const members = Uint32Array.from({ length: Math.ceil(cloud.count / step) }, (_, k) => k * step);
          const clusters = new NeighbourClusters(cloud, spatialOrder(cloud, never), radius, minimumPoints, never, mostKept); // prettier-ignore
          // Twice, as memory is used again.
          clusters.of(members.subarray(0, members.length >> 1));
          const { count, labels } = clusters.of(members);
          const expected = byTheBook(cloud, [...members], radius, minimumPoints);
          assert.deepEqual({ count, labels: [...labels] }, expected);
        },
      ),
      { seed: 104, numRuns: 300 },
    );
  });

  it('do not look at pairs of blocks that are one cluster already: dense clouds are as cheap as others', () => {
    const cloud: PointCloud = { count: 5000, width: 2, values: Float64Array.from({ length: 10_000 }, (_, k) => new Random(k).normal()) }; // prettier-ignore
    let distances = 0;
    const counted = new Proxy(cloud.values, {
      get: (values, key) => {
        if (typeof key === 'symbol' || !/^\d+$/.test(key)) return Reflect.get(values, key, values) as unknown;
        distances++;
        return values[Number(key)];
      },
    });
    const order = spatialOrder(cloud, never);
    const all = Uint32Array.from({ length: 5000 }, (_, i) => i);
    const clusters = new NeighbourClusters({ ...cloud, values: counted }, order, 100, 5, never);
    assert.equal(clusters.of(all).count, 1);
    // Of 12.5 million pairs, 4 coordinates each.
    assert.ok(distances < 1e6, `${distances}`);
  });

  it('stop wherever they are when they are cancelled', () => {
    const cloud: PointCloud = { count: 400, width: 3, values: Float64Array.from({ length: 1200 }, (_, k) => new Random(k).normal()) }; // prettier-ignore
    class Counting extends Cancellation {
      polls = 0;
      constructor(private readonly most = Infinity) {
        super();
      }
      override throwIfCancelled(): void {
        if (++this.polls > this.most) this.cancel();
        super.throwIfCancelled();
      }
    }
    const all = Uint32Array.from({ length: 400 }, (_, i) => i);
    const run = (cancellation: Cancellation) =>
      new NeighbourClusters(cloud, spatialOrder(cloud, cancellation), 0.5, 4, cancellation).of(all);
    const counting = new Counting();
    run(counting);
    assert.ok(counting.polls > 20);
    for (let k = 0; k < counting.polls; k++) assert.throws(() => run(new Counting(k)), isCancelled);
  });
});
