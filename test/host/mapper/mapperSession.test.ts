import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MapperShape, MapperSubject } from '../../../src/analyses/mapperView';
import { Fault } from '../../../src/base/fault';
import { MapperSession } from '../../../src/host/mapper/mapperSession';
import { Slices } from '../../../src/host/results/slices';
import type { EngineLike } from '../../../src/host/base/engine';
import type { MapperParameters, MapperToView } from '../../../src/protocol/mapper';
import { memento } from './memento';

const parameters: MapperParameters = { lenses: ['l2'], intervals: 20, overlap: 0.3, clustering: 'dbscan', radiusFactor: 2, minimumPoints: 5 }; // prettier-ignore
const data = { kind: 'file', data: '/w/d.npz#X' } as const;

const subject = {
  model: { name: '/w/m.onnx', format: 'onnx' },
  data: { name: '/w/d.npz#X', rows: 3 },
  layer: { name: 'fc2', op: 'Gemm', shape: [null, 2] },
  layers: ['fc1', 'fc2'],
  points: { count: 3, width: 2, values: new Float64Array(6), order: { points: new Uint32Array(3), placeOf: new Uint32Array(3) } }, // prettier-ignore
  facts: { rowOfPoint: Uint32Array.of(0, 1, 2), labels: undefined, predicted: undefined, correct: undefined, confidence: undefined, columns: [], projection: new Float64Array(6) }, // prettier-ignore
  accuracy: undefined,
  warnings: [],
  provenance: { version: '0', parameters: {}, seed: 0 },
} satisfies MapperSubject;

const shape: MapperShape = {
  points: 3,
  starts: Uint32Array.of(0, 3),
  members: Uint32Array.of(0, 1, 2),
  interval: Uint32Array.of(0),
  source: new Uint32Array(0),
  target: new Uint32Array(0),
  shared: new Uint32Array(0),
  coverage: 1,
  components: 1,
  loops: 0,
  radius: 3,
  purity: undefined,
  shuffled: undefined,
};

/** An engine whose graphs wait until they are let go, and what it was asked. */
function slowEngine() {
  const asked: { readonly name: string; readonly input: Record<string, unknown> }[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    mapperSubject: subject,
    mapperLenses: { lenses: [Float64Array.of(1, 2, 3)], radius: 1.5 },
    mapperFeatures: [{ kind: 'singleton', sentence: 'Node 0 alone.', nodes: [0] }],
    mapperUntrained: { missing: 'No weights.' },
  };
  const run = (name: string, input: Record<string, unknown>) => {
    asked.push({ name, input });
    if (name !== 'mapperGraph') return Promise.resolve(answers[name]);
    return new Promise((resolve, reject) => waiting.push(error => (error ? reject(error) : resolve(shape))));
  };
  return { engine: { run } as unknown as EngineLike, asked, waiting };
}

async function started() {
  const { engine, asked, waiting } = slowEngine();
  const posted: MapperToView[] = [];
  const kept = new Map<string, string>();
  const slices = new Slices(memento());
  const session = new MapperSession(
    { model: '/w/m.onnx', data, layer: undefined },
    {
      engine: () => Promise.resolve(engine),
      post: message => posted.push(message),
      unexpected: error => assert.fail(String(error)),
      uri: file => `file://${file}`,
      now: () => 0,
      t: message => message,
      settings: () => ({ parameters: {}, confirmAboveMilliseconds: 1e9, memoryLimitBytes: undefined }),
      slices,
      kept: { get: key => kept.get(key), set: (key, view) => void kept.set(key, view) },
    },
  );
  await session.start();
  return { session, asked, waiting, posted, slices };
}

/** Lets what is ready run. */
const turn = () => new Promise(resolve => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !holds(); i++) await new Promise(resolve => setTimeout(resolve, 2));
  assert.ok(holds());
}

const graphs = (posted: readonly MapperToView[]) => posted.flatMap(message => (message.type === 'graph' ? [message] : [])); // prettier-ignore

