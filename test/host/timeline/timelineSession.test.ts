import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whichToKeep } from '../../../src/analyses/timeline/stopRules';
import type { TimelineEntry } from '../../../src/analyses/timeline/timeline';
import { Fault } from '../../../src/base/fault';
import type { TimelineInput, TimelineListeners } from '../../../src/engine';
import { english } from '../../../src/host/base/translate';
import { TimelineSession, type TimelineRequest } from '../../../src/host/timeline/timelineSession';
import type { TimelineToView } from '../../../src/protocol/timeline';
import { checkpoint } from '../../analyses/timeline/checkpoints';

const data = { kind: 'file', data: '/data/test.npz', labels: '/data/test.npz#y' } as const;

/** A session whose folder is told what to say. */
function session(request: Partial<TimelineRequest> = {}, takes = 1000) {
  const posted: TimelineToView[] = [];
  const made: { input: TimelineInput; listeners: TimelineListeners; fail: (error: unknown) => void }[] = [];
  const entries: TimelineEntry[] = [];
  const one = new TimelineSession(
    { folder: '/runs/7', data, ...request },
    {
      makeTimeline: (input, listeners) => {
        let fail: (error: unknown) => void = () => {};
        made.push({ input, listeners, fail: error => fail(error) });
        return Promise.resolve({
          forecast: () => Promise.resolve({ checkpoints: 40, milliseconds: takes }),
          watch: signal =>
            new Promise<void>((resolve, reject) => {
              fail = reject;
              signal.addEventListener('abort', () => resolve());
            }),
          nudge: () => {},
          result: () => ({
            checkpoints: entries,
            stop: whichToKeep(entries),
            warnings: [],
            provenance: { version: '0', parameters: {}, seed: 0 },
          }),
        });
      },
      parameters: () => ({ points: 500, seed: 3 }),
      confirmAboveMilliseconds: () => 60_000,
      post: message => posted.push(message),
      unexpected: error => assert.fail(String(error)),
      uri: file => `file://${file}`,
      t: english,
    },
  );
  const take = (entry: TimelineEntry) => {
    entries.push(entry);
    made.at(-1)?.listeners.onEntry?.(entry);
  };
  return { one, posted, made, take, statuses: () => posted.flatMap(message => (message.type === 'status' ? message.status.kind : [])) }; // prettier-ignore
}
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('a timeline’s session', () => {
  it('waits where there is no data, and measures once there is', async () => {
    const { one, made, statuses } = session({ data: undefined });
    await one.resume();
    assert.deepEqual(statuses(), ['waiting']);
    void one.setData(data);
    await settled();
    assert.equal(made[0]!.input.data, '/data/test.npz');
    assert.equal(made[0]!.input.labels, '/data/test.npz#y');
    assert.deepEqual(made[0]!.input.parameters, { points: 500, seed: 3 });
    one.dispose();
  });

  it('hands on each checkpoint with what is to be kept now, and holds them for a view that was away', async () => {
    const { one, posted, made, take } = session();
    void one.resume();
    await settled();
    made[0]!.listeners.onFiles!(['ckpt-0.onnx', 'ckpt-1.onnx']);
    take(checkpoint({ step: 0, accuracy: 0.5 }));
    take(checkpoint({ step: 1, accuracy: 0.9 }));
    const stop = posted.findLast(message => message.type === 'stop');
    assert.equal(stop?.type === 'stop' && stop.stop?.file, 'ckpt-1.onnx');
    posted.length = 0;
    one.replay();
    assert.deepEqual(posted.map(message => message.type), ['start', 'files', 'entries', 'stop', 'status']); // prettier-ignore
    const entries = posted.find(message => message.type === 'entries');
    assert.equal(entries?.type === 'entries' && entries.entries.length, 2);
    one.dispose();
  });

  it('pauses and goes on with the same folder, so that nothing is measured twice', async () => {
    const { one, made, statuses } = session();
    void one.resume();
    await settled();
    made[0]!.listeners.onIdle!();
    one.cancel();
    await settled();
    void one.resume();
    await settled();
    assert.equal(made.length, 1);
    assert.deepEqual(statuses(), ['running', 'watching', 'paused', 'running']);
    one.dispose();
  });

  it('forgets what was measured on other data, and what still comes of it', async () => {
    const { one, posted, made } = session();
    void one.resume();
    await settled();
    const [before] = made;
    void one.setData({ ...data, data: '/data/other.npz' });
    await settled();
    posted.length = 0;
    before!.listeners.onEntry!(checkpoint({ step: 7 }));
    assert.deepEqual(posted, []);
    one.dispose();
  });

  it('asks before a folder that takes long; a no leaves it unmeasured, and a yes is not asked for again', async () => {
    const { one, statuses } = session({}, 600_000);
    const declined = one.resume();
    await settled();
    assert.deepEqual(one.status, {
      kind: 'confirm',
      message: 'Measuring 40 checkpoints will take about 10 min, less where they were measured before.',
    });
    one.confirm(false);
    await declined;
    assert.deepEqual(statuses(), ['running', 'confirm', 'paused']);
    void one.resume();
    await settled();
    one.confirm(true);
    await settled();
    one.cancel();
    await settled();
    void one.resume();
    await settled();
    assert.deepEqual(statuses().slice(3), ['running', 'confirm', 'paused', 'running']);
    one.dispose();
  });

  it('is not left waiting for an answer when it is paused', async () => {
    const { one, statuses } = session({}, 600_000);
    const over = one.resume();
    await settled();
    one.cancel();
    await over;
    assert.equal(statuses().at(-1), 'paused');
    one.dispose();
  });

  it('says what is wrong with the data, and can be resumed', async () => {
    const { one, made, statuses } = session();
    const over = one.resume();
    await settled();
    made[0]!.fail(new Fault('not-found', 'There is no file.'));
    await over;
    assert.equal(one.status.kind, 'failed');
    void one.resume();
    await settled();
    assert.equal(statuses().at(-1), 'running');
    one.dispose();
  });

  it('opens only files that the folder has', async () => {
    const { one, made } = session();
    void one.resume();
    await settled();
    made[0]!.listeners.onFiles!(['a/ckpt-0.onnx']);
    assert.match(one.pathOf('a/ckpt-0.onnx') ?? '', /7.a.ckpt-0\.onnx$/);
    assert.equal(one.pathOf('b.onnx'), undefined);
    one.dispose();
  });

  it('gives the call that makes the same without a window', () => {
    const { one, posted } = session({ folder: "/runs/it's 7" });
    one.replay();
    const [start] = posted;
    assert.equal(start?.type === 'start' && start.commandLine, `neural-topology timeline '/runs/it'\\''s 7' --data /data/test.npz --labels '/data/test.npz#y'`); // prettier-ignore
  });

  it('reads data as it was chosen, in its call, too', async () => {
    const read = { pixels: 'bytes', inputs: { side: '/data/side.npy' }, vocabulary: '/data/vocab.txt' } as const;
    const { one, made, posted } = session({ data: { ...data, ...read } });
    void one.resume();
    await settled();
    const { pixels, inputs, vocabulary } = made[0]!.input;
    assert.deepEqual({ pixels, inputs, vocabulary }, read);
    one.replay();
    const start = posted.find(message => message.type === 'start');
    assert.match(start!.commandLine, / --pixels bytes --input side=\/data\/side\.npy --vocab \/data\/vocab\.txt/);
    one.dispose();
  });
});
