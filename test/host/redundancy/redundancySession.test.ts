import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import type { EngineLike } from '../../../src/host/base/engine';
import { english } from '../../../src/host/base/translate';
import { parseRedundancyMessage } from '../../../src/host/redundancy/messages';
import {
  redundancyCommandLine,
  RedundancySession,
  type RedundancySessionContext,
} from '../../../src/host/redundancy/redundancySession';
import type { DataChoice } from '../../../src/protocol/panel';
import type { RedundancyToView } from '../../../src/protocol/redundancy';
import { redundancyResult } from '../../webview/redundancyResult';

const result = redundancyResult(4);
const data: DataChoice = { kind: 'file', data: '/w/test.npz#X', labels: '/w/test.npz#y' };

interface Asked {
  readonly name: string;
  readonly input: unknown;
}

function made(answers: Readonly<Record<string, (input: unknown) => unknown>>, confirmAbove = 1e9) {
  const asked: Asked[] = [];
  const posted: RedundancyToView[] = [];
  const engine = {
    run: (name: string, input: unknown) => {
      asked.push({ name, input });
      return Promise.resolve().then(() => answers[name]!(input));
    },
  } as unknown as EngineLike;
  const context: RedundancySessionContext = {
    engine: () => Promise.resolve(engine),
    settings: () => ({
      confirmAboveMilliseconds: confirmAbove,
      memoryLimitBytes: undefined,
      parameters: { points: 200, reduction: 'positions' },
    }),
    post: message => void posted.push(message),
    unexpected: error => assert.fail(String(error)),
    uri: model => `file://${model}`,
    now: () => 0,
    t: english,
  };
  return { asked, posted, context, session: new RedundancySession({ model: '/w/m.onnx', data }, context) };
}

const forecast = () => ({ milliseconds: 1000, bytes: 1e6, layers: 4, points: 360 });
const last = (posted: readonly RedundancyToView[]) => {
  const message = posted.findLast(one => one.type === 'status');
  return message?.type === 'status' ? message.status : undefined;
};

describe('a search for redundant layers, without its panel', () => {
  it('runs on the data, holds the result, and gives it to a view that was away', async () => {
    const { session, asked, posted } = made({ redundancyForecast: forecast, redundancy: () => result });
    await session.start();
    assert.deepEqual(asked.map(one => one.name), ['redundancyForecast', 'redundancy']); // prettier-ignore
    assert.deepEqual(asked[1]!.input, {
      model: '/w/m.onnx',
      data: '/w/test.npz#X',
      labels: '/w/test.npz#y',
      parameters: { points: 200 },
    });
    assert.equal(last(posted)?.kind, 'done');
    posted.length = 0;
    session.replay();
    assert.deepEqual(posted.map(one => one.type), ['start', 'result', 'status']); // prettier-ignore
  });

  it('asks before a long run, and runs nothing where that is declined', async () => {
    const { session, asked, posted } = made({ redundancyForecast: forecast, redundancy: () => result }, 500);
    const running = session.start();
    while (last(posted)?.kind !== 'confirm') await new Promise(resolve => setImmediate(resolve));
    session.confirm(false);
    await running;
    assert.equal(last(posted)?.kind, 'cancelled');
    assert.equal(asked.length, 1);
  });

  it('says why it failed, and what can be done', async () => {
    const fault = new Fault('shape-mismatch', 'The rows do not fit.', { source: '/w/test.npz' });
    const { session, posted } = made({
      redundancyForecast: () => {
        throw fault;
      },
    });
    await session.start();
    const status = last(posted);
    assert.ok(status?.kind === 'failed' && status.fault.message === 'The rows do not fit.');
    assert.equal(status.actions[0]?.id, 'pickData');
  });

  it('asks for the matching of the bars of one dimension', async () => {
    const { session, asked, posted } = made({
      redundancyForecast: forecast,
      redundancy: () => result,
      diagramMatching: () => ({ distance: 0.1, pairs: Int32Array.of(0, 0) }),
    });
    await session.start();
    await session.matching(7, 0, 1, 1);
    const { a } = asked.at(-1)?.input as { a: { birth: Float64Array } };
    assert.deepEqual([...a.birth], [0.3, 0.5]);
    assert.deepEqual(posted.at(-1), { type: 'matching', request: 7, distance: 0.1, pairs: Int32Array.of(0, 0) });
    await session.matching(8, 0, 99, 1);
    assert.equal(asked.at(-1)?.name, 'diagramMatching');
  });

  it('knows what is not suggested, and hands over what is to be removed', async () => {
    const { session, asked } = made({
      redundancyForecast: forecast,
      redundancy: () => result,
      removeLayers: () => ({}),
    });
    await session.start();
    assert.deepEqual(session.costly(['blocks.1', 'blocks.2', 'other']), ['blocks.2', 'other']);
    await session.remove(['blocks.1'], '/w/out.onnx', {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    assert.deepEqual((asked.at(-1)?.input as { remove: unknown; out: unknown }).remove, ['blocks.1']);
  });

  it('is computed by a command line', () => {
    assert.equal(
      redundancyCommandLine('/w/my model.onnx', data),
      "neural-topology redundancy '/w/my model.onnx' --data '/w/test.npz#X' --labels '/w/test.npz#y'",
    );
    assert.equal(redundancyCommandLine('/w/m.onnx', { kind: 'random' }), '');
  });
});

describe('messages of the page of redundant layers', () => {
  it('are those of ours, with the fields that they have', () => {
    const good = [
      { type: 'ready' },
      { type: 'confirm', proceed: true },
      { type: 'matching', request: 1, a: 0, b: 2, dimension: 1 },
      { type: 'remove', candidates: ['a', 'b'] },
      { type: 'inspect', layer: 'fc1' },
      { type: 'copy', text: 'x' },
      { type: 'openDocs' },
    ];
    for (const message of good) assert.deepEqual(parseRedundancyMessage({ ...message, more: 1 }), message);
  });

  it('are dropped where they are anything else', () => {
    const bad = [
      undefined,
      null,
      7,
      'ready',
      {},
      { type: 'delete' },
      { type: 'confirm', proceed: 'yes' },
      { type: 'matching', request: 1, a: -1, b: 0, dimension: 1 },
      { type: 'matching', request: 1, a: 0, b: 0.5, dimension: 1 },
      { type: 'matching', request: 1, a: 0, b: 1, dimension: 2 },
      { type: 'remove', candidates: [] },
      { type: 'remove', candidates: ['a', 3] },
      { type: 'remove', candidates: 'a' },
      { type: 'inspect', layer: '' },
      { type: 'copy' },
    ];
    for (const message of bad) assert.equal(parseRedundancyMessage(message), undefined);
  });
});
