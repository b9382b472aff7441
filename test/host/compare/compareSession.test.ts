import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import {
  CompareSession,
  compareCommandLine,
  type CompareSessionContext,
} from '../../../src/host/compare/compareSession';
import type { EngineLike } from '../../../src/host/base/engine';
import type { CompareToView } from '../../../src/protocol/compare';

const models = ['/w/a.onnx', '/w/b.keras'];
const data = { kind: 'file', data: '/w/test.npz#X', labels: '/w/test.npz#y' } as const;

function session(
  run: (name: string, input: unknown, options: { signal?: AbortSignal }) => Promise<unknown>,
  points?: number,
) {
  const posted: CompareToView[] = [];
  const context: CompareSessionContext = {
    engine: () => Promise.resolve({ run } as unknown as EngineLike),
    settings: () => ({
      parameters: points === undefined ? {} : { points },
      confirmAboveMilliseconds: 60_000,
      memoryLimitBytes: undefined,
    }),
    post: message => posted.push(message),
    unexpected: () => {},
    uri: file => `file://${file}`,
    now: () => 0,
    t: message => message,
  };
  const statuses = () => posted.flatMap(message => (message.type === 'status' ? [message.status.kind] : []));
  return { made: new CompareSession({ models, data, parameters: {} }, context), posted, statuses };
}

describe('CompareSession', () => {
  it('asks for the cost first, runs all models on the same data, and tells a view that comes back', async () => {
    const asked: unknown[] = [];
    const { made, posted, statuses } = session((name, input) => {
      asked.push([name, input]);
      return Promise.resolve(name === 'compareForecast' ? { milliseconds: 10, bytes: 1 } : { findings: [] });
    }, 300);
    await made.start();
    assert.deepEqual(statuses(), ['running', 'done']);
    const input = { models, data: data.data, labels: data.labels, parameters: { points: 300 } };
    assert.deepEqual(asked, [
      ['compareForecast', input],
      ['compare', input],
    ]);
    const [start] = posted;
    assert.ok(start?.type === 'start');
    assert.deepEqual(start.restore, { version: 1, models: ['file:///w/a.onnx', 'file:///w/b.keras'], data });
    posted.length = 0;
    made.replay();
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['start', 'result', 'status'],
    );
  });

  it('asks before a long run, and starts nothing where the person turns away', async () => {
    const names: string[] = [];
    const { made, statuses } = session(name => {
      names.push(name);
      return Promise.resolve({ milliseconds: 1e6, bytes: 1 });
    });
    const running = made.start();
    while (!statuses().includes('confirm')) await new Promise(resolve => setImmediate(resolve));
    made.confirm(false);
    await running;
    assert.deepEqual(names, ['compareForecast']);
    assert.equal(statuses().at(-1), 'cancelled');
  });

  it('keeps what was finished when it is stopped', async () => {
    const { made, posted } = session((name, _, { signal }) =>
      name === 'compareForecast'
        ? Promise.resolve({ milliseconds: 1, bytes: 1 })
        : new Promise((_resolve, reject) => {
            signal!.addEventListener('abort', () => reject(new Fault('cancelled', 'stopped')));
          }),
    );
    const running = made.start();
    while (!made.isRunning) await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
    made.cancel();
    await running;
    assert.ok(posted.some(message => message.type === 'status' && message.status.kind === 'cancelled'));
  });

  it('says a fault, and waits where there is no data', async () => {
    const { made, posted } = session(() => Promise.reject(new Fault('shape-mismatch', 'other rows')));
    await made.start();
    const last = posted.at(-1);
    assert.ok(last?.type === 'status' && last.status.kind === 'failed' && last.status.fault.message === 'other rows');
  });

  it('runs again with what was chosen in the panel, keeps that over a reload, and names it in the command line', async () => {
    const asked: unknown[] = [];
    const { made, posted } = session((name, input) => {
      asked.push((input as { parameters: unknown }).parameters);
      return Promise.resolve(name === 'compareForecast' ? { milliseconds: 10, bytes: 1 } : { findings: [] });
    }, 300);
    await made.rerun({ points: 100, reduction: 'flatten' });
    assert.deepEqual(asked.at(-1), { points: 100, reduction: 'flatten' });
    const start = posted.findLast(message => message.type === 'start');
    assert.ok(start?.type === 'start');
    assert.deepEqual([start.restore.points, start.restore.reduction], [100, 'flatten']);
    assert.match(start.commandLine, / --points 100 --reduce flatten$/);
    await made.rerun({ reduction: 'auto' });
    assert.deepEqual(asked.at(-1), { points: 100 });
  });

  it('knows the command line of what it shows', () => {
    assert.equal(
      compareCommandLine(models, data, { points: 200 }),
      "neural-topology compare /w/a.onnx /w/b.keras --data '/w/test.npz#X' --labels '/w/test.npz#y' --points 200",
    );
    assert.equal(compareCommandLine(models, { kind: 'random' }, {}), '');
  });
});
