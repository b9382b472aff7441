import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultInspectParameters, type InspectHead } from '../../../src/analyses/inspect';
import { Fault } from '../../../src/base/fault';
import type { InspectForecast, InspectInput, RunOptions } from '../../../src/engine';
import type { ChainAnswer } from '../../../src/models/layerList/chain';
import type { MissingFacts } from '../../../src/protocol/describe';
import { InspectSession } from '../../../src/host/inspect/inspectSession';
import type { RunSettings } from '../../../src/host/running/runSession';
import type { EngineLike } from '../../../src/host/base/engine';
import { english } from '../../../src/host/base/translate';
import type { DataChoice, InspectPartial, InspectResult, PanelStatus, ToView } from '../../../src/protocol/panel';

const MODEL = '/w/digits/final.onnx';
const DATA: DataChoice = { kind: 'file', data: '/w/test.npz#X', labels: '/w/test.npz#y' };
const LAYERS = ['fc1', 'relu1', 'fc2'];

const head = {
  layers: LAYERS.map(name => ({ name, op: 'Gemm', shape: undefined })),
  parameters: defaultInspectParameters,
} as unknown as InspectHead;
const layer = (name: string) => ({ kind: 'layer', layer: { name, milliseconds: 0 } }) as unknown as InspectPartial;
const result = { head, layers: LAYERS.map(name => ({ name, milliseconds: 0 })) } as unknown as InspectResult;

/** An engine whose `inspect` does what a test tells it to, a step at a time. */
class ScriptedEngine {
  readonly asked: { name: string; input: unknown }[] = [];
  forecastMilliseconds = 10;
  failure: Error | undefined;
  /** What the file does not say, until it is answered. */
  missing: MissingFacts | undefined;
  private options: RunOptions<InspectPartial> | undefined;
  private end: ((result: InspectResult) => void) | undefined;

  readonly run = ((name: string, input: unknown, options: RunOptions<InspectPartial> = {}) => {
    this.asked.push({ name, input });
    const isAnswered = typeof input === 'object' && input !== null && 'answer' in input;
    const missing = isAnswered ? undefined : this.missing;
    if (name === 'forecast') {
      const forecast: InspectForecast = {
        milliseconds: this.forecastMilliseconds,
        bytes: 2 ** 31,
        layers: 3,
        points: 1000,
        memoryLimitBytes: 2 ** 33,
        pointsThatFit: 1000,
        ...(missing === undefined ? {} : { missing }),
      };
      return Promise.resolve(forecast);
    }
    if (name === 'modelHash') return Promise.resolve('abc');
    if (name === 'outline')
      return this.failure ? Promise.reject(this.failure) : Promise.resolve({ layers: [], missing });
    if (name === 'inputs') return Promise.resolve([{ kind: 'cells', row: 0, cells: [] }]);
    return new Promise<InspectResult>((resolve, reject) => {
      this.options = options;
      this.end = resolve;
      const cancelled = () => reject(new Fault('cancelled', 'The run was cancelled before it finished.'));
      options.signal?.addEventListener('abort', cancelled);
      if (this.failure !== undefined) reject(this.failure);
    });
  }) as EngineLike['run'];

  part(partial: InspectPartial): void {
    this.options?.onPartial?.(partial);
  }
  progress(fraction: number): void {
    this.options?.onProgress?.(fraction, 'reducing dimension 1');
  }
  finish(): void {
    this.end?.(result);
  }
}

interface Scene {
  readonly engine: ScriptedEngine;
  readonly session: InspectSession;
  readonly sent: ToView[];
  readonly unexpected: unknown[];
  readonly statuses: () => PanelStatus['kind'][];
}

/** What was said of weights, by their hash. */
let answers = new Map<string, ChainAnswer>();