describe('A session of Mapper graphs', () => {
  it('tells the view of the points without the points, and remembers the layer that the engine chose', async () => {
    const { session, posted } = await started();
    const result = posted.find(message => message.type === 'result');
    assert.ok(result?.type === 'result');
    assert.deepEqual(result.result.points, { count: 3, width: 2 });
    assert.equal(session.layer, 'fc2');
  });

  it('makes the graph that is shown, and of those that a moving slider asks for meanwhile the last', async () => {
    const { session, asked, waiting, posted } = await started();
    void session.graph(1, { ...parameters, intervals: 21 });
    await until(() => waiting.length === 1);
    void session.graph(2, { ...parameters, intervals: 22 });
    void session.graph(3, { ...parameters, intervals: 23 });
    waiting[0]!();
    await until(() => waiting.length === 2);
    waiting[1]!();
    await until(() => graphs(posted).length === 2);
    assert.deepEqual(graphs(posted).map(({ request }) => request), [1, 3]); // prettier-ignore
    const made = asked.filter(({ name }) => name === 'mapperGraph').map(({ input }) => input['cover'] as { intervals: number; radius: number }); // prettier-ignore
    assert.deepEqual(made.map(({ intervals, radius }) => [intervals, radius]), [[21, 3], [23, 3]]); // prettier-ignore
    assert.equal(asked.filter(({ name }) => name === 'mapperLenses').length, 1);
    // The view has the lens already.
    assert.deepEqual(graphs(posted).map(({ lenses }) => lenses?.length), [1, undefined]); // prettier-ignore
  });

  it('tells what stands out, and what keeps the untrained network from being run, when the sliders rest', async () => {
    const { session, waiting, posted } = await started();
    void session.graph(1, parameters);
    await until(() => waiting.length === 1);
    waiting[0]!();
    await until(() => posted.some(({ type }) => type === 'untrained'));
    assert.ok(posted.some(message => message.type === 'features' && message.request === 1));
    const untrained = posted.find(message => message.type === 'untrained');
    assert.deepEqual(untrained, { type: 'untrained', request: 1, baseline: { missing: 'No weights.' } });
  });

  it('says why there is no graph, and makes the next one', async () => {
    const { session, waiting, posted } = await started();
    void session.graph(1, parameters);
    await until(() => waiting.length === 1);
    waiting[0]!(new Fault('too-large', 'The cover is too large.', { hint: 'Take fewer intervals.' }));
    await until(() => posted.some(({ type }) => type === 'refused'));
    assert.deepEqual(posted.at(-1), { type: 'refused', what: 'graph', sentence: 'The cover is too large. Take fewer intervals.' }); // prettier-ignore
    void session.graph(2, parameters);
    await until(() => waiting.length === 2);
    waiting[1]!();
    await until(() => graphs(posted).length === 1);
  });

  it('refuses a lens that the points do not have', async () => {
    const { session, posted } = await started();
    await session.graph(1, { ...parameters, lenses: ['error'] });
    assert.ok(posted.some(message => message.type === 'refused' && /no lens called error/.test(message.sentence)));
  });

  it('posts no graph of points that are gone', async () => {
    const { session, waiting, posted } = await started();
    void session.graph(1, parameters);
    await until(() => waiting.length === 1);
    const again = session.setSubject('fc1');
    waiting[0]!();
    await again;
    await turn();
    assert.equal(graphs(posted).length, 0);
  });

  it('gives a view back what one kept, and tells it of slices of its data', async () => {
    const { session, posted, slices } = await started();
    session.keep('{"a":1}');
    await slices.add('/w/other.npz#X', { name: 'other', rows: [1] });
    await session.addSlice({ name: 'mine', rows: [0, 2] });
    session.replay();
    const start = posted.findLast(message => message.type === 'start');
    assert.ok(start?.type === 'start' && start.kept === '{"a":1}');
    assert.deepEqual(posted.at(-1), { type: 'slices', slices: [{ name: 'mine', rows: [0, 2] }] });
    session.dispose();
  });
});
