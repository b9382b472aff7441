import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';
import type { PointCloud } from '../../src/topology/pointCloud';
import { principalComponents } from '../../src/topology/principalComponents';
import { cloudOf, gaussianCloud, moved, reordered } from './clouds';

/** How far Σd is from λd, as a share of the largest variance: zero for a principal direction. */
function residual({ count, width, values }: PointCloud, direction: Float64Array, variance: number): number {
  const mean = Array.from({ length: width }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[i * width + k]!;
    return sum / count;
  });
  const image = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    let product = 0;
    for (let k = 0; k < width; k++) product += (values[i * width + k]! - mean[k]!) * direction[k]!;
    for (let k = 0; k < width; k++) image[k]! += (product * (values[i * width + k]! - mean[k]!)) / (count - 1);
  }
  return Math.hypot(...image.map((value, k) => value - variance * direction[k]!)) / variance;
}

describe('principalComponents', () => {
  it('finds the axes of a stretched cloud, largest variance first', () => {
    const { directions, explained, variances } = principalComponents(gaussianCloud(4000, 3, 1, [1, 5, 2]), 3);
    assert.ok(directions[1]! > 0.99 && directions[5]! > 0.99 && directions[6]! > 0.99);
    assert.ok(Math.abs(variances[0]! - 25) < 2);
    assert.ok(Math.abs(explained[0]! + explained[1]! + explained[2]! - 1) < 1e-12);
  });

  const shapes = { covariance: [300, 40], gram: [40, 300], 'Krylov iteration': [400, 300], 'Krylov, wide': [200, 900] };
  for (const [name, [count, width]] of Object.entries(shapes))
    it(`solves the eigenvalue problem and keeps orthogonality: ${name}`, () => {
      const cloud = gaussianCloud(count!, width!, 5, [4, 2, 1, 1, 1]);
      const { directions, variances } = principalComponents(cloud, 3);
      for (let c = 0; c < 3; c++) {
        const direction = directions.subarray(c * width!, (c + 1) * width!);
        assert.ok(residual(cloud, direction, variances[c]!) < 1e-6, `component ${c}`);
        for (let b = 0; b <= c; b++) {
          const product = direction.reduce((sum, value, k) => sum + value * directions[b * width! + k]!, 0);
          assert.ok(Math.abs(product - (b === c ? 1 : 0)) < 1e-10);
        }
      }
      assert.ok(variances[0]! >= variances[1]! && variances[1]! >= variances[2]!);
    });

  it('gives the same scores in any order of points, and signs that do not flip', () => {
    fc.assert(
      fc.property(fc.nat(1e6), seed => {
        const cloud = gaussianCloud(40, 4, seed, [8, 4, 2, 1]);
        const order = new Random(seed).permutation(40);
        const plain = principalComponents(cloud, 2);
        const other = principalComponents(reordered(cloud, order), 2);
        order.forEach((from, to) => {
          for (let c = 0; c < 2; c++)
            assert.ok(Math.abs(other.scores[to * 2 + c]! - plain.scores[from * 2 + c]!) < 1e-8);
        });
      }),
      { seed: 41, numRuns: 30 },
    );
  });

  it('explains the same shares of a cloud that is turned, moved and scaled', () => {
    const cloud = gaussianCloud(100, 3, 9, [3, 2, 1]);
    const plain = principalComponents(cloud, 2).explained;
    const other = principalComponents(moved(cloud, 0.7, 100, 1e-3), 2).explained;
    for (let c = 0; c < 2; c++) assert.ok(Math.abs(plain[c]! - other[c]!) < 1e-9);
  });

  it('finds both axes of a cloud without a preferred one', () => {
    const { directions, variances } = principalComponents(cloudOf([[1, 0], [-1, 0], [0, 1], [0, -1]]), 2); // prettier-ignore
    assert.deepEqual([...variances].map(v => Math.round(v * 1e9) / 1e9), [0.666666667, 0.666666667]); // prettier-ignore
    assert.ok(Math.abs(directions[0]! * directions[2]! + directions[1]! * directions[3]!) < 1e-12);
  });

  it('has no variance to explain where points are equal, and zeros beyond the dimensions there are', () => {
    const equal = principalComponents({ count: 9, width: 2, values: new Float64Array(18).fill(0.1) }, 2);
    assert.deepEqual([...equal.explained, ...equal.scores.slice(0, 2)], [0, 0, 0, 0]);
    const line = principalComponents(cloudOf([[1], [2], [4]]), 2);
    assert.deepEqual([line.directions[0], line.directions[1], line.explained[0], line.explained[1]], [1, 0, 1, 0]);
  });
});
