import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault, type FaultCode } from '../../src/base/fault';
import { Engine, type EngineOptions, type RunOptions } from '../../src/engine';

const engines: Engine[] = [];
after(() => engines.forEach(engine => engine.dispose()));

function engineOf(more: Partial<EngineOptions> = {}): Engine {
  const engine = new Engine({
    threads: 2,
    workerPath: path.join(import.meta.dirname, 'fakeWorker.cjs'),
    runtimePath: '',
    ...more,
  });
  engines.push(engine);
  return engine;
}

/** The fake worker takes orders in place of any operation's input. */
function order(engine: Engine, input: unknown, options: RunOptions<never> = {}): Promise<unknown> {
  return engine.run('describe', input as { model: string }, options);
}

async function codeOf(promise: Promise<unknown>): Promise<FaultCode | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Fault, `not a Fault: ${String(error)}`);
    return error.code;
  }
}

describe('Engine', () => {
  it('gives back what the worker answers, and hands out parts in order', async () => {
    const engine = engineOf();
    assert.deepEqual(await order(engine, { do: 'echo', value: { a: [1, 2] } }), { a: [1, 2] });
    const parts: unknown[] = [];
    await order(engine, { do: 'parts', parts: [1, 'two', 3] }, { onPartial: part => parts.push(part) });
    assert.deepEqual(parts, [1, 'two', 3]);
  });

  it('keeps a fault’s code, hint and source', async () => {
    await assert.rejects(order(engineOf(), { do: 'fault' }), {
      code: 'corrupt',
      message: 'The file is damaged.',
      hint: 'Copy it again.',
      source: 'x.npy',
    });
  });

  it('logs a defect’s stack and says only its message', async () => {
    const lines: string[] = [];
    const engine = engineOf({ log: line => lines.push(line) });
    await assert.rejects(order(engine, { do: 'defect' }), (error: unknown) => {
      assert.ok(error instanceof Fault);
      assert.match(error.message, /defect.*x is not a function/);
      assert.doesNotMatch(error.message, /at here/);
      return true;
    });
    assert.match(lines.join('\n'), /at here/);
  });

  it('loses only the request whose worker dies', async () => {
    const engine = engineOf();
    const dying = codeOf(order(engine, { do: 'exit' }));
    const living = order(engine, { do: 'forks', tasks: [{ do: 'echo', value: 1 }] });
    assert.equal(await dying, 'unsupported');
    assert.deepEqual(await living, [1]);
    assert.equal(await order(engine, { do: 'echo', value: 'still here' }), 'still here');
  });

  it('reports a task whose worker dies to the one who asked for it, and runs the others', async () => {
    const tasks = [{ do: 'echo', value: 'a' }, { do: 'exit' }, { do: 'echo', value: 'b' }, { do: 'echo', value: 'c' }];
    assert.deepEqual(await order(engineOf(), { do: 'forks', tasks }), ['a', 'unsupported', 'b', 'c']);
  });

  it('runs more tasks than there are threads, in one engine or in two requests at once', async () => {
    const engine = engineOf();
    const tasks = Array.from({ length: 20 }, (_, value) => ({ do: 'echo', value }));
    const expected = tasks.map(task => task.value);
    const both = await Promise.all([order(engine, { do: 'forks', tasks }), order(engine, { do: 'forks', tasks })]);
    assert.deepEqual(both, [expected, expected]);
  });

  it('rejects as cancelled within 200 ms of being asked, politely or not', async () => {
    const engine = engineOf();
    for (const manner of ['polite', 'deaf']) {
      const abort = new AbortController();
      const run = codeOf(order(engine, { do: manner }, { signal: abort.signal }));
      await new Promise(resolve => setTimeout(resolve, 300));
      const began = performance.now();
      abort.abort();
      assert.equal(await run, 'cancelled');
      const waited = performance.now() - began;
      assert.ok(waited < 400, `${manner}: ${waited} ms`);
    }
  });

  it('refuses at once what was aborted before it began', async () => {
    assert.equal(await codeOf(order(engineOf(), { do: 'deaf' }, { signal: AbortSignal.abort() })), 'cancelled');
  });

  it('ends a worker that does not heed a cancellation, so that its place is free again', async () => {
    const engine = engineOf({ threads: 1 });
    const abort = new AbortController();
    // Two deaf leads take both places of an engine of one thread.
    const deaf = [1, 2].map(() => codeOf(order(engine, { do: 'deaf' }, { signal: abort.signal })));
    await new Promise(resolve => setTimeout(resolve, 200));
    abort.abort();
    assert.deepEqual(await Promise.all(deaf), ['cancelled', 'cancelled']);
    const began = performance.now();
    assert.equal(await order(engine, { do: 'echo', value: 'free' }), 'free');
    assert.ok(performance.now() - began < 4000);
  });

  it('reports progress at most ten times a second and never backwards', async () => {
    const seen: number[] = [];
    const times: number[] = [];
    await order(
      engineOf(),
      { do: 'flood' },
      {
        onProgress: fraction => {
          seen.push(fraction);
          times.push(performance.now());
        },
      },
    );
    assert.ok(seen.length >= 2 && seen.length <= 10, `${seen.length} reports`);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
    assert.equal(seen.at(-1), 1);
    const gaps = times.slice(1, -1).map((time, i) => time - times[i]!);
    assert.ok(
      gaps.every(gap => gap > 80),
      `gaps of ${gaps.join(', ')} ms`,
    );
  });

  it('rejects what is running when it is disposed of', async () => {
    const engine = engineOf();
    const running = codeOf(order(engine, { do: 'deaf' }));
    await new Promise(resolve => setTimeout(resolve, 100));
    engine.dispose();
    assert.equal(await running, 'cancelled');
    assert.equal(await codeOf(order(engine, { do: 'echo' })), 'cancelled');
  });
});
