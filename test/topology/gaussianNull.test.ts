import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { distanceMatrix } from '../../src/topology/distances';
import { gaussianDraw, longestBar, longestLoopOfDraw, nullThreshold } from '../../src/topology/gaussianNull';
import type { PointCloud } from '../../src/topology/pointCloud';
import { rips } from '../../src/topology/rips';
import { symmetricEigenvalues } from '../../src/topology/symmetricEigenvalues';
import { varianceSpectrum } from '../../src/topology/varianceSpectrum';
import { circle, cloudOf, gaussianCloud, moved } from './clouds';

/** Trace and squared Frobenius norm of the covariance: all that mean and variance of squared distances depend on. */
function covarianceInvariants({ count, width, values }: PointCloud) {
  const mean = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i * width + k]!;
    return sum / count;
  });
  let trace = 0;
  let frobenius = 0;
  for (let a = 0; a < width; a++)
    for (let b = 0; b < width; b++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (values[i * width + a]! - mean[a]!) * (values[i * width + b]! - mean[b]!);
      if (a === b) trace += sum / (count - 1);
      frobenius += (sum / (count - 1)) ** 2;
    }
  return { trace, frobenius };
}

const assertClose = (actual: number, expected: number, relative: number) =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual} is not ${expected}`);

describe('symmetricEigenvalues', () => {
  it('equals another solver, for full, low-rank, tied and diagonal matrices', () => {
    const random = new Random(1);
    for (const size of [1, 2, 3, 7, 40]) {
      const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => random.normal()));
      const full = rows.map((row, i) => row.map((value, j) => value + rows[j]![i]!));
      const lowRank = rows.map(a => rows.map(b => a[0]! * b[0]! + (a[1] ?? 0) * (b[1] ?? 0)));
      const tied = rows.map((_, i) => rows.map((_, j) => (i === j ? 3 : 1)));
      const diagonal = rows.map((_, i) => rows.map((_, j) => (i === j ? i - 2 : 0)));
      for (const matrix of [full, lowRank, tied, diagonal]) {
        const expected = new EigenvalueDecomposition(new Matrix(matrix), { assumeSymmetric: true }).realEigenvalues;
        expected.sort((a, b) => a - b);
        const scale = Math.max(...expected.map(Math.abs), 1e-300);
        symmetricEigenvalues(Float64Array.from(matrix.flat()), size).forEach((value, k) => {
          assert.ok(Math.abs(value - expected[k]!) <= 1e-12 * scale, `${value} is not ${expected[k]}`);
        });
      }
    }
  });
});

describe('varianceSpectrum', () => {
  const clouds = {
    'more points than coordinates': gaussianCloud(40, 5, 1, [1, 2, 0.1, 3, 1]),
    'more coordinates than points': gaussianCloud(4, 9, 2),
    'coordinates that depend on each other': cloudOf(
      Array.from({ length: 20 }, (_, i) => [i, 2 * i, (i * 7) % 5, i + ((i * 7) % 5), 3]),
    ),
  };
  for (const [name, cloud] of Object.entries(clouds))
    it(`has the trace and the norm of the covariance: ${name}`, () => {
      const spectrum = varianceSpectrum(cloud);
      const expected = covarianceInvariants(cloud);
      assertClose(spectrum.reduce((sum, v) => sum + v, 0), expected.trace, 1e-12); // prettier-ignore
      assertClose(spectrum.reduce((sum, v) => sum + v * v, 0), expected.frobenius, 1e-12); // prettier-ignore
      assert.deepEqual(
        [...spectrum],
        [...spectrum].sort((a, b) => b - a),
      );
    });

  it('is as short as the rank, and empty for equal points', () => {
    assert.equal(varianceSpectrum(clouds['coordinates that depend on each other']).length, 2);
    assert.equal(varianceSpectrum(clouds['more coordinates than points']).length, 3);
    assert.equal(varianceSpectrum({ count: 9, width: 3, values: new Float64Array(27).fill(0.1) }).length, 0);
  });

  it('needs two points', () => {
    assert.throws(() => varianceSpectrum(cloudOf([[1, 2]])), (error: unknown) => error instanceof Fault && error.code === 'empty'); // prettier-ignore
  });
});

describe('gaussianDraw', () => {
  it('has the distances of a Gaussian with the covariance of the sample, to sampling error', () => {
    const cloud = moved(gaussianCloud(100, 4, 3, [3, 1, 2, 1]), 0.6, 10, 1);
    const { trace, frobenius } = covarianceInvariants(cloud);
    const { count, width, values } = gaussianDraw(varianceSpectrum(cloud), 40_000, 0, 0);
    // Squared distances of independent pairs: mean 2·trace, variance 8·‖Σ‖².
    let mean = 0;
    let square = 0;
    for (let i = 0; i < count; i += 2) {
      let squared = 0;
      for (let k = 0; k < width; k++) squared += (values[i * width + k]! - values[(i + 1) * width + k]!) ** 2;
      mean += squared / (count / 2);
      square += squared ** 2 / (count / 2);
    }
    assertClose(mean, 2 * trace, 0.03);
    assertClose(square - mean ** 2, 8 * frobenius, 0.06);
  });

  it('depends on seed and draw alone', () => {
    const spectrum = varianceSpectrum(gaussianCloud(30, 3, 1));
    const draw = (seed: number, index: number) => [...gaussianDraw(spectrum, 10, seed, index).values];
    assert.deepEqual(draw(1, 2), draw(1, 2));
    assert.notDeepEqual(draw(1, 2), draw(1, 3));
    assert.notDeepEqual(draw(1, 2), draw(2, 2));
  });
});

describe('the Gaussian null of loops', () => {
  const longest = (cloud: PointCloud) =>
    longestBar(rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1 }).diagram, 1);
  const threshold = (cloud: PointCloud, draws: number) => {
    const spectrum = varianceSpectrum(cloud);
    return nullThreshold(Array.from({ length: draws }, (_, i) => longestLoopOfDraw(spectrum, cloud.count, 5, i)));
  };

  it('is exceeded by a circle', () => {
    const cloud = circle(120, 0.05, 1);
    assert.ok(longest(cloud) > 2 * threshold(cloud, 19).threshold);
  });

  it('is seldom exceeded by a Gaussian', () => {
    let exceeded = 0;
    for (let seed = 0; seed < 20; seed++) {
      const cloud = gaussianCloud(60, 3, seed, [3, 1, 0.5]);
      if (longest(cloud) > threshold(cloud, 19).threshold) exceeded++;
    }
    // Binomial(20, 0.05) exceeds 4 with probability 0.003.
    assert.ok(exceeded <= 4, `${exceeded} of 20`);
  });
});

describe('nullThreshold', () => {
  it('takes the order statistic whose level is exact', () => {
    const values = Array.from({ length: 99 }, (_, i) => 99 - i);
    assert.deepEqual(nullThreshold(values), { threshold: 95, rank: 95, draws: 99, level: 0.05 });
    assert.deepEqual(nullThreshold(values.slice(0, 19)), { threshold: 99, rank: 19, draws: 19, level: 0.05 });
  });

  it('says the level it reaches where there are too few draws for 5 %', () => {
    assert.deepEqual(nullThreshold([2, 1, 3, 4]), { threshold: 4, rank: 4, draws: 4, level: 0.2 });
    assert.throws(() => nullThreshold([]), Fault);
  });
});