function scene(data: DataChoice | 'none' = DATA, settings: Partial<RunSettings> = {}, finished = false): Scene {
  answers = new Map();
  const engine = new ScriptedEngine();
  const sent: ToView[] = [];
  const unexpected: unknown[] = [];
  const session = new InspectSession(
    { model: MODEL, data: data === 'none' ? undefined : data, parameters: {} },
    {
      engine: () => Promise.resolve(engine),
      settings: () => ({
        parameters: { points: 400 },
        confirmAboveMilliseconds: 60_000,
        memoryLimitBytes: undefined,
        ...settings,
      }),
      finishedBefore: () => finished,
      answers: {
        mayKnow: () => answers.size > 0,
        get: sha256 => answers.get(sha256),
        set: (sha256, _, answer) => {
          if (answer === undefined) answers.delete(sha256);
          else answers.set(sha256, answer);
          return Promise.resolve();
        },
      },
      mayRunPython: () => true,
      post: message => sent.push(message),
      changed: () => undefined,
      unexpected: error => unexpected.push(error),
      uri: model => `file://${model}`,
      now: () => performance.now(),
      t: english,
    },
  );
  const statuses = () => sent.flatMap(message => (message.type === 'status' ? [message.status.kind] : []));
  return { engine, session, sent, unexpected, statuses };
}

