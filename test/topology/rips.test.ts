import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { complexPersistence } from '../../src/topology/complexPersistence';
import { distanceMatrix, DistanceMatrix, precomputedDistances } from '../../src/topology/distances';
import { FilteredComplex, MOST_SIMPLICES } from '../../src/topology/filteredComplex';
import { addSimplicesOf } from '../../src/topology/flagComplex';
import type { PointCloud } from '../../src/topology/pointCloud';
import { forecastRipsBytes, rips } from '../../src/topology/rips';
import { cloudOf, gaussianCloud, moved, orthogonalMatrices, reordered, smallClouds, smallMatrices } from './clouds';
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

  it('whichever of the two reductions computes dimension 1', () => {
    // Over Z/2 it has one of its own; no cloud of so few points has torsion.
    const distances = distancesOf(gaussianCloud(150, 3, 3));
    const binary = rips(distances, { maxDimension: 2 }).diagram;
    const real = rips(distances, { maxDimension: 2, coefficients: 46337 }).diagram;
    assert.deepEqual(real, binary);
  });
});

describe('Rips persistence equals that of the complex of all its simplices', () => {
  // Of more than 64 points, and more than 128: neighbours are words of bits. Cochains of hundreds of simplices are added up.
  for (const [name, cloud, threshold, maxDimension, seen] of [
    ['rotations', orthogonalMatrices(260, 7), 1.6, 3, 2],
    ['a ball in four dimensions', gaussianCloud(150, 4, 5), 1.9, 3, 2],
    ['corners of a cross-polytope, twice', crossPolytope(5), undefined, 4, 4],
    ['the surface of a cube of points, most lengths equal', hollowCube(5), 2.3, 3, 2],
  ] as const)
    for (const coefficients of [2, 3])
      it(`${name}, dimension ${maxDimension}, over Z/${coefficients}`, () => {
        const distances = distancesOf(cloud);
        const options = { maxDimension, coefficients, ...(threshold === undefined ? {} : { threshold }) };
        const { diagram, enclosingRadius } = rips(distances, options);
        const longest = Math.min(threshold ?? Infinity, enclosingRadius);
        assert.deepEqual(diagram, ofAllSimplices(distances, maxDimension, longest, coefficients));
        assert.ok(pairsOf(diagram, seen).length > 0, `something to see in dimension ${seen}`);
      });
});

/** The two unit vectors of every axis, each twice, with a little noise: a sphere of a dimension less. */
function crossPolytope(axes: number): PointCloud {
  const { values } = gaussianCloud(4 * axes, axes, 8);
  return {
    count: 4 * axes,
    width: axes,
    values: values.map((noise, k) => {
      const [point, axis] = [Math.floor(k / axes), k % axes];
      return 0.05 * noise + (point % axes === axis ? (point % (2 * axes) < axes ? 1 : -1) : 0);
    }),
  };
}

function hollowCube(side: number): PointCloud {
  const all = Array.from({ length: side ** 3 }, (_, i) => [i, Math.floor(i / side), Math.floor(i / side ** 2)]);
  const points = all.map(point => point.map(coordinate => coordinate % side));
  return cloudOf(points.filter(point => point.some(coordinate => coordinate === 0 || coordinate === side - 1)));
}

/** On the unit sphere, evenly distributed. */
function sphere(count: number): PointCloud {
  const { values } = gaussianCloud(count, 3, 4);
  const points = Array.from({ length: count }, (_, i) => [...values.subarray(3 * i, 3 * i + 3)]);
  return cloudOf(points.map(point => point.map(coordinate => coordinate / Math.hypot(...point))));
}

/** By a reduction that knows nothing of Rips complexes. */
function ofAllSimplices(distances: DistanceMatrix, maxDimension: number, longest: number, coefficients: number) {
  const complex = new FilteredComplex(distances.count, MOST_SIMPLICES);
  const lengths = Array.from({ length: distances.count }, (_, i) => {
    const before = Array.from({ length: i }, (_, j): [number, number] => [j, distances.at(i, j)]);
    return new Map(before.filter(([, length]) => length <= Math.fround(longest)));
  });
  const growth = { complex, lengths, topDimension: maxDimension + 1, cancellation: Cancellation.never };
  for (let vertex = 0; vertex < distances.count; vertex++) addSimplicesOf(growth, vertex, Infinity);
  return complexPersistence(complex, { maxDimension, coefficients }).diagram;
}

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
  it('what grows past the memory that is allowed, saying which dimensions fit', () => {
    const distances = distancesOf(sphere(150));
    const limited = (maxDimension: number) => rips(distances, { maxDimension, memoryLimitBytes: 1.7 * 2 ** 20 });
    limited(1);
    assert.throws(
      () => limited(2),
      (error: unknown) => {
        assert.ok(error instanceof Fault && error.code === 'too-large');
        assert.match(error.message, /^Persistence of 150 points in dimension 2 outgrew 1\.7 MB of memory, with \d+ % /);
        assert.match(error.hint ?? '', /^Up to dimension 1 it fits\./);
        return true;
      },
    );
  });
  it('cycles that grow past it, where the bars fit', () => {
    const distances = distancesOf(sphere(150));
    const limited = (cycles: boolean) => rips(distances, { maxDimension: 2, cycles, memoryLimitBytes: 2.2 * 2 ** 20 });
    limited(false);
    assert.throws(() => limited(true), { code: 'too-large', message: /^Cycles of dimension \d outgrew 2\.2 MB/ });
  });
  it('no cloud for the simplices that it has, if few of them are stored', () => {
    // Forty thousand million simplices of dimension 4 without the threshold.
    const rotations = distancesOf(orthogonalMatrices(1024, 4));
    const { diagram } = rips(rotations, { maxDimension: 3, threshold: 1.8, memoryLimitBytes: 30e6 });
    assert.ok(pairsOf(diagram, 3).length > 0);
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
    () => rips(distancesOf(gaussianCloud(2000, 16, 1)), { maxDimension: 3, cancellation, progress }),
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
