import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { isBroken, type TimelineEntry } from '../../../src/analyses/timeline/timeline';
import { Cancellation } from '../../../src/base/cancellation';
import { Fault } from '../../../src/base/fault';
import { noProgress } from '../../../src/base/progress';
import { runTask } from '../../../src/analyses/taskTable';
import { dataLibraries } from '../../../src/engine/dataLibraries';
import type { Engine } from '../../../src/engine/engine';
import { LayerCache } from '../../../src/engine/layerCache';
import type { OperationContext } from '../../../src/engine/operationContext';
import { checkpoints } from '../../../src/engine/operations/checkpoints';
import { FolderTimeline } from '../../../src/engine/timeline/folderTimeline';
import type { CheckpointPart, CheckpointsInput, CheckpointsOutput } from '../../../src/engine/timelineTypes';
import { root, runtime } from '../../probes/references';
import { checkpoint } from '../../analyses/timeline/checkpoints';

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'timeline-'));
after(() => fs.rmSync(temporary, { recursive: true, force: true }));
let made = 0;
const run = path.join(root, 'test', 'fixtures', 'run');
const data = path.join(root, 'samples', 'data', 'iris-test.csv');
const iris = { data, labels: `${data}#species` };

/** A folder with these checkpoints of the bundled run. */
function folder(...steps: readonly number[]): string {
  const at = path.join(temporary, String(made++));
  fs.mkdirSync(at);
  for (const step of steps) fs.copyFileSync(path.join(run, `step-${step}.onnx`), path.join(at, `step-${step}.onnx`));
  return at;
}

/** Runs the operation in this thread, and notes what it was asked for. */
function engineHere(cache?: LayerCache) {
  const asked: string[][] = [];
  const run_ = async (
    _name: string,
    input: CheckpointsInput,
    options: { readonly onPartial: (part: CheckpointPart) => void },
  ) => {
    asked.push(input.checkpoints.map(one => one.file));
    const context: OperationContext<CheckpointPart> = {
      cancellation: Cancellation.never,
      progress: noProgress,
      cache,
      runtimePath: path.join(runtime.folder, 'node_modules'),
      libraries: dataLibraries(''),
      threads: 1,
      partial: options.onPartial,
      task: (name, task, progress = noProgress) => Promise.resolve(runTask(name, task, Cancellation.never, progress)),
    };
    return checkpoints(input, context);
  };
  return { engine: { run: run_ } as unknown as Pick<Engine, 'run'>, asked };
}

const measured = (entry: TimelineEntry | undefined) => {
  assert.ok(entry !== undefined && !isBroken(entry), JSON.stringify(entry));
  return entry;
};

describe('the forecast of a folder’s timeline', () => {
  const forecasts = (of: (model: string) => number) => {
    const asked: unknown[] = [];
    const engine = {
      run: (name: string, input: { readonly model: string }) => {
        asked.push([name, path.basename(input.model), input]);
        return Promise.resolve().then(() => ({ milliseconds: of(path.basename(input.model)) }));
      },
    } as unknown as Pick<Engine, 'run'>;
    return { engine, asked };
  };

  it('is that of the last checkpoint that can be read, for each of them', async () => {
    const { engine, asked } = forecasts(model => {
      if (model === 'step-400.onnx') throw new Fault('corrupt', 'cut off');
      return 20;
    });
    const timeline = new FolderTimeline(engine, { folder: folder(0, 5, 40, 400), ...iris, parameters: { points: 30 } });
    assert.deepEqual(await timeline.forecast(), { checkpoints: 4, milliseconds: 80 });
    assert.deepEqual(
      asked.map(one => (one as unknown[]).slice(0, 2)),
      [
        ['forecast', 'step-400.onnx'],
        ['forecast', 'step-40.onnx'],
      ],
    );
    const [, , input] = asked.at(-1) as [string, string, { parameters: unknown; data: unknown }];
    assert.deepEqual([input.data, (input.parameters as { points: number }).points], [data, 30]);
  });

  it('is nothing where no checkpoint can be read, and does not outlive a stop', async () => {
    const fails = (code: 'corrupt' | 'cancelled') =>
      forecasts(() => {
        throw new Fault(code, 'no');
      }).engine;
    const none = new FolderTimeline(fails('corrupt'), { folder: folder(0, 5), ...iris });
    assert.deepEqual(await none.forecast(), { checkpoints: 2, milliseconds: 0 });
    const stopped = new FolderTimeline(fails('cancelled'), { folder: folder(0), ...iris });
    await assert.rejects(stopped.forecast(), { code: 'cancelled' });
  });
});

