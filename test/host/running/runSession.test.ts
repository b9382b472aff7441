import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import type { RunOptions } from '../../../src/engine';
import type { EngineLike } from '../../../src/host/base/engine';
import { english } from '../../../src/host/base/translate';
import { remaining, RunSession, type Prepared, type RunContext } from '../../../src/host/running/runSession';
import type { DataChoice, FaultAction, PanelStatus, RunToView } from '../../../src/protocol/panel';
import type { FaultData } from '../../../src/protocol/results';

interface Part {
  readonly kind: 'number';
  readonly value: number;
}

type Message = RunToView<Part, string> | { readonly type: 'start' };

interface Asked {
  readonly options: RunOptions<Part>;
  readonly resolve: (result: string) => void;
  readonly reject: (error: unknown) => void;
}

/** A run of which a test says how it goes. */
class Scripted extends RunSession<Part, string, number, { readonly milliseconds: number }, { readonly type: 'start' }> {
  readonly asked: Asked[] = [];
  data: DataChoice | undefined = { kind: 'file', data: '/w/rows.npy' };
  prepared: Prepared<number, { readonly milliseconds: number }> = { input: 7, forecast: { milliseconds: 10 } };
  readonly model = '/w/m.onnx';
  protected readonly readingPhrase = 'reading';
  protected readonly confirmAboveMilliseconds = 100;

  constructor(context: RunContext<Message>) {
    super(context);
  }

  protected startMessage(): { readonly type: 'start' } {
    return { type: 'start' };
  }

  protected prepare(): Promise<Prepared<number, { readonly milliseconds: number }>> {
    return Promise.resolve(this.prepared);
  }

  protected compute(_engine: EngineLike, _input: number, options: RunOptions<Part>): Promise<string> {
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new Fault('cancelled', 'stopped')));
      this.asked.push({ options, resolve, reject });
    });
  }

  protected question({ milliseconds }: { readonly milliseconds: number }): string {
    return `${milliseconds} ms?`;
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    return fault.code === 'empty' ? [{ id: 'pickData' }] : [{ id: 'rerun' }];
  }

  protected defectSentence(message: string): string {
    return `defect: ${message}`;
  }
}

function scripted() {
  const posted: Message[] = [];
  const unexpected: unknown[] = [];
  let clock = 0;
  const session = new Scripted({
    engine: () => Promise.resolve({} as EngineLike),
    post: message => posted.push(message),
    unexpected: error => unexpected.push(error),
    uri: file => `file://${file}`,
    now: () => clock,
    t: english,
  });
  const statuses = () => posted.flatMap(message => (message.type === 'status' ? [message.status] : []));
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise(resolve => setImmediate(resolve));
  };
  const begun = async (count: number) => {
    await until(() => session.asked.length === count);
    const asked = session.asked.at(-1);
    assert.ok(asked);
    return asked;
  };
  return {
    session,
    posted,
    unexpected,
    statuses,
    until,
    begun,
    pass: (milliseconds: number) => (clock += milliseconds),
  };
}

const last = (statuses: readonly PanelStatus[]): PanelStatus => {
  const status = statuses.at(-1);
  assert.ok(status);
  return status;
};

