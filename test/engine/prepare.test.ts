import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { computeLayer, type LayerTaskInput } from '../../src/analyses/layerTask';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { Engine } from '../../src/engine';
import type { OperationContext } from '../../src/engine/operationContext';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { prepare } from '../../src/engine/operations/prepare';

const root = path.resolve(import.meta.dirname, '../..');

function contextOf(task: OperationContext<never>['task'], runtimePath: string): OperationContext<never> {
  return {
    cancellation: Cancellation.never,
    progress: () => {},
    partial: () => {},
    cache: undefined,
    runtimePath,
    libraries: dataLibraries(''),
    threads: 3,
    task,
  };
}

describe('prepare', () => {
  it('has each core compute a layer that the real task takes', async () => {
    const asked: LayerTaskInput[] = [];
    const task = (name: string, input: unknown): Promise<never> => {
      assert.equal(name, 'layer');
      asked.push(input as LayerTaskInput);
      return Promise.resolve(computeLayer(input as LayerTaskInput, Cancellation.never, () => {}) as never);
    };
    assert.equal(await prepare({}, contextOf(task, path.join(root, 'node_modules'))), null);
    assert.equal(asked.length, 3);
  });

  it('leaves what does not start to the inspection, which says why', async () => {
    const task = (): Promise<never> => Promise.reject(new Fault('unsupported', 'The worker died.'));
    assert.equal(await prepare({}, contextOf(task, '/nowhere')), null);
  });

  it('can be cancelled', async () => {
    const task = (): Promise<never> => Promise.reject(new Fault('cancelled', 'The run was cancelled.'));
    await assert.rejects(prepare({}, contextOf(task, '/nowhere')), { code: 'cancelled' });
  });

  it('runs in the built workers', async () => {
    const dist = path.join(root, 'dist');
    const runtimePath = path.join(dist, 'runtime', 'node_modules');
    const engine = new Engine({ threads: 2, workerPath: path.join(dist, 'worker.js'), runtimePath });
    try {
      assert.equal(await engine.run('prepare', {}), null);
    } finally {
      engine.dispose();
    }
  });
});
