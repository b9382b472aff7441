import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import { distanceMatrix, DistanceMatrix } from '../../src/topology/distances';
import { landmarkBound, maxminLandmarks, randomLandmarks } from '../../src/topology/landmarks';
import { METRICS } from '../../src/topology/metric';
import { pointDistances } from '../../src/topology/pointDistances';
import { rips } from '../../src/topology/rips';
import { witnessMatrix, type WitnessNu } from '../../src/topology/witness';
import { circle, cloudOf, clusters, gaussianCloud, tiedClouds } from './clouds';
import { pairsOf } from './ripsCheck';
import { ripsOracle } from './ripsOracle';

const SEED = 5150;

describe('pointDistances', () => {
  it('are those of the matrix, in every metric', () => {
    const cloud = gaussianCloud(12, 6, 2);
    cloud.values.fill(0, 6, 12);
    for (const metric of METRICS) {
      if (metric === 'precomputed') continue;
      const matrix = distanceMatrix(cloud, metric);
      const single = pointDistances(cloud, metric);
      for (let i = 0; i < 12; i++)
        for (let j = 0; j < 12; j++)
          assert.ok(Math.abs(single.at(i, j) - matrix.at(i, j)) < 1e-6 * (1 + matrix.at(i, j)), `${metric} ${i} ${j}`);
    }
  });

  it('are known not to be below a bound without being measured, and else to the bit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.nat(),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (width, seed, share) => {
          const distances = pointDistances(gaussianCloud(2, width, seed), 'euclidean');
          const distance = distances.at(0, 1);
          for (const bound of [distance, share * distance, Infinity]) {
            const found = distances.below!(0, 1, bound);
            if (distance < bound) assert.equal(found, distance);
            else assert.ok(found >= bound);
          }
        },
      ),
      { seed: SEED },
    );
  });

  it('of a given matrix are its entries', () => {
    const values = Float64Array.of(0, 2, 2, 0);
    assert.equal(pointDistances({ count: 2, width: 2, values }, 'precomputed').at(0, 1), 2);
  });
});

