import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import type { EngineLike } from '../../../src/host/base/engine';
import { english } from '../../../src/host/base/translate';
import {
  attentionCommandLine,
  AttentionSession,
  type AttentionSessionContext,
} from '../../../src/host/attention/attentionSession';
import { parseAttentionMessage } from '../../../src/host/attention/messages';
import type { AttentionResult, AttentionToView } from '../../../src/protocol/attention';
import type { DataChoice } from '../../../src/protocol/panel';

const data: DataChoice = { kind: 'file', data: '/w/s.jsonl', labels: '/w/s.jsonl#type', vocabulary: '/w/vocab.txt' };
const result = { heads: [], texts: 3 } as unknown as AttentionResult;

function made(answers: Readonly<Record<string, () => unknown>>, given: DataChoice | undefined = data) {
  const asked: { readonly name: string; readonly input: unknown }[] = [];
  const posted: AttentionToView[] = [];
  const defects: unknown[] = [];
  const engine = {
    run: (name: string, input: unknown) => {
      asked.push({ name, input });
      return Promise.resolve().then(() => answers[name]!());
    },
  } as unknown as EngineLike;
  const context: AttentionSessionContext = {
    engine: () => Promise.resolve(engine),
    settings: () => ({ confirmAboveMilliseconds: 0, memoryLimitBytes: 1e9, parameters: {} }),
    post: message => void posted.push(message),
    unexpected: error => void defects.push(error),
    uri: model => `file://${model}`,
    now: () => 0,
    t: english,
  };
  return { asked, posted, defects, session: new AttentionSession({ model: '/w/m.onnx', data: given }, context) };
}

describe('a look at the heads, without its panel', () => {
  it('runs on the texts at once, holds the result, and gives it to a view that was away', async () => {
    const { session, asked, posted } = made({ attention: () => result });
    await session.start();
    assert.deepEqual(asked, [
      {
        name: 'attention',
        input: { model: '/w/m.onnx', text: '/w/s.jsonl', vocabulary: '/w/vocab.txt', memoryLimitBytes: 1e9 },
      },
    ]);
    assert.equal(session.status.kind, 'done');
    posted.length = 0;
    session.replay();
    assert.deepEqual(posted.map(one => one.type), ['start', 'result', 'status']); // prettier-ignore
  });

  it('says what is wrong, and waits where there are no texts', async () => {
    const failing = made({
      attention: () => {
        throw new Fault('unsupported', 'The network has no attention.');
      },
    });
    await failing.session.start();
    const { status } = failing.session;
    assert.ok(status.kind === 'failed' && status.fault.code === 'unsupported');
    const random = made({}, { kind: 'random' });
    await random.session.start();
    assert.ok(random.session.status.kind === 'failed' && random.session.status.fault.code === 'usage');
    const waiting = new AttentionSession({ model: '/w/m.onnx', data: undefined }, {} as AttentionSessionContext);
    assert.equal(waiting.data, undefined);
  });

  it('fetches the attention of a text, or says why there is none', async () => {
    const map = { layer: 1, heads: 4 };
    const { session, asked, posted } = made({ attention: () => result, attentionMap: () => map });
    await session.start();
    await session.map(7, 12, 1);
    assert.deepEqual(asked.at(-1), {
      name: 'attentionMap',
      input: { model: '/w/m.onnx', text: '/w/s.jsonl', vocabulary: '/w/vocab.txt', row: 12, layer: 1 },
    });
    assert.deepEqual(posted.at(-1), { type: 'map', request: 7, map, note: '' });
    const failing = made({
      attentionMap: () => {
        throw new Error('a defect');
      },
    });
    await failing.session.map(1, 0, 0);
    assert.deepEqual(failing.posted.at(-1), { type: 'map', request: 1, map: undefined, note: 'The attention of this text could not be read.' }); // prettier-ignore
    assert.equal(failing.defects.length, 1);
  });

  it('has a command line that takes the texts, and no labels of them', () => {
    assert.equal(
      attentionCommandLine('/w/m.onnx', data),
      'neural-topology attention /w/m.onnx --text /w/s.jsonl --vocab /w/vocab.txt',
    );
    assert.equal(attentionCommandLine('/w/m.onnx', { kind: 'random' }), '');
  });

  it('takes messages of its view alone', () => {
    for (const sound of [
      { type: 'ready' },
      { type: 'openDocs' },
      { type: 'confirm', proceed: true },
      { type: 'map', request: 1, text: 0, layer: 2 },
      { type: 'copy', text: 'x' },
    ])
      assert.deepEqual(parseAttentionMessage(sound), sound);
    for (const odd of [
      undefined,
      3,
      {},
      { type: 'map', request: 1, text: -1, layer: 0 },
      { type: 'map', request: 1, text: 0.5, layer: 0 },
      { type: 'copy', text: '' },
      { type: 'confirm' },
      { type: 'remove' },
    ])
      assert.equal(parseAttentionMessage(odd), undefined);
  });
});