describe('a folder’s timeline', () => {
  it('has each checkpoint in order, with accuracy, topology, redundancy, weights and collapse', async () => {
    const { engine } = engineHere();
    const result = await new FolderTimeline(engine, { folder: folder(400, 5, 40, 0, 10), ...iris }).measure();
    assert.deepEqual(result.checkpoints.map(one => one.step), [0, 5, 10, 40, 400]); // prettier-ignore
    const [first, , , best] = result.checkpoints.map(measured);
    assert.ok(Math.abs(best!.accuracy!.value - 44 / 45) < 1e-9, `${best!.accuracy!.value}`);
    assert.deepEqual(best!.layers.map(layer => layer.name), ['fc1', 'relu1', 'fc2', 'relu2', 'head']); // prettier-ignore
    assert.equal(best!.layers[0]!.redundancy, null);
    assert.equal(best!.layers[3]!.redundancy!.layer, 'fc2');
    assert.ok(best!.layers[3]!.redundancy!.bottleneck.every(distance => distance >= 0));
    assert.equal(best!.weights!.neuralPersistence.layers.length, 3);
    assert.equal(best!.collapse!.layer, 'relu2');
    assert.ok(best!.collapse!.nc1! < first!.collapse!.nc1!);
    assert.equal(result.stop!.file, 'step-40.onnx');
    assert.equal(result.provenance.data?.name, data);
  });

  it('goes on past broken checkpoints, and says what is wrong with each', async () => {
    const at = folder(0, 40);
    fs.writeFileSync(path.join(at, 'step-7.onnx'), fs.readFileSync(path.join(run, 'step-5.onnx')).subarray(0, 600));
    fs.writeFileSync(path.join(at, 'step-8.onnx'), '');
    const result = await new FolderTimeline(engineHere().engine, { folder: at, ...iris }).measure();
    const [, damaged, empty] = result.checkpoints;
    assert.ok(isBroken(damaged!) && damaged.error.code === 'corrupt' && damaged.file === 'step-7.onnx');
    assert.ok(isBroken(empty!) && empty.error.code === 'empty');
    assert.deepEqual(result.checkpoints.map(one => one.step), [0, 7, 8, 40]); // prettier-ignore
  });

  it('takes what was measured before from the cache, whatever the file is called now', async () => {
    const cache = new LayerCache({ directory: path.join(temporary, 'cache'), maximumBytes: 1e8 });
    const at = folder(5, 40);
    const before = await new FolderTimeline(engineHere(cache).engine, { folder: at, ...iris }).measure();
    fs.renameSync(path.join(at, 'step-5.onnx'), path.join(at, 'step-6.onnx'));
    let captures = 0;
    const get = cache.get.bind(cache);
    cache.get = (key, isValid) => {
      const value = get(key, isValid);
      if (value === undefined) captures++;
      return value;
    };
    const again = await new FolderTimeline(engineHere(cache).engine, { folder: at, ...iris }).measure();
    assert.equal(captures, 0);
    const renamed = measured(again.checkpoints[0]);
    assert.deepEqual([renamed.file, renamed.step], ['step-6.onnx', 6]);
    assert.deepEqual({ ...renamed, file: 'step-5.onnx', step: 5 }, measured(before.checkpoints[0]));
  });

  it('refuses an empty folder, data that is not there, and data that fits none', async () => {
    const refused = (input: { folder: string; data: string }, code: string) =>
      assert.rejects(new FolderTimeline(engineHere().engine, input).measure(), (error: unknown) => error instanceof Fault && error.code === code); // prettier-ignore
    await refused({ folder: folder(), data }, 'empty');
    await refused({ folder: folder(0, 5), data: 'nowhere.csv' }, 'not-found');
    await refused({ folder: folder(0, 5), data: path.join(root, 'samples', 'data', 'digits-test.npz') }, 'shape-mismatch'); // prettier-ignore
  });
});

