import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { distanceMatrix, DistanceMatrix, precomputedDistances } from '../../src/topology/distances';
import type { PointCloud } from '../../src/topology/pointCloud';
import { forecastRipsBytes, rips } from '../../src/topology/rips';
import { cloudOf, gaussianCloud, moved, reordered, smallClouds, smallMatrices } from './clouds';
import { assertSameDiagram, pairsOf } from './ripsCheck';
import { allSimplices, matchWithin, ripsOracle, type Pair } from './ripsOracle';

const SEED = 20240229;
const runs = (numRuns: number) => ({ seed: SEED, numRuns });

const distancesOf = (cloud: PointCloud) => distanceMatrix(cloud, 'euclidean');
const all = (distances: DistanceMatrix, maxDimension: number) => rips(distances, { maxDimension }).diagram;
const pairsUpTo = (distances: DistanceMatrix, maxDimension: number) => {
  const diagram = all(distances, maxDimension);
  return Array.from({ length: maxDimension + 1 }, (_, dimension) => pairsOf(diagram, dimension));
};

describe('Rips persistence equals the reduction of the whole boundary matrix', () => {
  it('of small clouds and matrices, in dimensions 0 to 3, over Z/2, Z/3 and Z/5', () => {
    const matrix = fc.oneof(smallMatrices, smallClouds.map(distancesOf));
    fc.assert(
      fc.property(matrix, fc.integer({ min: 0, max: 3 }), fc.constantFrom(2, 2, 3, 5), (distances, maxDimension, p) => {
        const { diagram } = rips(distances, { maxDimension, coefficients: p });
        assertSameDiagram(diagram, ripsOracle(distances, maxDimension, Infinity, p), 0);
      }),
      runs(300),
    );
  });

  it('below a threshold, which is the length of an edge more often than not', () => {
    fc.assert(
      fc.property(
        smallMatrices,
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(2, 3),
        fc.nat(),
        (distances, d, p, pick) => {
          const threshold = Math.min(distances.values[pick % distances.values.length]!, 500);
          const { diagram } = rips(distances, { maxDimension: d, threshold, coefficients: p });
          assertSameDiagram(diagram, ripsOracle(distances, d, threshold, p), 0);
        },
      ),
      runs(200),
    );
  });

  it('whichever of the two reductions computes it', () => {
    const distances = distancesOf(gaussianCloud(60, 4, 3));
    // Dimension 3 takes the general one, for all dimensions.
    const general = rips(distances, { maxDimension: 3 }).diagram;
    assertSameDiagram(
      all(distances, 2),
      [0, 1, 2].map(d => pairsOf(general, d)),
      0,
    );
    const real = rips(distances, { maxDimension: 2, coefficients: 46337 }).diagram;
    assert.equal(pairsOf(real, 1).length, pairsOf(general, 1).length, 'no torsion here');
  });
});

