import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Cancellation } from '../../src/base/cancellation';
import { finish } from '../../src/base/steps';
import { distanceMatrix, distanceSteps } from '../../src/topology/distances';
import type { CrewInvitation, Helpers } from '../../src/topology/kernels/crew';
import { ripsCrew } from '../../src/topology/kernels/ripsKernel';
import { rips, ripsSteps } from '../../src/topology/rips';
import { gaussianCloud } from './clouds';

const helper = `
  require('tsx/cjs');
  require(${JSON.stringify(path.resolve(import.meta.dirname, '../../src/topology/kernels/crew.ts'))})
    .help(require('node:worker_threads').workerData);
`;

/** Threads that are started when they are invited. */
class Threads implements Helpers {
  readonly workers: Worker[] = [];
  constructor(readonly count: number) {}
  invite(invitation: CrewInvitation): void {
    this.workers.push(new Worker(helper, { eval: true, workerData: invitation, execArgv: [] }));
  }
  /** Once all of them run their script. */
  async started(): Promise<void> {
    await Promise.all(this.workers.map(worker => new Promise(resolve => worker.once('online', resolve))));
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

describe('a crew', () => {
  const all: Threads[] = [];
  after(() => Promise.all(all.flatMap(({ workers }) => workers.map(worker => worker.terminate()))));

  for (const helpers of [1, 3]) {
    it(`of ${helpers + 1} threads computes the same numbers as one thread`, async () => {
      for (const [points, width] of [
        [150, 5],
        [333, 7],
      ] as const) {
        const cloud = gaussianCloud(points, width, points);
        const alone = rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 2 });
        const threads = new Threads(helpers);
        all.push(threads);
        const crew = ripsCrew(threads);
        await threads.started();
        const distances = finish(distanceSteps(cloud, 'euclidean', crew), Cancellation.never);
        assert.deepEqual(distances.values, distanceMatrix(cloud, 'euclidean').values);
        const together = finish(ripsSteps(distances, { maxDimension: 2, consume: true }), Cancellation.never);
        assert.deepEqual(together.diagram, alone.diagram);
        crew.dismiss();
      }
    });
  }

  it('does not wait for helpers that never come', () => {
    const cloud = gaussianCloud(60, 3, 1);
    const crew = ripsCrew({ count: 2, invite: () => {} });
    const distances = finish(distanceSteps(cloud, 'manhattan', crew), Cancellation.never);
    assert.deepEqual(distances.values, distanceMatrix(cloud, 'manhattan').values);
  });

  it('lets its matrix be used once', () => {
    const distances = distanceMatrix(gaussianCloud(20, 3, 2), 'euclidean');
    rips(distances, { maxDimension: 1, consume: true });
    assert.throws(() => distances.values, /used up/);
  });
});
