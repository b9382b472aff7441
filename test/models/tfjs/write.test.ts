import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../../src/base/bytes';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { openModel } from '../../../src/models/formats';
import { parseJson, entry } from '../../../src/models/json';
import type { Model } from '../../../src/models/model';
import { readManifest } from '../../../src/models/tfjs/weightsManifest';
import { capture } from '../../../src/probes/capture';
import { codeOf, newTensors, siblingsOf, written, type Files } from '../written';
import { floats, graphFiles, layersFiles, tfjsFiles, type TfjsFiles } from './tfjsFiles';

const projectFolder = path.join(import.meta.dirname, '..', '..', '..');

function filesOf({ json, shards }: TfjsFiles, space?: number): Files {
  return { model: new TextEncoder().encode(JSON.stringify(json, null, space)), beside: shards };
}

function open(files: Files): Model {
  return openModel(new MemorySource('model.json', files.model), siblingsOf(files));
}

function textOf({ model }: Files): string {
  return new TextDecoder().decode(model);
}

function storedIn(files: Files) {
  const manifest = entry(parseJson(textOf(files), 'model.json'), 'weightsManifest');
  return new Map(
    readManifest(manifest, siblingsOf(files)).map(one => [
      one.name,
      { shape: one.shape, type: one.type, bytes: one.bytes(0, one.size).slice() },
    ]),
  );
}

async function activations(files: Files, rowShape: readonly number[]) {
  const rows = 3;
  const size = rowShape.reduce((a, b) => a * b, rows);
  const data = { rows, rowShape, values: Float32Array.from({ length: size }, (_, i) => Math.cos(i)) };
  const result = await capture(open(files), data, {
    runtime: { folder: projectFolder, kind: 'native' },
    reduction: 'flatten',
  });
  assert.deepEqual(result.failures, []);
  return new Map(result.layers.map(layer => [layer.name, [...layer.values]]));
}

/** Without the cut that keeps shapes apart: weights whose shapes need not fit each other. */
function looseFiles(shardCount: number): Files {
  const weights = ['a', 'b', 'c', 'd'].map((name, i) => floats(name, [i + 1, 3]));
  return filesOf(tfjsFiles({ ...graphFiles().json }, [...weights], shardCount));
}

const picked = (values: ArrayLike<number>, keep: (i: number) => boolean) =>
  Array.from(values).filter((_, i) => keep(i));

