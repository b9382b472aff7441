import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PruneResult } from '../../../src/analyses/prune';
import type { RedundancyResult } from '../../../src/analyses/redundancy';
import type { FileStamp } from '../../../src/host/base/fileStamp';
import { Measurements } from '../../../src/host/results/measurements';

/** A workspace with files of so many bytes, whose content is a word, and what the editor keeps of it. */
function workspace(kept = new Map<string, unknown>()) {
  const files = new Map<string, { content: string; stamp: FileStamp }>();
  const hashed: string[] = [];
  const told: string[] = [];
  let clock = 0;
  const definitions = new Map<string, Readonly<Record<string, string>>>();
  const made = new Measurements({
    memento: {
      keys: () => [...kept.keys()],
      get: <T>(key: string) => kept.get(key) as T,
      // As text, as the editor writes it.
      update: (key, value) => Promise.resolve(void kept.set(key, JSON.parse(JSON.stringify(value)))),
    },
    stampOf: file => Promise.resolve(files.get(file)?.stamp),
    hashOf: file => {
      hashed.push(file);
      return Promise.resolve(files.get(file)!.content);
    },
    definitionsOf: model => definitions.get(model) ?? {},
    now: () => ++clock,
  });
  made.onDidChange(model => told.push(model));
  const write = (file: string, content: string) =>
    files.set(file, { content, stamp: { modified: ++clock, bytes: content.length } });
  return { made, write, hashed, told, kept, definitions };
}

const provenance = (model: string, data: string, parameters = {}) => ({
  version: '1',
  model: { name: 'm.onnx', sha256: model },
  data: { name: `/w/${data}.npz#X`, sha256: data, treatment: '' },
  parameters: { method: 'topology', refit: true, tolerance: 0.005, ...parameters },
  seed: 0,
});
const change = { value: -0.001, low: -0.004, high: 0.002 };
const pruned = (model: string, removable: number, data = 'train', bars = [0.1234567, 2]) =>
  ({
    measure: 'accuracy',
    rows: { heldOut: 90 },
    groups: [{ bars, channelsPerUnit: 1 }],
    layers: [{ layer: 'fc1', group: 0, units: 3, removable, change }],
    provenance: provenance(model, data, { ratio: removable / 10 }),
  }) as unknown as PruneResult;
const searched = (model: string) =>
  ({
    candidates: [
      { name: 'block', layers: ['fc2', 'relu2'], removable: true, reason: 'Nothing changes.' },
      { name: 'fc2', layers: ['fc2'], removable: true, reason: 'Little changes.' },
      { name: 'fc1', layers: ['fc1'], removable: false, reason: 'It costs 20 points.' },
    ],
    provenance: provenance(model, 'train', { points: 1000 }),
  }) as unknown as RedundancyResult;

