import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { covarianceFactor } from '../../src/topology/covarianceFactor';
import { distanceMatrix } from '../../src/topology/distances';
import { gaussianDraw, longestBar, longestLoopOfDraw, nullThreshold } from '../../src/topology/gaussianNull';
import type { PointCloud } from '../../src/topology/pointCloud';
import { rips } from '../../src/topology/rips';
import { circle, cloudOf, gaussianCloud } from './clouds';

function moments({ count, width, values }: PointCloud) {
  const mean = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i * width + k]!;
    return sum / count;
  });
  const covariance = mean.flatMap((_, a) =>
    mean.map((_, b) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += (values[i * width + a]! - mean[a]!) * (values[i * width + b]! - mean[b]!);
      return sum / (count - 1);
    }),
  );
  return { mean, covariance };
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${i}: ${actual[i]} is not ${expected[i]}`);
}

describe('covarianceFactor', () => {
  const clouds = {
    'more points than coordinates': gaussianCloud(40, 5, 1, [1, 2, 0.1, 3, 1]),
    'more coordinates than points': gaussianCloud(4, 9, 2),
    'coordinates that depend on each other': cloudOf(
      Array.from({ length: 20 }, (_, i) => [i, 2 * i, (i * 7) % 5, i + ((i * 7) % 5), 3]),
    ),
  };
  for (const [name, cloud] of Object.entries(clouds))
    it(`is an exact square root of the covariance: ${name}`, () => {
      const { mean, rank, rows, width } = covarianceFactor(cloud);
      const product = Array.from({ length: width * width }, (_, i) => {
        let sum = 0;
        for (let r = 0; r < rank; r++) sum += rows[r * width + Math.floor(i / width)]! * rows[r * width + (i % width)]!;
        return sum;
      });
      const expected = moments(cloud);
      assertClose(mean, expected.mean, 1e-12);
      assertClose(product, expected.covariance, 1e-10);
    });

  it('is as short as the rank', () => {
    assert.equal(covarianceFactor(clouds['coordinates that depend on each other']).rank, 2);
  });

  it('needs two points', () => {
    assert.throws(() => covarianceFactor(cloudOf([[1, 2]])), (error: unknown) => error instanceof Fault && error.code === 'empty'); // prettier-ignore
  });
});

describe('gaussianDraw', () => {
  it('has the moments of the sample, to sampling error', () => {
    const cloud = circle(100, 0.05, 3);
    const draw = moments(gaussianDraw(covarianceFactor(cloud), 20_000, 0, 0));
    assertClose(draw.mean, moments(cloud).mean, 0.03);
    assertClose(draw.covariance, moments(cloud).covariance, 0.03);
  });

  it('depends on seed and draw alone', () => {
    const factor = covarianceFactor(gaussianCloud(30, 3, 1));
    const draw = (seed: number, index: number) => [...gaussianDraw(factor, 10, seed, index).values];
    assert.deepEqual(draw(1, 2), draw(1, 2));
    assert.notDeepEqual(draw(1, 2), draw(1, 3));
    assert.notDeepEqual(draw(1, 2), draw(2, 2));
  });
});

describe('the Gaussian null of loops', () => {
  const longest = (cloud: PointCloud) =>
    longestBar(rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1 }).diagram, 1);
  const threshold = (cloud: PointCloud, draws: number) => {
    const factor = covarianceFactor(cloud);
    return nullThreshold(Array.from({ length: draws }, (_, i) => longestLoopOfDraw(factor, cloud.count, 5, i)));
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
