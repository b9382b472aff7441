import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { refuseWholeComponents } from '../../src/analyses/wholeComponents';
import type { Metric } from '../../src/topology/metric';

const LIMIT = 500e6;

function refuse(count: number, metric: Metric, threads = 2): void {
  refuseWholeComponents({ count, width: 16, values: new Float32Array(0) }, metric, threads, LIMIT);
}

describe('refuseWholeComponents', () => {
  for (const metric of ['euclidean', 'precomputed'] as const)
    it(`says how many points would fit, and that many do (${metric})`, () => {
      refuse(1000, metric);
      assert.throws(
        () => refuse(1_000_000, metric),
        (error: unknown) => {
          assert.ok(error instanceof Fault && error.code === 'too-large');
          assert.match(error.message, /1,000,000 points would take about .+, more than the 477 MB allowed/);
          const fit = Number(/About ([\d,]+) points would fit/.exec(error.hint ?? '')?.[1]?.replaceAll(',', ''));
          refuse(fit, metric);
          assert.throws(() => refuse(fit + 1, metric));
          return true;
        },
      );
    });

  it('says that one thread would do where it would', () => {
    assert.throws(() => refuse(45_000, 'euclidean', 8), { hint: /or all of them with --threads 1/ });
    refuse(45_000, 'euclidean', 1);
  });
});