describe('a run that a panel shows', () => {
  it('tells what is finished as it is, how long it still takes, and its result', async () => {
    const { session, posted, statuses, begun, pass } = scripted();
    const running = session.start();
    const { options, resolve } = await begun(1);
    assert.equal(session.isRunning, true);
    pass(10);
    options.onPartial?.({ kind: 'number', value: 1 });
    options.onProgress?.(0.5, 'half');
    assert.deepEqual(last(statuses()), { kind: 'running', fraction: 0.5, phrase: 'half', remainingMilliseconds: 8 });
    resolve('found');
    await running;
    assert.deepEqual(last(statuses()), { kind: 'done', milliseconds: 10 });
    assert.deepEqual([session.isRunning, session.result, await session.finished()], [false, 'found', 'found']);
    assert.deepEqual(
      posted.filter(({ type }) => type !== 'status').map(({ type }) => type),
      ['start', 'partial', 'result'],
    );
  });

  it('tells a view that comes back during a run what is finished, and afterwards the result alone', async () => {
    const { session, posted, begun } = scripted();
    const running = session.start();
    const { options, resolve } = await begun(1);
    options.onPartial?.({ kind: 'number', value: 1 });
    const replayed = () => {
      posted.length = 0;
      session.replay();
      return posted.map(({ type }) => type);
    };
    assert.deepEqual(replayed(), ['start', 'partial', 'status']);
    resolve('found');
    await running;
    assert.deepEqual(replayed(), ['start', 'result', 'status']);
  });

  it('of two runs counts the later one', async () => {
    const { session, posted, statuses, begun } = scripted();
    const first = session.start();
    const earlier = await begun(1);
    const second = session.start();
    const later = await begun(2);
    assert.equal(earlier.options.signal?.aborted, true);
    earlier.options.onPartial?.({ kind: 'number', value: 1 });
    earlier.options.onProgress?.(0.9, 'late');
    await first;
    assert.equal(session.isRunning, true);
    later.resolve('second');
    await second;
    assert.equal(session.result, 'second');
    assert.ok(!posted.some(({ type }) => type === 'partial'));
    assert.ok(!statuses().some(status => status.kind === 'cancelled' || (status.kind === 'running' && status.phrase === 'late'))); // prettier-ignore
  });

  it('asks before a long run and starts only when told to; a stop while it asks is a no', async () => {
    const { session, statuses, until, begun } = scripted();
    session.prepared = { input: 7, forecast: { milliseconds: 101 } };
    const asking = () => statuses().at(-1)?.kind === 'confirm';
    const declined = session.start();
    await until(asking);
    assert.deepEqual(last(statuses()), { kind: 'confirm', message: '101 ms?' });
    session.cancel();
    await declined;
    assert.deepEqual([last(statuses()).kind, session.asked.length, session.isRunning], ['cancelled', 0, false]);
    const accepted = session.start();
    await until(asking);
    session.confirm(true);
    (await begun(1)).resolve('found');
    await accepted;
    assert.equal(session.result, 'found');
  });

  it('shows the state that there is instead of a run, and waits where there is no data', async () => {
    const { session, statuses } = scripted();
    session.prepared = { instead: { kind: 'waiting', message: 'not yet' } };
    await session.start();
    assert.deepEqual([last(statuses()), session.isRunning], [{ kind: 'waiting', message: 'not yet' }, false]);
    session.data = undefined;
    await session.start();
    const status = last(statuses());
    assert.ok(status.kind === 'waiting' && status.message === 'No data is linked to m.onnx yet.');
  });

  it('says a fault with what can be done, and logs a defect of ours with its words', async () => {
    const { session, statuses, unexpected, begun } = scripted();
    const faulty = session.start();
    (await begun(1)).reject(new Fault('empty', 'No rows.'));
    await faulty;
    assert.deepEqual(last(statuses()), {
      kind: 'failed',
      fault: { code: 'empty', message: 'No rows.' },
      actions: [{ id: 'pickData' }],
    });
    assert.deepEqual(unexpected, []);
    const defect = new Error('oops');
    const broken = session.start();
    (await begun(2)).reject(defect);
    await broken;
    const status = last(statuses());
    assert.ok(
      status.kind === 'failed' && status.fault.message === 'defect: oops' && status.fault.source === '/w/m.onnx',
    );
    assert.deepEqual(unexpected, [defect]);
  });

  it('says nothing after its panel is gone', async () => {
    const { session, posted, begun } = scripted();
    const running = session.start();
    await begun(1);
    posted.length = 0;
    session.dispose();
    await running;
    assert.deepEqual(posted, []);
  });
});

describe('The time that is still to go', () => {
  it('is the forecast at first and what was seen towards the end', () => {
    assert.equal(remaining(0, 0, 8000), 8000);
    assert.equal(remaining(5000, 0.5, 10_000), 5000);
    assert.equal(remaining(9000, 0.9, 2000), 920);
  });
});