describe('a model of TensorFlow.js that is written again', () => {
  it('is the same files where nothing changes', () => {
    for (const files of [filesOf(layersFiles(), 1), filesOf(layersFiles(3)), filesOf(graphFiles(), 2)])
      assert.deepEqual(written(files, {}), files);
  });

  it('differs in the values of the changed weight alone, where that keeps its shape', () => {
    const files = filesOf(layersFiles(3), 1);
    const after = written(files, { tensors: new Map([['first/bias', { shape: [4], values: [9, 8, 7, 6] }]]) });
    assert.deepEqual(after.model, files.model);
    const [before, now] = [storedIn(files), storedIn(after)];
    assert.deepEqual([...new Float32Array(now.get('first/bias')!.bytes.buffer)], [9, 8, 7, 6]);
    for (const name of before.keys()) if (name !== 'first/bias') assert.deepEqual(now.get(name), before.get(name));
  });

  it('gives what was asked for, whatever is changed, over any number of shards', () => {
    const sizes = { a: [1, 3], b: [2, 3], c: [3, 3], d: [4, 3] };
    const changes = fc.record(
      Object.fromEntries(Object.entries(sizes).map(([name, shape]) => [name, fc.option(newTensors(shape))])),
    );
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 12 }), (chosen, shardCount) => {
        // The graph reads none of these: only the manifest is looked at.
        const loose = looseFiles(shardCount);
        const files = { ...loose, model: new TextEncoder().encode(withOneNode(textOf(loose))) };
        const before = storedIn(files);
        const tensors = new Map(Object.entries(chosen).filter((one): one is [string, NewTensor] => one[1] !== null));
        const after = written(files, { tensors });
        for (const [name, tensor] of storedIn(after)) {
          const change = tensors.get(name);
          if (change === undefined) assert.deepEqual(tensor, before.get(name));
          else {
            assert.ok('values' in change);
            assert.deepEqual(
              [tensor.shape, tensor.bytes],
              [change.shape, new Uint8Array(Float32Array.from(change.values).buffer)],
            );
          }
        }
        assert.ok(Object.keys(after.beside).length <= shardCount);
        // Shards of which nothing changed are the same files.
        if (tensors.size === 0) assert.deepEqual(after, files);
      }),
    );
  });

  it('runs with fewer units, and gives the activations of those that are left', async () => {
    const files = filesOf(layersFiles(2), 1);
    const model = open(files);
    const read = (name: string) => model.readWeight(name).values;
    const units = (i: number) => i !== 2;
    const after = written(files, {
      tensors: new Map<string, NewTensor>([
        ['first/kernel', { shape: [3, 3], values: picked(read('first/kernel'), i => units(i % 4)) }],
        ['first/bias', { shape: [3], values: picked(read('first/bias'), units) }],
        ['second/kernel', { shape: [3, 2], values: picked(read('second/kernel'), i => units(Math.floor(i / 2))) }],
      ]),
      keras: { settings: new Map([['first', new Map([['units', 3]])]]) },
    });
    const [wide, narrow] = [await activations(files, [3]), await activations(after, [3])];
    assert.deepEqual(
      narrow.get('first'),
      picked(wide.get('first')!, i => units(i % 4)),
    );
    // The other way round the sizes contradict each other.
    assert.equal(
      codeOf(() => written(files, { keras: { settings: new Map([['first', new Map([['units', 3]])]]) } })),
      'usage',
    );
  });

  it('takes a layer out, its weights with it', async () => {
    const layers = [
      { class_name: 'Dense', config: { name: 'one', units: 3, batch_input_shape: [null, 3] } },
      { class_name: 'Dense', config: { name: 'two', units: 3 } },
      { class_name: 'Dense', config: { name: 'three', units: 2 } },
    ];
    const weights = layers.flatMap(({ config: { name, units } }) => [
      floats(`${name}/kernel`, [3, units]),
      floats(`${name}/bias`, [units]),
    ]);
    const files = filesOf(
      tfjsFiles(
        { format: 'layers-model', modelTopology: { class_name: 'Sequential', config: { name: 's', layers } } },
        weights,
      ),
    );
    const middle = written(files, { keras: { removedLayers: new Set(['two']) } });
    assert.deepEqual(
      open(middle).layers.map(layer => layer.name),
      ['one', 'three'],
    );
    assert.deepEqual([...storedIn(middle).keys()], ['one/kernel', 'one/bias', 'three/kernel', 'three/bias']);
    const [before, after] = [await activations(files, [3]), await activations(middle, [3])];
    assert.deepEqual(after.get('one'), before.get('one'));
    // Where the first goes, the next says what shape the input has.
    const first = written(files, { keras: { removedLayers: new Set(['one']) } });
    assert.deepEqual(open(first).inputs[0]!.shape, [null, 3]);
    await activations(first, [3]);
  });

  it('rewires a graph, takes nodes out, and tells constants their new shape', async () => {
    const files = filesOf(graphFiles(), 1);
    const before = await activations(files, [4, 4, 2]);
    const after = written(files, { graph: { removedNodes: new Set(['relu']), rewired: new Map([['relu', 'bn']]) } });
    const now = await activations(after, [4, 4, 2]);
    assert.ok(!now.has('relu'));
    assert.deepEqual(now.get('bn'), before.get('bn'));
    const model = {
      node: [
        { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
        {
          name: 'w',
          op: 'Const',
          attr: {
            dtype: { type: 'DT_FLOAT' },
            value: { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: '2' }, { size: '3' }] } } },
          },
        },
        { name: 'y', op: 'MatMul', input: ['x', 'w'], attr: { T: { type: 'DT_FLOAT' } } },
      ],
    };
    const small = written(filesOf(tfjsFiles({ format: 'graph-model', modelTopology: model }, [floats('w', [2, 3])])), {
      tensors: new Map([['w', { shape: [2, 1], values: [1, 2] }]]),
    });
    assert.match(textOf(small), /"tensorShape":\{"dim":\[\{"size":"2"\},\{"size":"1"\}\]\}/);
  });

  it('writes changed weights of whole numbers as floats, and those of half floats as such', () => {
    const quantised = {
      ...floats('second/kernel', [4, 2]),
      quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
      data: new Uint8Array(8),
    };
    const half = {
      ...floats('second/bias', [2]),
      quantization: { dtype: 'float16', original_dtype: 'float32' },
      data: new Uint8Array(4),
    };
    const base = layersFiles();
    const { modelTopology } = base.json;
    const files = filesOf(
      tfjsFiles({ format: 'layers-model', modelTopology }, [
        floats('first/kernel', [3, 4]),
        floats('first/bias', [4]),
        quantised,
        half,
      ]),
    );
    const after = storedIn(
      written(files, {
        tensors: new Map<string, NewTensor>([
          ['second/kernel', { shape: [4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8.25] }],
          ['second/bias', { shape: [2], values: [1.5, -2] }],
        ]),
      }),
    );
    assert.deepEqual([...new Float32Array(after.get('second/kernel')!.bytes.buffer)], [1, 2, 3, 4, 5, 6, 7, 8.25]);
    assert.deepEqual(
      [after.get('second/bias')!.type, [...after.get('second/bias')!.bytes]],
      ['float16', [0, 0x3e, 0, 0xc0]],
    );
  });

  it('names its shards as they will be called', () => {
    const files = filesOf(layersFiles(2));
    const after = written(files, {}, name => `small.${name}`);
    assert.deepEqual(
      Object.keys(after.beside),
      Object.keys(files.beside).map(name => `small.${name}`),
    );
    assert.deepEqual(storedIn(after), storedIn(files));
  });

  it('refuses what is not there, and files that are cut', () => {
    const files = filesOf(layersFiles());
    const fault = (changes: ModelChanges) => codeOf(() => written(files, changes));
    assert.equal(fault({ tensors: new Map([['third/bias', { shape: [1], values: [1] }]]) }), 'not-found');
    assert.equal(fault({ keras: { removedLayers: new Set(['third']) } }), 'not-found');
    assert.equal(fault({ graph: { removedNodes: new Set(['third']) } }), 'unsupported');
    assert.equal(
      codeOf(() => written(filesOf(graphFiles()), { graph: { removedNodes: new Set(['third']) } })),
      'not-found',
    );
    const [name, shard] = Object.entries(files.beside)[0]!;
    assert.equal(
      codeOf(() => written({ ...files, beside: { [name]: shard.slice(1) } }, {})),
      'corrupt',
    );
  });
});

/** The same model.json with a graph of one input. */
function withOneNode(model: string): string {
  const json = JSON.parse(model) as Record<string, unknown>;
  return JSON.stringify({
    ...json,
    signature: undefined,
    userDefinedMetadata: undefined,
    modelTopology: { node: [{ name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } }] },
  });
}