describe('Rips persistence does not depend on', () => {
  it('the order of the points', () => {
    fc.assert(
      fc.property(smallClouds, fc.integer(), (cloud, seed) => {
        const order = new Random(seed).permutation(cloud.count);
        assertSameDiagram(all(distancesOf(reordered(cloud, order)), 2), pairsUpTo(distancesOf(cloud), 2), 1e-7);
      }),
      runs(100),
    );
  });

  it('where the points are and how they are turned', () => {
    fc.assert(
      fc.property(smallClouds, fc.double({ min: 0, max: 7, noNaN: true }), (cloud, angle) => {
        assertSameDiagram(all(distancesOf(moved(cloud, angle, 3, 1)), 2), pairsUpTo(distancesOf(cloud), 2), 1e-5);
      }),
      runs(100),
    );
  });

  it('the unit of length, which scales with it', () => {
    fc.assert(
      fc.property(
        smallClouds,
        fc.integer({ min: -9, max: 9 }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (cloud, power, mantissa) => {
          const unit = mantissa * 10 ** power;
          const scaled = pairsUpTo(distancesOf(cloud), 2).map(list => list.map(([b, d]): Pair => [b * unit, d * unit]));
          assertSameDiagram(all(distancesOf(moved(cloud, 0, 0, unit)), 2), scaled, 1e-6);
        },
      ),
      runs(100),
    );
  });
});

it('is stable: moving every point by at most δ moves the diagram by at most 2δ', () => {
  fc.assert(
    fc.property(smallClouds, fc.integer(), fc.double({ min: 0, max: 0.5, noNaN: true }), (cloud, seed, delta) => {
      const random = new Random(seed);
      const step = delta / Math.sqrt(cloud.width);
      const values = cloud.values.map(value => value + step * (2 * random.uniform() - 1));
      const before = pairsUpTo(distancesOf(cloud), 2);
      const after = pairsUpTo(distancesOf({ ...cloud, values: Float64Array.from(values) }), 2);
      before.forEach((pairs, d) => assert.ok(matchWithin(pairs, after[d]!, 2 * delta + 1e-6), `dimension ${d}`));
    }),
    runs(100),
  );
});

it('has the Euler characteristic of the complex at every scale', () => {
  fc.assert(
    fc.property(smallMatrices, distances => {
      // With seven dimensions every simplex of nine points has its homology.
      const bars = pairsUpTo(distances, 8);
      const simplices = allSimplices(distances, 8, Infinity);
      for (const { diameter: scale } of simplices) {
        const alternating = (counts: readonly number[]) =>
          counts.reduce((sum, n, d) => sum + (d % 2 === 0 ? n : -n), 0);
        const cells = bars.map(
          (_, d) => simplices.filter(s => s.vertices.length === d + 1 && s.diameter <= scale).length,
        );
        const betti = bars.map(list => list.filter(([birth, death]) => birth <= scale && scale < death).length);
        assert.equal(alternating(betti), alternating(cells));
      }
    }),
    runs(30),
  );
});

describe('a Rips complex at the edge of what there is', () => {
  it('of one point has one component; of two, two', () => {
    assert.deepEqual(pairsOf(all(distancesOf(cloudOf([[1, 2]])), 2), 0), [[0, Infinity]]);
    const two = cloudOf([
      [0, 0],
      [3, 4],
    ]);
    assert.deepEqual(pairsOf(all(distancesOf(two), 2), 0), [
      [0, 5],
      [0, Infinity],
    ]);
  });

  it('of identical points has one component and nothing else', () => {
    const diagram = all(distancesOf(cloudOf(Array.from({ length: 6 }, () => [2, 2]))), 2);
    assert.deepEqual([...diagram.dimension], [0]);
  });

  it('has the edge that is exactly as long as the threshold', () => {
    const line = cloudOf([[0], [0.1], [0.3]]);
    const { diagram, threshold } = rips(distancesOf(line), { maxDimension: 0, threshold: 0.1 });
    assert.equal(threshold, 0.1);
    assert.equal(pairsOf(diagram, 0).filter(([, death]) => death === Infinity).length, 2);
  });

  it('never joins points at infinite distance', () => {
    const distances = precomputedDistances(
      cloudOf([
        [0, 1, Infinity],
        [1, 0, Infinity],
        [Infinity, Infinity, 0],
      ]),
    );
    const { diagram, enclosingRadius } = rips(distances, { maxDimension: 1, threshold: Infinity });
    assert.equal(enclosingRadius, Infinity);
    assert.equal(pairsOf(diagram, 0).filter(([, death]) => death === Infinity).length, 2);
  });

  it('reports the enclosing radius, whatever the threshold', () => {
    const square = cloudOf([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0.5, 0.5],
    ]);
    assert.ok(
      Math.abs(rips(distancesOf(square), { maxDimension: 1, threshold: 9 }).enclosingRadius - Math.SQRT1_2) < 1e-7,
    );
  });
});

describe('refuses', () => {
  const one = new DistanceMatrix(1, new Float32Array(1));
  const usage = { name: 'Fault', code: 'usage' };
  it('coefficients that are no prime', () => {
    for (const coefficients of [0, 1, 4, 2.5, 65537]) {
      assert.throws(() => rips(one, { maxDimension: 1, coefficients }), usage);
    }
  });
  it('dimensions and thresholds that are none', () => {
    for (const maxDimension of [-1, 1.5, NaN, 11]) assert.throws(() => rips(one, { maxDimension }), usage);
    for (const threshold of [-1, NaN]) assert.throws(() => rips(one, { maxDimension: 1, threshold }), usage);
  });
  it('what would not fit', () => {
    const huge = new DistanceMatrix(40000, new Float32Array(0));
    assert.throws(() => rips(huge, { maxDimension: 1 }), { name: 'Fault', code: 'too-large' });
  });
});

it('stops within 200 ms of being cancelled, and reports progress until then', async () => {
  const cancellation = new Cancellation();
  const clock = new SharedArrayBuffer(8);
  // This thread is busy meanwhile: another one pulls the sign, and notes when.
  const canceller = new Worker(
    `const { flag, clock } = require('node:worker_threads').workerData;
     setTimeout(() => { new Float64Array(clock)[0] = Date.now(); Atomics.store(new Int32Array(flag), 0, 1); }, 1500);`,
    { eval: true, workerData: { flag: cancellation.flag.buffer, clock } },
  );
  await new Promise(resolve => canceller.once('online', resolve));
  let last = 0;
  let phrases = 0;
  const progress = (fraction: number, phrase: string) => {
    assert.ok(fraction >= last - 1e-9 && fraction <= 1, `${fraction} after ${last}`);
    last = fraction;
    if (phrase.length > 0) phrases++;
  };
  assert.throws(
    () => rips(distancesOf(gaussianCloud(2000, 16, 1)), { maxDimension: 2, cancellation, progress }),
    (error: unknown) => isCancelled(error),
  );
  const late = Date.now() - new Float64Array(clock)[0]!;
  await canceller.terminate();
  assert.ok(late < 200, `${late} ms late`);
  assert.ok(phrases > 0);
});

it('forecasts more bytes than the matrix and the kernel take', () => {
  for (const points of [1, 100, 5000]) assert.ok(forecastRipsBytes(points, 1) >= 12 * points * points);
});