describe('maxminLandmarks', () => {
  it('are each the farthest from those before, and cover with the last such distance', () => {
    fc.assert(
      fc.property(tiedClouds(25), fc.integer({ min: 1, max: 30 }), fc.nat(), (cloud, count, seed) => {
        const distances = pointDistances(cloud, 'euclidean');
        const { indices, insertionRadii, coveringRadius } = maxminLandmarks(distances, count, { seed });
        assert.equal(indices.length, Math.min(count, cloud.count));
        assert.equal(new Set(indices).size, indices.length);
        const toFirst = (point: number, k: number) =>
          Math.min(Infinity, ...Array.from(indices.subarray(0, k), landmark => distances.at(landmark, point)));
        for (let k = 0; k < indices.length; k++) {
          assert.equal(insertionRadii[k], toFirst(indices[k]!, k));
          if (k === 0) continue;
          for (let i = 0; i < cloud.count; i++) assert.ok(toFirst(i, k) <= insertionRadii[k]!);
          assert.ok(insertionRadii[k]! <= insertionRadii[k - 1]!);
        }
        const farthest = Array.from({ length: cloud.count }, (_, i) => toFirst(i, indices.length));
        assert.equal(coveringRadius, Math.max(...farthest));
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const distances = pointDistances(gaussianCloud(50, 2, 1), 'euclidean');
    assert.throws(() => maxminLandmarks(distances, 5, { seed: 0, cancellation }), isCancelled);
  });
});

describe('landmarks', () => {
  it('have diagrams within twice their Hausdorff distance of the cloud’s, maxmin or random', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 40 }), fc.nat(), fc.boolean(), (points, seed, maxmin) => {
        const cloud = seed % 2 === 0 ? circle(points, 0.1, seed) : gaussianCloud(points, 3, seed);
        const distances = pointDistances(cloud, 'euclidean');
        const landmarks = (maxmin ? maxminLandmarks : randomLandmarks)(distances, Math.ceil(points / 3), { seed });
        const values = Float32Array.from({ length: landmarks.indices.length ** 2 }, (_, k) => {
          const [a, b] = [Math.floor(k / landmarks.indices.length), k % landmarks.indices.length];
          return distances.at(landmarks.indices[a]!, landmarks.indices[b]!);
        });
        const some = rips(new DistanceMatrix(landmarks.indices.length, values), { maxDimension: 1 });
        const all = rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1 });
        for (const dimension of [0, 1]) {
          const [a, b] = [some, all].map(({ diagram }) => {
            const pairs = pairsOf(diagram, dimension);
            return { birth: Float64Array.from(pairs, p => p[0]), death: Float64Array.from(pairs, p => p[1]) };
          });
          assert.ok(bottleneckDistance(a!, b!).distance! <= landmarkBound(landmarks) + 1e-6);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('that are drawn at random cover as far as the farthest point', () => {
    const cloud = gaussianCloud(60, 2, 9);
    const distances = pointDistances(cloud, 'euclidean');
    const { indices, coveringRadius } = randomLandmarks(distances, 7, { seed: 3 });
    const nearest = Array.from({ length: 60 }, (_, i) => Math.min(...Array.from(indices, l => distances.at(l, i))));
    assert.equal(coveringRadius, Math.max(...nearest));
    assert.ok(coveringRadius > maxminLandmarks(distances, 7, { seed: 3 }).coveringRadius);
  });
});

describe('witnessMatrix', () => {
  /** As the definition has it. */
  function slowly(cloud: Parameters<typeof pointDistances>[0], landmarks: Uint32Array, nu: WitnessNu): DistanceMatrix {
    const distances = pointDistances(cloud, 'euclidean');
    const { count } = distances;
    const at = (i: number, j: number) => distances.at(i, j);
    const size = landmarks.length;
    const values = new Float32Array(size * size).fill(Infinity);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        for (let w = 0; w < count; w++) {
          const sorted = Array.from(landmarks, l => at(w, l)).sort((x, y) => x - y);
          const forgiven = nu === 0 ? 0 : (sorted[nu - 1] ?? sorted[sorted.length - 1]!);
          const appears = Math.max(0, Math.max(at(w, landmarks[a]!), at(w, landmarks[b]!)) - forgiven);
          values[a * size + b] = a === b ? 0 : Math.min(values[a * size + b]!, appears);
        }
      }
    }
    return new DistanceMatrix(size, values);
  }

  it('has the persistence of its definition, for every ν', () => {
    fc.assert(
      fc.property(
        tiedClouds(20),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom<WitnessNu>(0, 1, 2),
        (cloud, count, nu) => {
          const distances = pointDistances(cloud, 'euclidean');
          const { indices } = maxminLandmarks(distances, count, { seed: 4 });
          const { diagram } = rips(witnessMatrix(distances, indices, { nu }), { maxDimension: 1 });
          const expected = ripsOracle(slowly(cloud, indices, nu), 1);
          for (const dimension of [0, 1]) assert.deepEqual(pairsOf(diagram, dimension), expected[dimension]);
        },
      ),
      { seed: SEED, numRuns: 120 },
    );
  });

  it('has edges the earlier the more is forgiven and the more witnesses there are, and none between points later than they meet', () => {
    fc.assert(
      fc.property(tiedClouds(20), fc.integer({ min: 2, max: 8 }), fc.nat(), (cloud, landmarks, seed) => {
        const distances = pointDistances(cloud, 'euclidean');
        const { indices } = maxminLandmarks(distances, landmarks, { seed });
        const size = indices.length;
        const [strict, weak, weaker] = ([0, 1, 2] as const).map(nu => slowly(cloud, indices, nu));
        // The landmarks alone are fewer witnesses than all points.
        const rows = cloudOf(
          Array.from(indices, i => [...cloud.values.subarray(i * cloud.width, (i + 1) * cloud.width)]),
        );
        const few = slowly(rows, Uint32Array.from(indices.keys()), 1);
        for (let a = 0; a < size; a++)
          for (let b = 0; b < a; b++) {
            const apart = distances.at(indices[a]!, indices[b]!);
            assert.ok(weaker!.at(a, b) <= weak!.at(a, b) && weak!.at(a, b) <= strict!.at(a, b));
            // Both ends are witnesses, and by the triangle inequality no witness is nearer to both than halfway.
            assert.ok(strict!.at(a, b) <= Math.fround(apart) && strict!.at(a, b) >= (apart / 2) * (1 - 1e-6));
            assert.ok(weak!.at(a, b) <= few.at(a, b));
            const found = witnessMatrix(distances, indices, { nu: 1 }).at(a, b);
            assert.ok(found >= weak!.at(a, b));
          }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('sees one component and one loop in 1000 points on a circle through 40 landmarks', () => {
    for (const noise of [0, 0.03]) {
      const distances = pointDistances(circle(1000, noise, 12), 'euclidean');
      const { indices } = maxminLandmarks(distances, 40, { seed: 0 });
      const { diagram } = rips(witnessMatrix(distances, indices), { maxDimension: 1 });
      const alive = (dimension: number, scale: number) =>
        pairsOf(diagram, dimension).filter(([birth, death]) => birth <= scale && scale < death).length;
      for (const scale of [0.1, 0.3, 0.5]) assert.deepEqual([alive(0, scale), alive(1, scale)], [1, 1], `${scale}`);
    }
  });

  it('keeps clusters apart', () => {
    const distances = pointDistances(clusters([[0, 0], [9, 0], [0, 9]], 80, 0.5, 3), 'euclidean'); // prettier-ignore
    const { indices } = maxminLandmarks(distances, 20, { seed: 1 });
    const { diagram } = rips(witnessMatrix(distances, indices), { maxDimension: 0 });
    assert.equal(pairsOf(diagram, 0).filter(([, death]) => death > 2).length, 3);
  });
});
