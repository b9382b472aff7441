import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { distanceMatrix, DistanceMatrix, medianDistance, precomputedDistances } from '../../src/topology/distances';
import type { CoordinateMetric } from '../../src/topology/metric';
import type { PointCloud } from '../../src/topology/pointCloud';
import { cloudOf, gaussianCloud } from './clouds';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const dot = (x: readonly number[], y: readonly number[]) => sum(x.map((value, k) => value * y[k]!));
const cosine = (x: readonly number[], y: readonly number[]) => 1 - dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
const centred = (x: readonly number[]) => x.map(value => value - mean(x));

const formulas: Record<CoordinateMetric, (x: readonly number[], y: readonly number[]) => number> = {
  euclidean: (x, y) => Math.sqrt(sum(x.map((value, k) => (value - y[k]!) ** 2))),
  manhattan: (x, y) => sum(x.map((value, k) => Math.abs(value - y[k]!))),
  chebyshev: (x, y) => Math.max(...x.map((value, k) => Math.abs(value - y[k]!))),
  cosine,
  correlation: (x, y) => cosine(centred(x), centred(y)),
};
const rowsOf = ({ count, width, values }: PointCloud) =>
  Array.from({ length: count }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);

describe('distances are those of the formula', () => {
  for (const metric of Object.keys(formulas) as CoordinateMetric[]) {
    it(metric, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 70 }),
          fc.integer({ min: 2, max: 9 }),
          fc.integer(),
          (count, width, seed) => {
            const cloud = gaussianCloud(count, width, seed);
            const distances = distanceMatrix(cloud, metric);
            const rows = rowsOf(cloud);
            for (let i = 0; i < count; i++) {
              assert.equal(distances.at(i, i), 0);
              for (let j = 0; j < i; j++) {
                const expected = formulas[metric](rows[i]!, rows[j]!);
                assert.ok(
                  Math.abs(distances.at(i, j) - expected) <= 1e-7 * expected + 1e-12,
                  `${i}, ${j}: ${expected}`,
                );
                assert.equal(distances.at(j, i), distances.at(i, j));
              }
            }
          },
        ),
        { seed: 1, numRuns: 40 },
      );
    });
  }

  it('far from the origin, where single precision would see one point', () => {
    const near = gaussianCloud(20, 3, 1);
    const far = { ...near, values: near.values.map(value => value + 1e7) };
    const [a, b] = [distanceMatrix(near, 'euclidean'), distanceMatrix(far, 'euclidean')];
    a.values.forEach((value, i) => assert.ok(Math.abs(value - b.values[i]!) < 1e-6));
  });

  it('of any size, small or large', () => {
    for (const unit of [1e-20, 1e20]) {
      const distances = distanceMatrix(cloudOf([[0], [3 * unit]]), 'euclidean');
      assert.ok(Math.abs(distances.at(0, 1) / (3 * unit) - 1) < 1e-6);
    }
  });

  it('of small angles, where 1 − cos would cancel', () => {
    const distances = distanceMatrix(
      cloudOf([
        [1, 0],
        [1, 1e-6],
      ]),
      'cosine',
    );
    assert.ok(Math.abs(distances.at(0, 1) / 5e-13 - 1) < 1e-3);
  });

  it('of rows without a direction: 1 to every other', () => {
    const rows = cloudOf([
      [0, 0, 0],
      [1, 2, 3],
      [0.1, 0.1, 0.1],
    ]);
    assert.deepEqual([...distanceMatrix(rows, 'cosine').values.subarray(0, 3)], [0, 1, 1]);
    assert.deepEqual([...distanceMatrix(rows, 'correlation').values.subarray(6)], [1, 1, 0]);
  });

  it('of points without coordinates: 0', () => {
    const distances = distanceMatrix({ count: 3, width: 0, values: new Float64Array() }, 'manhattan');
    assert.deepEqual([...distances.values], new Array(9).fill(0));
  });
});

describe('a cloud is refused', () => {
  it('without points', () => {
    assert.throws(() => distanceMatrix(cloudOf([]), 'euclidean'), { name: 'Fault', code: 'empty' });
  });
  it('with coordinates that are not finite, or so large that distances would not be', () => {
    const refused = { name: 'Fault', code: 'not-finite' };
    for (const value of [NaN, Infinity, -Infinity]) {
      const rows = [
        [1, 2],
        [value, 1],
        [0, 1],
      ];
      for (const metric of Object.keys(formulas) as CoordinateMetric[]) {
        assert.throws(() => distanceMatrix(cloudOf(rows), metric), refused);
        assert.throws(() => distanceMatrix(cloudOf(rows.toReversed()), metric), refused);
      }
    }
    assert.throws(() => distanceMatrix(cloudOf([[1e200], [0]]), 'euclidean'), refused);
  });
});

describe('a matrix of distances', () => {
  it('is taken as it is, infinite entries included', () => {
    const given = cloudOf([
      [0, 2, Infinity],
      [2, 0, 1],
      [Infinity, 1, 0],
    ]);
    assert.deepEqual([...precomputedDistances(given).values], [...given.values]);
  });

  const refused: Record<string, readonly (readonly number[])[]> = {
    'is not square': [
      [0, 1, 2],
      [1, 0, 3],
    ],
    'is not symmetric': [
      [0, 1],
      [2, 0],
    ],
    'is symmetric but for an infinite entry': [
      [0, Infinity],
      [2, 0],
    ],
    'has a negative entry': [
      [0, -1],
      [-1, 0],
    ],
    'has an entry that is no number': [
      [0, NaN],
      [NaN, 0],
    ],
    'has a diagonal that is not 0': [
      [1, 1],
      [1, 1],
    ],
  };
  for (const [what, rows] of Object.entries(refused)) {
    it(`is refused when it ${what}`, () => {
      assert.throws(() => precomputedDistances(cloudOf(rows)), { name: 'Fault', code: 'shape-mismatch' });
    });
  }
});

it('the median distance is that of pairs i < j', () => {
  const line = (...places: number[]) => distanceMatrix(cloudOf(places.map(place => [place])), 'euclidean');
  assert.equal(medianDistance(line(0)), 0);
  assert.equal(medianDistance(line(0, 1, 3)), 2);
  assert.equal(medianDistance(line(0, 1, 3, 7)), 3.5);
  const random = distanceMatrix(gaussianCloud(90, 2, 1), 'euclidean');
  const sorted = rowsOf({ count: 90, width: 90, values: random.values })
    .flatMap((row, i) => row.slice(i + 1))
    .sort((a, b) => a - b);
  assert.equal(medianDistance(random), sorted[2002]);
  assert.equal(new DistanceMatrix(1, new Float32Array(1)).at(0, 0), 0);
});