/** Answers at once, with a checkpoint of each file; or not, where the file says so. */
function quickEngine() {
  const asked: string[] = [];
  const run_ = (
    _name: string,
    input: CheckpointsInput,
    { onPartial }: { readonly onPartial: (part: CheckpointPart) => void },
  ): Promise<CheckpointsOutput> => {
    for (const { file, path: at } of input.checkpoints) {
      asked.push(file);
      onPartial({ kind: 'begun', file });
      const text = fs.readFileSync(at, 'utf8');
      if (text === 'dies') return Promise.reject(new Fault('too-large', 'The analysis ran out of memory.'));
      const entry: TimelineEntry =
        text === 'half'
          ? { file, step: 1, error: { code: 'corrupt', message: 'It ends too early.' } }
          : { ...checkpoint({ step: 1, accuracy: Number(text) }), file };
      onPartial({ kind: 'entry', entry });
    }
    return Promise.resolve({ warnings: [], provenance: { version: '0', parameters: {}, seed: 0 } });
  };
  return { engine: { run: run_ } as unknown as Pick<Engine, 'run'>, asked };
}

/** Until something holds; the watch itself looks every few seconds at most. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 20) {
    if (waited > 20_000) assert.fail('it did not come');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('a watched folder', () => {
  const old = (file: string, text: string) => {
    fs.writeFileSync(file, text);
    fs.utimesSync(file, 1e9, 1e9);
  };

  it('measures what appears, is overwritten or goes, each once, and ends with what is finished', async () => {
    const at = folder();
    const { engine, asked } = quickEngine();
    const gone: string[] = [];
    const timeline = new FolderTimeline(engine, { folder: at, data: 'x' }, { onGone: file => gone.push(file) });
    const abort = new AbortController();
    const over = timeline.watch(abort.signal);
    old(path.join(at, 'a-1.pt'), '0.5');
    timeline.nudge();
    await until(() => asked.length === 1);
    // Written under another name and renamed, as careful trainers do.
    old(path.join(at, '.b-2.part'), '0.6');
    fs.renameSync(path.join(at, '.b-2.part'), path.join(at, 'b-2.pt'));
    timeline.nudge();
    await until(() => asked.length === 2);
    old(path.join(at, 'a-1.pt'), '0.75');
    timeline.nudge();
    await until(() => asked.length === 3);
    fs.rmSync(path.join(at, 'b-2.pt'));
    timeline.nudge();
    await until(() => gone.length === 1);
    abort.abort();
    await over;
    assert.deepEqual(asked, ['a-1.pt', 'b-2.pt', 'a-1.pt']);
    assert.deepEqual(timeline.result().checkpoints.map(one => one.file), ['a-1.pt']); // prettier-ignore
    assert.equal(measured(timeline.result().checkpoints[0]).accuracy!.value, 0.75);
  });

  it('reads a file that is written in two pieces when it is whole, and says nothing of the first', async () => {
    const at = folder();
    const { engine, asked } = quickEngine();
    const entries: TimelineEntry[] = [];
    const said: string[] = [];
    const timeline = new FolderTimeline(
      engine,
      { folder: at, data: 'x' },
      {
        onEntry: entry => entries.push(entry),
        onIdle: () => said.push(`idle, ${asked.length} read, ${entries.length} known`),
        onProgress: (_, phrase) => said.push(phrase),
      },
    );
    const abort = new AbortController();
    const over = timeline.watch(abort.signal);
    fs.writeFileSync(path.join(at, 'a-1.pt'), 'half');
    timeline.nudge();
    await until(() => asked.length === 1);
    old(path.join(at, 'a-1.pt'), '0.9');
    timeline.nudge();
    await until(() => entries.length === 1);
    abort.abort();
    await over;
    assert.equal(measured(entries[0]).accuracy!.value, 0.9);
    assert.ok(said.includes('waiting for a-1.pt to be written to its end'));
    assert.ok(!said.includes('idle, 1 read, 0 known'));
  });

  it('loses no other checkpoint to one that takes a worker down', async () => {
    const at = folder();
    old(path.join(at, 'a-1.pt'), '0.5');
    old(path.join(at, 'a-2.pt'), 'dies');
    old(path.join(at, 'a-3.pt'), '0.7');
    const { engine, asked } = quickEngine();
    const result = await new FolderTimeline(engine, { folder: at, data: 'x' }).measure();
    assert.deepEqual(asked, ['a-1.pt', 'a-2.pt', 'a-3.pt']);
    assert.deepEqual(result.checkpoints.map(isBroken), [false, true, false]);
  });
});