describe('what was measured of the models of a workspace', () => {
  it('is one, whichever of both was measured first, and is told', async () => {
    const { made, write, told } = workspace();
    write('/w/m.onnx', 'weights');
    assert.equal(made.of('/w/m.onnx'), undefined);
    await made.addRemoval('/w/m.onnx', searched('weights'));
    assert.equal(made.of('/w/m.onnx')?.pruning, undefined);
    const result = pruned('weights', 1);
    await made.addPruning('/w/m.onnx', result);
    // A view that was away gets the same again.
    await made.addPruning('/w/m.onnx', { ...result });
    const { pruning, removal, isOlder } = made.of('/w/m.onnx')!;
    assert.deepEqual(pruning!.layers, {
      fc1: { units: 3, removable: 1, channelsPerUnit: 1, change, bars: [0.1235, 2] },
    });
    assert.deepEqual(removal!.redundant, {
      fc2: { name: 'block', reason: 'Nothing changes.' },
      relu2: { name: 'block', reason: 'Nothing changes.' },
    });
    assert.equal(pruning!.data, '/w/train.npz#X');
    assert.equal(isOlder, false);
    assert.deepEqual(told, ['/w/m.onnx', '/w/m.onnx']);
  });

  it('is not taken from a result that says nothing of single layers, or of another content than the file has now', async () => {
    const { made, write, told } = workspace();
    write('/w/m.onnx', 'weights');
    await made.addPruning('/w/m.onnx', { ...pruned('weights', 1), layers: undefined } as unknown as PruneResult);
    await made.addPruning('/w/m.onnx', pruned('weights before', 1));
    await made.addPruning('/w/gone.onnx', pruned('weights', 1));
    assert.equal(made.of('/w/m.onnx'), undefined);
    assert.deepEqual(told, []);
  });

  it('keeps one for each question, and shows the last that was asked', async () => {
    const { made, write, kept } = workspace();
    write('/w/m.onnx', 'weights');
    for (const [removable, data] of [
      [1, 'train'],
      [2, 'other'],
      [3, 'train'],
    ] as const)
      await made.addPruning('/w/m.onnx', pruned('weights', removable, data));
    assert.equal(made.of('/w/m.onnx')!.pruning!.layers.fc1!.removable, 3);
    const { measured } = kept.get('measurements') as { measured: unknown[] };
    assert.equal(measured.length, 2);
  });

  it('belongs to the content: a file written anew has none and says so, and has it again when it is as it was', async () => {
    const { made, write, told } = workspace();
    write('/w/m.onnx', 'weights');
    await made.addPruning('/w/m.onnx', pruned('weights', 1));
    write('/w/m.onnx', 'trained');
    await made.look('/w/m.onnx');
    assert.deepEqual(made.of('/w/m.onnx'), { definitions: {}, isOlder: true });
    write('/w/m.onnx', 'weights');
    await made.look('/w/m.onnx');
    assert.equal(made.of('/w/m.onnx')!.pruning!.layers.fc1!.removable, 1);
    assert.equal(told.length, 3);
    // A copy has it, too.
    write('/w/copy.onnx', 'weights');
    await made.look('/w/copy.onnx');
    assert.equal(made.of('/w/copy.onnx')!.isOlder, false);
  });

  it('reads a file again only where it is another state of one that was measured, or has the size of one', async () => {
    const { made, write, hashed } = workspace();
    write('/w/m.onnx', 'weights');
    write('/w/long.onnx', 'long weights');
    await made.look('/w/m.onnx');
    await made.look('/w/long.onnx');
    assert.deepEqual(hashed, []);
    await made.addPruning('/w/m.onnx', pruned('weights', 1));
    hashed.length = 0;
    await made.look('/w/m.onnx');
    await made.look('/w/long.onnx');
    assert.deepEqual(hashed, []);
    write('/w/m.onnx', 'weights');
    await made.look('/w/m.onnx');
    await made.look('/w/m.onnx');
    assert.deepEqual(hashed, ['/w/m.onnx']);
    assert.equal(made.of('/w/m.onnx')!.isOlder, false);
  });

  it('remembers what sources said of the layers then, and of a network that was not seen then what it says first', async () => {
    const { made, write, definitions } = workspace();
    write('/w/m.onnx', 'weights');
    await made.define('/w/m.onnx', 'm.py#Net', 'fc1:Linear(outputs=3)');
    definitions.set('/w/m.onnx', { 'm.py#Net': 'fc1:Linear(outputs=4)' });
    await made.addPruning('/w/m.onnx', pruned('weights', 1));
    await made.define('/w/m.onnx', 'm.py#Net', 'fc1:Linear(outputs=5)');
    await made.define('/w/m.onnx', 'm.ts#net', 'dense');
    assert.deepEqual(made.of('/w/m.onnx')!.definitions, { 'm.py#Net': 'fc1:Linear(outputs=4)', 'm.ts#net': 'dense' });
  });

  it('is there in the next session, without what has another form, and is gone once it is forgotten', async () => {
    const first = workspace();
    first.write('/w/m.onnx', 'weights');
    await first.made.addPruning('/w/m.onnx', pruned('weights', 1));
    const next = workspace(first.kept);
    assert.equal(next.made.of('/w/m.onnx')!.pruning!.layers.fc1!.removable, 1);
    await next.made.forget('/w/m.onnx');
    assert.equal(next.made.of('/w/m.onnx'), undefined);
    assert.equal(workspace(first.kept).made.of('/w/m.onnx'), undefined);
    for (const strange of [7, null, { measured: [null, { kind: 'pruning' }], files: { '/w/m.onnx': {} } }])
      assert.equal(workspace(new Map([['measurements', strange]])).made.of('/w/m.onnx'), undefined);
  });

  it('keeps the bars that a picture shows', async () => {
    const { made, write } = workspace();
    write('/w/m.onnx', 'weights');
    const bars = Array.from({ length: 5000 }, (_, index) => index);
    await made.addPruning('/w/m.onnx', pruned('weights', 1, 'train', bars));
    const shown = made.of('/w/m.onnx')!.pruning!.layers.fc1!.bars;
    assert.ok(shown.length <= 120 && shown.at(-1)! > 4900);
  });
});
