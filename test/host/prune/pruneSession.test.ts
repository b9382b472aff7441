import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PruneResult } from '../../../src/analyses/prune';
import { Fault } from '../../../src/base/fault';
import type { PruneInput } from '../../../src/engine';
import type { EngineLike } from '../../../src/host/base/engine';
import { parsePruneMessage, parsePruneRestore } from '../../../src/host/prune/messages';
import { PruneSession } from '../../../src/host/prune/pruneSession';
import type { PruneToView } from '../../../src/protocol/prune';

const RESULT = { ratio: 0.4, curve: [], layers: [] } as unknown as PruneResult;

function session(run: (input: PruneInput) => Promise<PruneResult> = () => Promise.resolve(RESULT)) {
  const posted: PruneToView[] = [];
  const asked: PruneInput[] = [];
  const engine = {
    run: (name: string, input: PruneInput) => {
      assert.equal(name, 'prune');
      asked.push(input);
      return run(input);
    },
  } as unknown as EngineLike;
  const made = new PruneSession(
    { model: '/w/m.onnx', data: undefined, holdout: undefined, settings: { ratio: undefined, layerRatios: {} } },
    {
      engine: () => Promise.resolve(engine),
      post: message => posted.push(message),
      unexpected: error => assert.fail(String(error)),
      uri: file => `file://${file}`,
      now: () => 0,
      t: (text, ...args) => text.replaceAll(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)])),
    },
  );
  const latest = (): PruneInput => {
    const one = asked.at(-1);
    assert.ok(one);
    return one;
  };
  return { made, posted, asked, latest, last: () => posted.at(-1) };
}

const data = { kind: 'file', data: '/w/d.npz#X', labels: '/w/d.npz#y' } as const;

describe('a session that prunes', () => {
  it('waits for data, measures the curve and each layer once, and other settings without them', async () => {
    const { made, asked, latest, posted, last } = session();
    await made.run({ ratio: 0.4, layerRatios: {} });
    assert.equal(asked.length, 0);
    await made.setData(data, undefined);
    await made.run({ ratio: 0.5, layerRatios: { fc1: 0.2 } });
    assert.deepEqual(
      asked.map(({ parameters }) => parameters),
      [
        { ratio: 0.4, layerRatios: {}, curve: true, perLayer: true },
        { ratio: 0.5, layerRatios: { fc1: 0.2 }, curve: false, perLayer: false },
      ],
    );
    assert.deepEqual(last(), { type: 'status', status: { kind: 'done', milliseconds: 0 } });
    // A view that comes back is given all of it.
    posted.length = 0;
    made.replay();
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['start', 'result', 'status'],
    );
    await made.setData(data, { ...data, data: '/w/h.npz#X' });
    assert.equal(latest().holdout, '/w/h.npz#X');
    assert.equal(latest().parameters?.curve, true);
  });

  it('shows what went wrong, and that it was stopped', async () => {
    const { made, last } = session(() => Promise.reject(new Fault('unsupported', 'No units can be removed.')));
    await made.setData(data, undefined);
    assert.deepEqual(last(), {
      type: 'status',
      status: {
        kind: 'failed',
        fault: { code: 'unsupported', message: 'No units can be removed.' },
        actions: [{ id: 'rerun' }, { id: 'showLog' }],
      },
    });
    const stopped = session(() => Promise.reject(new Fault('cancelled', 'Stopped.')));
    await stopped.made.setData(data, undefined);
    assert.deepEqual(stopped.last(), { type: 'status', status: { kind: 'cancelled', finished: 0, total: 0 } });
  });

  it('writes with the settings that are shown, and says where; its call works without a panel', async () => {
    const { made, latest, last } = session(input =>
      Promise.resolve(input.out === undefined ? RESULT : { ...RESULT, written: ['/w/s.onnx'] }),
    );
    await made.setData(data, undefined);
    await made.run({ ratio: 0.3, layerRatios: { 'a b': 0.5 } });
    assert.equal(await made.write('/w/s.onnx'), '/w/s.onnx');
    const { out, force, parameters } = latest();
    assert.deepEqual({ out, force, ratio: parameters?.ratio }, { out: '/w/s.onnx', force: true, ratio: 0.3 });
    assert.deepEqual(last(), { type: 'written', file: '/w/s.onnx' });
    assert.equal(
      made.commandLine,
      "neural-topology prune /w/m.onnx --data '/w/d.npz#X' --labels '/w/d.npz#y' --ratio 0.3 --layers 'a b=0.5' --curve --per-layer",
    );
  });
});

describe('data that a pruning is given', () => {
  it('is read as it was chosen, in the call without a panel, too', async () => {
    const read = { pixels: 'bytes', inputs: { side: '/w/side.npy' }, vocabulary: '/w/vocab.txt' } as const;
    const { made, latest } = session();
    await made.setData({ ...data, ...read }, undefined);
    const { pixels, inputs, vocabulary } = latest();
    assert.deepEqual({ pixels, inputs, vocabulary }, read);
    assert.match(made.commandLine, / --pixels bytes --input side=\/w\/side\.npy --vocab \/w\/vocab\.txt/);
  });
});

describe('messages of the panel that prunes', () => {
  it('are dropped unless they are exactly ours', () => {
    assert.deepEqual(parsePruneMessage({ type: 'write', more: 1 }), { type: 'write' });
    assert.deepEqual(parsePruneMessage({ type: 'run', settings: { ratio: 0.4, layerRatios: { a: 0.2 } } }), {
      type: 'run',
      settings: { ratio: 0.4, layerRatios: { a: 0.2 } },
    });
    for (const wrong of [
      undefined,
      'run',
      { type: 'rm' },
      { type: 'run' },
      { type: 'run', settings: { ratio: 1, layerRatios: {} } },
      { type: 'run', settings: { layerRatios: { a: '1' } } },
    ])
      assert.equal(parsePruneMessage(wrong), undefined);
    assert.equal(parsePruneRestore({ version: 2, model: 'file:///m', settings: { layerRatios: {} } }), undefined);
    assert.equal(
      parsePruneRestore({ version: 1, model: 'file:///m', settings: { layerRatios: {} } })?.model,
      'file:///m',
    );
  });
});