/** Lets everything that is ready happen. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve));

describe('An inspection in a panel', () => {
  it('asks for no data where activations were saved, and has no inputs to show', async () => {
    const { engine, session, sent } = scene({ kind: 'stored', labels: '/w/acts.npz#y' });
    void session.start();
    await settle();
    const { input } = engine.asked.find(({ name }) => name === 'inspect')!;
    assert.equal(Object.hasOwn(input as object, 'data'), false);
    assert.equal((input as InspectInput).labels, '/w/acts.npz#y');
    await session.inputs(1, [0]);
    const answer = sent.find(message => message.type === 'inputs');
    assert.match(answer?.note ?? '', /come without the inputs/);
    assert.equal(
      engine.asked.some(({ name }) => name === 'inputs'),
      false,
    );
    session.dispose();
  });

  it('starts with what is inspected, hands out layers as they are finished, and ends done', async () => {
    const { engine, session, sent } = scene();
    const ended = session.start();
    await settle();
    assert.equal(sent[0]?.type, 'start');
    assert.ok(sent[0]?.type === 'start' && sent[0].title === 'digits/final.onnx');
    engine.part({ kind: 'head', head });
    engine.progress(0.4);
    for (const name of LAYERS) engine.part(layer(name));
    engine.finish();
    await ended;
    assert.deepEqual(
      sent.map(message => (message.type === 'status' ? message.status.kind : message.type)),
      ['start', 'running', 'partial', 'running', 'partial', 'partial', 'partial', 'result', 'done'],
    );
    assert.equal(session.result, result);
    assert.equal(session.isRunning, false);
  });

  it('asks the engine for the settings’ parameters with those of the panel over them', async () => {
    const { engine, session } = scene();
    void session.rerun({ maxDimension: 2, reduction: 'flatten' });
    await settle();
    const asked = engine.asked.find(({ name }) => name === 'inspect')?.input;
    assert.deepEqual(asked, {
      model: MODEL,
      data: '/w/test.npz#X',
      labels: '/w/test.npz#y',
      parameters: { ...defaultInspectParameters, points: 400, maxDimension: 2, reduction: 'flatten' },
    });
    assert.deepEqual(session.restore, {
      version: 1,
      model: `file://${MODEL}`,
      data: DATA,
      maxDimension: 2,
      reduction: 'flatten',
    });
    void session.rerun({ reduction: 'auto' });
    assert.equal(session.parameters.reduction, undefined);
    session.dispose();
  });

  it('waits for data where none is known, with the way to pick it', async () => {
    const { engine, session } = scene('none');
    await session.start();
    const { status } = session;
    assert.ok(status.kind === 'waiting' && status.action?.id === 'pickData' && status.message.includes('final.onnx'));
    assert.deepEqual(engine.asked, []);
  });

  it('reads the model before data is chosen, and says what is wrong with one that cannot be read', async () => {
    const good = scene('none');
    assert.ok(await good.session.readModel());
    assert.deepEqual(good.statuses(), ['running', 'waiting']);
    const bad = scene('none');
    bad.engine.failure = new Fault('corrupt', 'The file ends early.');
    assert.equal(await bad.session.readModel(), undefined);
    assert.deepEqual(bad.session.status, {
      kind: 'failed',
      fault: { code: 'corrupt', message: 'The file ends early.' },
      actions: [{ id: 'chooseModel' }, { id: 'rerun' }],
    });
  });

  it('asks before a run that is forecast to be long, and does not start when told not to', async () => {
    const { engine, session, statuses } = scene();
    engine.forecastMilliseconds = 3_600_000;
    const ended = session.start();
    await settle();
    assert.ok(session.status.kind === 'confirm' && /60 min.*2 GB.*3 layers/.test(session.status.message));
    session.confirm(false);
    await ended;
    assert.deepEqual(statuses(), ['running', 'confirm', 'cancelled']);
    assert.ok(!engine.asked.some(({ name }) => name === 'inspect'));
  });

  it('does not ask about what was inspected before', async () => {
    const { engine, session, statuses } = scene(DATA, { confirmAboveMilliseconds: 0 }, true);
    const ended = session.start();
    await settle();
    engine.finish();
    await ended;
    assert.deepEqual(statuses(), ['running', 'done']);
  });

  it('goes on when the answer is yes', async () => {
    const { engine, session, statuses } = scene(DATA, { confirmAboveMilliseconds: 0 });
    const ended = session.start();
    await settle();
    session.confirm(true);
    await settle();
    engine.finish();
    await ended;
    assert.equal(statuses().at(-1), 'done');
  });

  it('keeps finished layers when it is cancelled, and says how many', async () => {
    const { engine, session, sent } = scene();
    const ended = session.start();
    await settle();
    engine.part({ kind: 'head', head });
    engine.part(layer('fc1'));
    session.cancel();
    await ended;
    assert.deepEqual(session.status, { kind: 'cancelled', finished: 1, total: 3 });
    sent.length = 0;
    session.replay();
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['start', 'partial', 'partial', 'status'],
    );
  });

  it('brings a view that was away up to date with the result alone', async () => {
    const { engine, session, sent } = scene();
    const ended = session.start();
    await settle();
    engine.part({ kind: 'head', head });
    engine.finish();
    await ended;
    sent.length = 0;
    session.replay();
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['start', 'result', 'status'],
    );
  });

  it('says which layers earlier runs had computed, as the engine says it, and since when', async () => {
    const { engine, session } = scene();
    const ended = session.start();
    await settle();
    engine.part({ kind: 'head', head });
    engine.part({ ...layer('fc1'), keptSince: 2000 } as InspectPartial);
    engine.part(layer('relu1'));
    engine.part({ ...layer('fc2'), keptSince: 1000 } as InspectPartial);
    engine.finish();
    await ended;
    assert.ok(session.status.kind === 'done');
    assert.deepEqual(session.status.kept, { layers: 2, first: 1000, last: 2000 });
    const again = session.rerun({ points: 100 });
    await settle();
    for (const name of LAYERS) engine.part(layer(name));
    engine.finish();
    await again;
    assert.ok(session.status.kind === 'done' && session.status.kept === undefined);
  });

  it('says nothing more of a run that another one replaced', async () => {
    const { engine, session, sent } = scene();
    void session.start();
    await settle();
    const ended = session.rerun({ points: 100 });
    sent.length = 0;
    await settle();
    engine.finish();
    await ended;
    assert.ok(!sent.some(message => message.type === 'status' && message.status.kind === 'cancelled'));
    assert.equal(session.status.kind, 'done');
  });

  it('shows the sentence and the hint of a fault, and writes a defect to the log', async () => {
    const faulty = scene();
    faulty.engine.failure = new Fault('shape-mismatch', 'A row has 63 numbers, the model wants 64.', {
      hint: 'Pick other data.',
    });
    await faulty.session.start();
    assert.deepEqual(faulty.session.status, {
      kind: 'failed',
      fault: { code: 'shape-mismatch', message: 'A row has 63 numbers, the model wants 64.', hint: 'Pick other data.' },
      actions: [{ id: 'pickData' }, { id: 'describe' }, { id: 'rerun' }],
    });
    assert.deepEqual(faulty.unexpected, []);
    const broken = scene();
    broken.engine.failure = new TypeError('x is undefined');
    await broken.session.start();
    assert.ok(
      broken.session.status.kind === 'failed' && broken.session.status.fault.message.includes('x is undefined'),
    );
    assert.equal(broken.unexpected.length, 1);
  });

  it('answers for inputs with a note where there are none to show', async () => {
    const { session, sent } = scene({ kind: 'random' });
    await session.inputs(7, [1, 2]);
    const answer = sent.at(-1);
    assert.ok(answer?.type === 'inputs' && answer.request === 7 && answer.inputs.length === 0 && answer.note !== '');
  });

  it('reads inputs from the data with their labels, shaped as the model wants them', async () => {
    const { engine, session, sent } = scene();
    await session.inputs(1, [4]);
    assert.deepEqual(engine.asked.at(-1), {
      name: 'inputs',
      input: { data: '/w/test.npz#X', labels: '/w/test.npz#y', model: MODEL, rows: [4] },
    });
    assert.equal(sent.at(-1)?.type, 'inputs');
  });
});

describe('Weights without a program in a panel', () => {
  const missing: MissingFacts = {
    fault: { code: 'unsupported', message: 'Not in it is the activation.', hint: 'Describe it.' },
    chain: { layers: ['fc1'], asksPlace: false, activations: ['relu', 'tanh', 'none'] },
    layerList: { file: 'final.layers.json', exists: false },
    parameters: 1770,
  };
  const tanh = { activation: 'tanh', place: 'after' } as const;

  it('say what is missing, and the ways to a result, before data is asked for', async () => {
    const { engine, session } = scene('none');
    engine.missing = missing;
    assert.equal(await session.readModel(), undefined);
    assert.equal(session.status.kind, 'failed');
    assert.deepEqual(session.status.kind === 'failed' && session.status.actions.map(({ id }) => id), [
      'chooseActivation',
      'createLayerList',
      'runWithPython',
      'copyExportCode',
      'describe',
    ]);
    assert.deepEqual(session.missing?.chain, missing.chain);
  });

  it('say the same where data is linked already, and run nothing', async () => {
    const { engine, session, statuses } = scene();
    engine.missing = { ...missing, chain: undefined, layerList: { file: 'final.layers.json', exists: true } };
    await session.start();
    assert.deepEqual(statuses().at(-1), 'failed');
    assert.ok(!engine.asked.some(({ name }) => name === 'inspect'));
    assert.deepEqual(session.status.kind === 'failed' && session.status.actions.map(({ id }) => id), [
      'openLayerList',
      'runWithPython',
      'copyExportCode',
      'describe',
      'rerun',
    ]);
  });

  it('are run once it is answered, and the answer goes with everything that is asked', async () => {
    const { engine, session, sent } = scene();
    engine.missing = missing;
    await session.start();
    await session.assume(tanh, missing);
    void session.start();
    await settle();
    const asked = engine.asked.filter(({ name }) => name === 'inspect').at(-1);
    const input = asked?.input as InspectInput;
    assert.deepEqual(input.answer, tanh);
    await session.inputs(1, [0]);
    assert.deepEqual((engine.asked.at(-1)?.input as InspectInput).answer, tanh);
    const start = sent.findLast(message => message.type === 'start');
    assert.equal(start?.type === 'start' && start.commandLine, '', 'the command line does not know the answer');
  });

  it('are not asked about again, until the answer is forgotten', async () => {
    const { engine, session } = scene('none');
    engine.missing = missing;
    await session.readModel();
    // Nothing can have been said of them: they are not read whole before something is.
    assert.ok(!engine.asked.some(({ name }) => name === 'modelHash'));
    await session.assume(tanh, missing);
    assert.deepEqual(answers.get('abc'), tanh);
    const again = scene('none');
    answers.set('abc', tanh);
    again.engine.missing = missing;
    assert.notEqual(await again.session.readModel(), undefined);
    assert.deepEqual(again.session.answered, { answer: tanh });
    answers.clear();
    again.session.forgetData();
    assert.equal(await again.session.readModel(), undefined);
  });
});
