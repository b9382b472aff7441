import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import type { RunOptions } from '../../../src/engine';
import type { ChainAnswer } from '../../../src/models/layerList/chain';
import { DescribeSession } from '../../../src/host/describe/describeSession';
import type { EngineLike } from '../../../src/host/base/engine';
import { english } from '../../../src/host/base/translate';
import type { DescribeToView, OutlineResult } from '../../../src/protocol/describe';

const weight = (name: string) => ({ name, shape: [4], type: 'float32' as const, trained: true });
const outline = {
  layers: ['fc1', 'fc2'].map(name => ({ name, op: 'Gemm', parameters: 4, inputs: [], weights: [weight(`${name}.w`)] })),
  isProgram: true,
  weightBytes: 32,
} as unknown as OutlineResult;

interface Call {
  readonly name: string;
  readonly input: unknown;
  readonly options: RunOptions<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Weights that are a chain: their outline is another one once it is said what stands between them. */
const chain = {
  ...outline,
  isProgram: false,
  missing: { chain: { layers: ['fc1'], asksPlace: false, activations: ['relu'] }, parameters: 8 },
} as unknown as OutlineResult;
const relu = { activation: 'relu', place: 'after' } as const;

/** A session with an engine whose calls a test answers itself. */
function begin(shown: OutlineResult | Error = outline, said: ReadonlyMap<string, ChainAnswer> = new Map()) {
  const scene = { shown, said };
  const calls: Call[] = [];
  const posted: DescribeToView[] = [];
  const unexpected: unknown[] = [];
  const run = ((name: string, input: unknown, options: RunOptions<unknown> = {}) => {
    if (name === 'modelHash') return Promise.resolve('abc');
    if (name === 'outline') {
      const isAnswered = typeof input === 'object' && input !== null && 'answer' in input;
      if (isAnswered) return Promise.resolve({ ...outline, assumed: { sentence: 'By you.', by: 'answer' } });
      return scene.shown instanceof Error ? Promise.reject(scene.shown) : Promise.resolve(scene.shown);
    }
    return new Promise((resolve, reject) => {
      calls.push({ name, input, options, resolve: resolve as (value: unknown) => void, reject });
      const cancelled = () => reject(new Fault('cancelled', 'The run was cancelled before it finished.'));
      options.signal?.addEventListener('abort', cancelled);
    });
  }) as EngineLike['run'];
  const session = new DescribeSession('/w/net.pt', {
    engine: () => Promise.resolve({ run }),
    post: message => posted.push(message),
    sizeBytes: () => Promise.resolve(76_885),
    answers: {
      mayKnow: () => scene.said.size > 0,
      get: sha256 => scene.said.get(sha256),
      set: () => Promise.resolve(),
    },
    now: () => 1000,
    unexpected: error => unexpected.push(error),
    t: english,
  });
  const called = (name: string) => calls.filter(call => call.name === name);
  return { scene, session, calls, posted, unexpected, called, types: () => posted.map(({ type }) => type) };
}

/** Lets promises that are settled go on. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve));

describe('a page that describes a model', () => {
  it('is told the words and the outline, and then what a look through small weights found', async () => {
    const { session, posted, called, types } = begin();
    await session.replay();
    await settle();
    assert.deepEqual(types(), ['words', 'model', 'check']);
    called('describe')[0]!.resolve({
      warnings: [{ code: 'not-finite', message: 'fc1.w holds 1 NaN value, in row 0.' }],
    });
    await settle();
    const last = posted.at(-1);
    assert.ok(last?.type === 'check' && last.check.kind === 'done' && last.check.warnings.length === 1);
    // A page that was away is told again, and nothing is read again.
    session.hidden();
    await session.replay();
    assert.deepEqual(posted.at(-1), last);
    assert.equal(called('describe').length, 1);
  });

  it('is offered the look through weights that are large, and none is made unasked', async () => {
    const { session, posted, called } = begin({ ...outline, weightBytes: 2 ** 30 });
    await session.replay();
    await settle();
    assert.deepEqual(posted.at(-1), { type: 'check', check: { kind: 'open', bytes: 2 ** 30 } });
    assert.equal(called('describe').length, 0);
    void session.check();
    await settle();
    assert.equal(called('describe').length, 1);
  });

  it('has one layout at a time: a later one stops the earlier', async () => {
    const { session, called, types, posted } = begin();
    void session.layout(1, undefined);
    await settle();
    void session.layout(2, ['a']);
    await settle();
    const [first, second] = called('layerGraph');
    assert.ok(first?.options.signal?.aborted);
    assert.deepEqual((second?.input as { open: unknown }).open, ['a']);
    second!.resolve({});
    await settle();
    assert.deepEqual(types(), ['graph']);
    assert.ok(posted[0]?.type === 'graph' && posted[0].request === 2);
  });

  it('finds its outline and its first layout read ahead, until something changes', async () => {
    const { session, called, posted } = begin();
    session.prepare();
    await settle();
    called('layerGraph')[0]!.resolve({ width: 1 });
    await session.layout(1, undefined);
    await session.layout(2, undefined);
    assert.equal(called('layerGraph').length, 1);
    assert.deepEqual(
      posted.map(message => message.type === 'graph' && message.request),
      [1, 2],
    );
    await session.changed('file');
    void session.layout(3, undefined);
    await settle();
    assert.equal(called('layerGraph').length, 2);
  });

  it('is given the tensors of the layer that it looks at, and no longer those of another', async () => {
    const { session, called, posted } = begin();
    void session.weights('fc1');
    await settle();
    void session.weights('fc2');
    await settle();
    const [first, second] = called('weightHistograms');
    assert.deepEqual(second?.input, { model: '/w/net.pt', weights: ['fc2.w'] });
    first!.options.onPartial?.({ kind: 'fault', name: 'fc1.w' });
    second.options.onPartial?.({ kind: 'fault', name: 'fc2.w' });
    assert.deepEqual(
      posted.map(message => message.type === 'weight' && message.layer),
      ['fc2'],
    );
    void session.weights(undefined);
    assert.ok(second.options.signal?.aborted);
  });

  it('reads nothing while it is hidden, and shows the layer that was asked for when it is back', async () => {
    const { session, called, types, posted } = begin();
    await session.replay();
    void session.weights('fc1');
    await settle();
    session.hidden();
    assert.ok(called('weightHistograms')[0]!.options.signal?.aborted);
    session.reveal('fc2');
    assert.ok(!types().includes('reveal'));
    await session.replay();
    assert.ok(posted.some(message => message.type === 'reveal' && message.layer === 'fc2'));
    session.reveal('fc1');
    assert.deepEqual(posted.at(-1), { type: 'reveal', layer: 'fc1' });
  });

  it('says why a model cannot be read, and logs what is no fault of the file', async () => {
    const broken = begin(new Fault('corrupt', 'The file ends early.', { source: '/w/net.pt' }));
    await broken.session.replay();
    const failed = broken.posted.at(-1);
    assert.ok(failed?.type === 'failed' && failed.fault.code === 'corrupt');
    assert.equal(broken.unexpected.length, 0);
    const ours = begin(new TypeError('x is not a function'));
    await ours.session.replay();
    const last = ours.posted.at(-1);
    assert.ok(last?.type === 'failed' && /could not be described/.test(last.fault.message));
    assert.equal(ours.unexpected.length, 1);
  });

  it('marks itself and is read again when the file changes, and says so once', async () => {
    const { session, scene, posted, types } = begin();
    await session.replay();
    scene.shown = { ...outline, weightBytes: 64 };
    await session.changed('file');
    assert.deepEqual(types().slice(3), ['stale', 'model', 'check']);
    const model = posted.findLast(message => message.type === 'model');
    assert.deepEqual(model?.type === 'model' && model.renewed, { by: 'file', at: 1000 });
    assert.equal(model?.type === 'model' && model.model.weightBytes, 64);
    session.hidden();
    await session.replay();
    const back = posted.findLast(message => message.type === 'model');
    assert.ok(back?.type === 'model' && back.renewed === undefined);
    session.gone();
    assert.deepEqual(posted.at(-1), { type: 'stale', why: 'gone' });
  });

  it('shows what was read last, whichever reading ends last', async () => {
    const { session, scene, posted } = begin();
    await session.replay();
    const first = session.changed('file');
    scene.shown = { ...outline, weightBytes: 64 };
    await Promise.all([first, session.changed('file')]);
    const models = posted.filter(message => message.type === 'model');
    assert.deepEqual(
      models.map(({ model }) => model.weightBytes),
      [32, 64],
    );
  });

  it('follows an answer about its weights that was given or forgotten, and a list of layers', async () => {
    const { session, scene, posted } = begin(chain);
    const last = () => posted.findLast(message => message.type === 'model')?.model;
    await session.replay();
    assert.ok(last()?.missing !== undefined);
    scene.said = new Map([['abc', relu]]);
    await session.changed('answer');
    assert.equal(last()?.assumed?.by, 'answer');
    scene.said = new Map();
    await session.changed('answer');
    assert.ok(last()?.missing !== undefined);
    scene.shown = { ...outline, assumed: { sentence: 'As net.layers.json says.', by: 'layerList' } };
    await session.changed('layerList');
    assert.equal(last()?.assumed?.by, 'layerList');
  });

  it('takes no notice of answers and lists where the file says all itself', async () => {
    const { session, types } = begin();
    await session.replay();
    await session.changed('answer');
    await session.changed('layerList');
    assert.deepEqual(types(), ['words', 'model', 'check']);
  });

  it('offers a Python of the person only for weights that it may know', async () => {
    const offered = async (isProgram: boolean): Promise<boolean> => {
      const { session, posted } = begin({ ...outline, isProgram });
      await session.replay();
      return posted.some(message => message.type === 'model' && message.offersPython);
    };
    assert.ok(await offered(false));
    assert.ok(!(await offered(true)));
  });
});
