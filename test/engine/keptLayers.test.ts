import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { InspectPartial } from '../../src/analyses/inspect';
import { runTask } from '../../src/analyses/taskTable';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { LayerCache } from '../../src/engine/layerCache';
import { inspect } from '../../src/engine/operations/inspect';
import { gaussianCloud } from '../topology/clouds';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kept-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Activations of two layers, a file each: they need no runtime. */
const activations = path.join(folder, 'activations');
fs.mkdirSync(activations);
for (const [name, seed] of [
  ['fc1', 1],
  ['fc2', 2],
] as const) {
  const { values } = gaussianCloud(60, 3, seed);
  fs.writeFileSync(path.join(activations, `${name}.npy`), writeNpy({ shape: [60, 3], values }));
}

const cache = new LayerCache({ directory: path.join(folder, 'cache'), maximumBytes: 1e7 });

async function run(layers: readonly string[]) {
  const parts: InspectPartial[] = [];
  const result = await inspect(
    { model: activations, parameters: { layers, points: 50 } },
    {
      cancellation: Cancellation.never,
      progress: noProgress,
      partial: part => void parts.push(part),
      task: (name, input) => Promise.resolve(runTask(name, input, Cancellation.never, noProgress)),
      cache,
      runtimePath: '',
      libraries: dataLibraries(''),
      threads: 1,
    },
  );
  const kept = parts.flatMap(part => (part.kind === 'layer' ? [[part.layer.name, part.keptSince] as const] : []));
  return { result, kept: new Map(kept) };
}

describe('layers that an earlier run computed', () => {
  it('are told from new ones as they are handed out, with the time of that run; the result is the same', async () => {
    const before = Date.now();
    const first = await run(['fc1']);
    const then = Date.now();
    assert.deepEqual([...first.kept], [['fc1', undefined]]);

    const both = await run(['fc1', 'fc2']);
    const since = both.kept.get('fc1');
    assert.ok(since !== undefined && before <= since && since <= then);
    assert.equal(both.kept.has('fc2') && both.kept.get('fc2'), undefined);
    assert.deepEqual(both.result.layers[0], first.result.layers[0]);

    const again = await run(['fc1', 'fc2']);
    assert.equal(again.kept.get('fc1'), since, 'the time is that of the computing, not of the last use');
    assert.deepEqual(again.result, both.result);
  });
});
