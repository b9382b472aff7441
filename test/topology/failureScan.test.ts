import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { apartFromBetter, FailureScan } from '../../src/topology/failureScan';
import { orderStatistic } from '../../src/topology/quantile';
import type { PointCloud } from '../../src/topology/pointCloud';

const options = { neighbours: 10, intervals: 10, overlap: 0.3, minimumPoints: 5 };

/** Four clusters of 60 points each in the plane. */
function clusters(seed: number): PointCloud {
  const random = new Random(seed, 'clusters');
  const values = Float64Array.from({ length: 480 }, (_, k) => {
    const cluster = Math.floor(k / 120);
    return (k % 2 === 0 ? (cluster % 2) * 10 : Math.floor(cluster / 2) * 10) + random.normal();
  });
  return { count: 240, width: 2, values };
}

/** At this rate, anywhere. */
function errorsAtRandom(seed: number, rate: number, count = 240): Uint8Array {
  const random = new Random(seed, 'errors');
  return Uint8Array.from({ length: count }, () => (random.uniform() < rate ? 1 : 0));
}

const thresholdOf = (scan: FailureScan, errors: Uint8Array, shufflings = 19) =>
  orderStatistic(
    Float64Array.from({ length: shufflings }, (_, k) => scan.nullScore(errors, 0, k)),
    1,
  );

describe('FailureScan', () => {
  it('finds the cluster that errs, above all that shuffled errors give', () => {
    const scan = new FailureScan(clusters(0), options);
    const errors = errorsAtRandom(0, 0.05);
    errors.fill(1, 120, 180);
    const [first] = scan.slices(errors);
    assert.ok(first!.members.every(point => point >= 120 && point < 180));
    assert.ok(first!.members.length > 40, `${first!.members.length} members`);
    assert.ok(first!.score > thresholdOf(scan, errors));
  });

  it('finds a cluster that errs more often than not, with its members that are handled correctly', () => {
    const scan = new FailureScan(clusters(1), options);
    const errors = errorsAtRandom(1, 0.04);
    for (let point = 60; point < 120; point++) errors[point] = point % 3 === 0 ? 0 : 1;
    const [first] = scan.slices(errors);
    assert.ok(first!.members.every(point => point >= 60 && point < 120));
    assert.ok(first!.errors < first!.members.length);
    assert.ok(first!.score > thresholdOf(scan, errors));
  });

  it('passes about as often as it may where errors have no place', () => {
    let passed = 0;
    for (let seed = 0; seed < 20; seed++) {
      const scan = new FailureScan(clusters(seed), options);
      const errors = errorsAtRandom(seed, 0.1);
      if ((scan.slices(errors)[0]?.score ?? 0) > thresholdOf(scan, errors)) passed++;
    }
    // 1 in 20 is expected; 5 or more have a probability below 0.003.
    assert.ok(passed < 5, `${passed} of 20`);
  });

  it('has no slices where nothing or everything is wrong', () => {
    const scan = new FailureScan(clusters(0), options);
    assert.deepEqual(scan.slices(new Uint8Array(240)), []);
    assert.deepEqual(scan.slices(new Uint8Array(240).fill(1)), []);
  });

  it('gives the same with what is known of the cloud as without', () => {
    const errors = errorsAtRandom(3, 0.2);
    const first = new FailureScan(clusters(3), options);
    const second = new FailureScan(clusters(3), options, first.graph.ground);
    assert.deepEqual(second.slices(errors), first.slices(errors));
    assert.equal(second.nullScore(errors, 7, 4), first.nullScore(errors, 7, 4));
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    const scan = new FailureScan(clusters(0), { ...options, cancellation });
    cancellation.cancel();
    assert.throws(() => scan.slices(errorsAtRandom(0, 0.1)), isCancelled);
  });
});

describe('apartFromBetter', () => {
  it('leaves out what shares a point with a better one', () => {
    const slice = (members: readonly number[], score: number) => ({
      members: Uint32Array.from(members),
      errors: 1,
      score,
    });
    const given = [slice([1, 2], 5), slice([2, 3], 4), slice([3, 4], 3)];
    assert.deepEqual(apartFromBetter(given, 6), [given[0], given[2]]);
  });
});
