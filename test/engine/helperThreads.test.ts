import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { DisposableStore } from '../../src/base/lifecycle';
import { finish } from '../../src/base/steps';
import { crewFor, HelperThreads } from '../../src/engine/helperThreads';
import { distanceMatrix, distanceSteps } from '../../src/topology/distances';
import { ripsCrew } from '../../src/topology/kernels/ripsKernel';
import { rips, ripsSteps } from '../../src/topology/rips';
import { gaussianCloud } from '../topology/clouds';

const helperPath = path.resolve(import.meta.dirname, '../../dist/helper.js');
const threadsOfProcess = () => fs.readdirSync('/proc/self/task').length;

/** So many rows, as far as anybody looks who decides how many threads compute them. */
const rowsOf = (rows: number, width: number) => ({ rows, values: { length: rows * width } });

describe('who computes a cloud', () => {
  const sizeOf = (
    data: ReturnType<typeof rowsOf>,
    threads: number,
    metric: 'euclidean' | 'precomputed' = 'euclidean',
    given = '/nowhere/helper.js',
  ) => {
    const store = new DisposableStore();
    const { size } = crewFor(data, metric, { threads, helperPath: given }, store);
    store.dispose();
    return size;
  };

  it('is one thread where the cloud is small, several where it is large or wide', () => {
    assert.equal(sizeOf(rowsOf(0, 0), 2), 1);
    assert.equal(sizeOf(rowsOf(1000, 512), 2), 1);
    assert.equal(sizeOf(rowsOf(5000, 64), 2), 2);
    assert.equal(sizeOf(rowsOf(1000, 20_000), 2), 2);
  });

  it('is one thread where the width is none of coordinates', () => {
    assert.equal(sizeOf(rowsOf(2500, 2500), 2), 2);
    assert.equal(sizeOf(rowsOf(2500, 2500), 2, 'precomputed'), 1);
  });

  it('is as many as there are cores for it, up to eight', () => {
    assert.deepEqual(
      [1, 2, 4, 64].map(threads => sizeOf(rowsOf(5000, 64), threads)),
      [1, 2, 4, 8],
    );
    const store = new DisposableStore();
    assert.equal(crewFor(rowsOf(5000, 64), 'euclidean', { threads: 4 }, store).size, 1);
    store.dispose();
  });
});

describe('threads that help', () => {
  const cloud = gaussianCloud(700, 6, 1);
  const alone = rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1, cocycles: true });

  async function together(helpers: HelperThreads, whenInvited: () => Promise<void>) {
    const crew = ripsCrew(helpers);
    await whenInvited();
    const distances = finish(distanceSteps(cloud, 'euclidean', crew), Cancellation.never);
    const options = { maxDimension: 1, cocycles: true, consume: true };
    const result = finish(ripsSteps(distances, options), Cancellation.never);
    crew.dismiss();
    helpers.dispose();
    return result;
  }
  const soon = () => new Promise<void>(resolve => setTimeout(resolve, 200));

  for (const count of [1, 3])
    it(`change no byte: ${count + 1} of them, from the beginning and once they have come`, async () => {
      for (const whenInvited of [() => Promise.resolve(), soon]) {
        const result = await together(new HelperThreads(helperPath, count), whenInvited);
        assert.deepEqual(result.diagram, alone.diagram);
        assert.deepEqual(result.cocycles, alone.cocycles);
      }
    });

  it('are not waited for where they cannot start', async () => {
    const result = await together(new HelperThreads('/nowhere/helper.js', 2), soon);
    assert.deepEqual(result.diagram, alone.diagram);
  });

  it('are gone once nobody needs them, also where the run was given up between two steps', async t => {
    if (!fs.existsSync('/proc/self/task')) return t.skip('threads of a process are counted where /proc is');
    const before = threadsOfProcess();
    for (let run = 0; run < 4; run++) {
      const store = new DisposableStore();
      const helpers = store.add(new HelperThreads(helperPath, 3));
      const crew = ripsCrew(helpers);
      store.add({ dispose: () => crew.dismiss() });
      await soon();
      const steps = distanceSteps(cloud, 'euclidean', crew);
      for (let step = 0; step < 5 * run; step++) steps.next();
      assert.ok(threadsOfProcess() > before);
      steps.return(undefined as never);
      store.dispose();
    }
    for (let look = 0; look < 100 && threadsOfProcess() > before; look++) await soon();
    assert.ok(threadsOfProcess() <= before, `${threadsOfProcess()} threads where there were ${before}`);
  });
});
