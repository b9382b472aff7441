import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { centredKernelAlignment } from '../../src/topology/centredKernelAlignment';
import { distanceMatrix } from '../../src/topology/distances';
import { centredGram, gramAlignment } from '../../src/topology/gramAlignment';
import type { PointCloud } from '../../src/topology/pointCloud';
import { gaussianCloud, moved } from './clouds';

const gram = (cloud: PointCloud) => centredGram(distanceMatrix(cloud, 'euclidean'))!;

describe('the alignment of centred Gram matrices', () => {
  it('is linear CKA, from distances alone', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 3, max: 50 }),
        fc.integer({ min: 1, max: 60 }),
        (seed, count, width) => {
          const [a, b] = [gaussianCloud(count, width, seed), gaussianCloud(count, 3, seed + 1)];
          const expected = centredKernelAlignment(a, b);
          assert.ok(Math.abs(gramAlignment(gram(a), gram(b)) - expected) < 1e-5);
          // Far from the origin and in other units it is the same.
          assert.ok(Math.abs(gramAlignment(gram(moved(a, 1, 30, 1e-4)), gram(b)) - expected) < 1e-4);
          assert.ok(Math.abs(gramAlignment(gram(a), gram(a)) - 1) < 1e-6);
        },
      ),
    );
  });

  it('is not defined where all points are equal', () => {
    const equal = { count: 9, width: 2, values: new Float64Array(18).fill(0.3) };
    assert.equal(centredGram(distanceMatrix(equal, 'euclidean')), undefined);
  });

  it('heeds the stop sign', () => {
    const stopped = new Cancellation();
    stopped.cancel();
    const distances = distanceMatrix(gaussianCloud(20, 2, 1), 'euclidean');
    assert.throws(() => centredGram(distances, stopped), /cancelled/);
  });
});
