import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOfEntry } from '../../../src/base/archive/entrySource';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { MemorySource } from '../../../src/base/bytes';
import { Random } from '../../../src/base/random';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { asList, entry, parseJson } from '../../../src/models/json';
import { withBuildShapes } from '../../../src/models/keras/buildShapes';
import type { Model } from '../../../src/models/model';
import { capture } from '../../../src/probes/capture';
import { runtime } from '../../probes/references';
import { alone, codeOf, difference, newTensors, written } from '../written';
import { kerasFile, openKeras } from './kerasFiles';

type Bytes = Uint8Array<ArrayBuffer>;

const changed = (bytes: Bytes, changes: ModelChanges): Bytes => written(alone(bytes), changes).model;

function weightsOf(model: Model) {
  return new Map(
    model.layers
      .flatMap(layer => layer.weights)
      .map(({ name }) => {
        const tensor = model.storedWeight(name);
        return [name, { shape: tensor.shape, bytes: tensor.bytes(0, tensor.size).slice() }] as const;
      }),
  );
}

async function activations(bytes: Bytes, rowShape: readonly number[]) {
  const rows = 2;
  const size = rowShape.reduce((a, b) => a * b, rows);
  const data = { rows, rowShape, values: Float32Array.from({ length: size }, (_, i) => Math.cos(i)) };
  const { layers, failures } = await capture(openKeras(bytes), data, { runtime, reduction: 'flatten' });
  assert.deepEqual(failures, []);
  return new Map(layers.map(layer => [layer.name, [...layer.values]]));
}

function configOf(archive: Bytes): string {
  const source = new MemorySource('', archive);
  const entry = readZipDirectory(source).find(one => one.name === 'config.json')!;
  return new TextDecoder().decode(bytesOfEntry(source, entry));
}

const picked = (values: ArrayLike<number>, keep: (i: number) => boolean) =>
  Array.from(values).filter((_, i) => keep(i));
const FILES = [
  'res.keras',
  'res.h5',
  'keras2.h5',
  'nested.keras',
  'nested.h5',
  'rnn.keras',
  'res.weights.h5',
  'keras2.weights.h5',
];

describe('a file of Keras that is written again', () => {
  it('is the same file where nothing changes', () => {
    for (const name of FILES) assert.deepEqual(changed(kerasFile(name), {}), kerasFile(name), name);
  });

  it('differs in the values of the changed weight alone (and its checksum), where that keeps its shape', () => {
    for (const name of FILES) {
      const before = kerasFile(name);
      for (const [weight, { shape, bytes }] of [...weightsOf(openKeras(before))].slice(-1)) {
        const after = changed(before, { tensors: new Map([[weight, { shape, bytes: bytes.map(byte => byte ^ 1) }]]) });
        const count = [...after].filter((byte, i) => byte !== before[i]).length;
        assert.ok(difference(before, after) !== undefined && count <= bytes.length + 8, `${name}: ${count}`);
      }
    }
  });

  it('gives what was asked for, whatever is changed, and leaves every other weight bit by bit', () => {
    // Sizes of weights alone are free where there is no network.
    const name = 'res.weights.h5';
    const before = weightsOf(openKeras(kerasFile(name)));
    const changes = fc.record(
      Object.fromEntries([...before].map(([weight, { shape }]) => [weight, fc.option(newTensors(shape))])),
    );
    fc.assert(
      fc.property(changes, chosen => {
        const tensors = new Map(Object.entries(chosen).filter((one): one is [string, NewTensor] => one[1] !== null));
        for (const [weight, stored] of weightsOf(openKeras(changed(kerasFile(name), { tensors })))) {
          const change = tensors.get(weight);
          if (change === undefined) assert.deepEqual(stored, before.get(weight));
          else {
            assert.ok('values' in change);
            assert.deepEqual(
              [stored.shape, stored.bytes],
              [change.shape, new Uint8Array(Float32Array.from(change.values).buffer)],
            );
          }
        }
      }),
    );
  });

  it('runs with fewer filters, smaller, and gives the activations of those that are left', async () => {
    for (const name of ['res.keras', 'res.h5']) {
      const before = kerasFile(name);
      const model = openKeras(before);
      const read = (weight: string) => model.readWeight(weight).values;
      const filters = (i: number) => i !== 0 && i !== 4;
      const after = changed(before, {
        tensors: new Map<string, NewTensor>([
          [
            'separable_conv2d/pointwise_kernel',
            { shape: [1, 1, 4, 4], values: picked(read('separable_conv2d/pointwise_kernel'), i => filters(i % 6)) },
          ],
          ['separable_conv2d/bias', { shape: [4], values: picked(read('separable_conv2d/bias'), filters) }],
          ['scores/kernel', { shape: [4, 5], values: picked(read('scores/kernel'), i => filters(Math.floor(i / 5))) }],
        ]),
        keras: { settings: new Map([['separable_conv2d', new Map([['filters', 4]])]]) },
      });
      assert.ok(after.length < before.length);
      const [wide, narrow] = [await activations(before, [12, 12, 3]), await activations(after, [12, 12, 3])];
      assert.deepEqual(narrow.get('sum'), wide.get('sum'));
      assert.deepEqual(
        narrow.get('separable_conv2d'),
        picked(wide.get('separable_conv2d')!, i => filters(i % 6)),
      );
      // Keras makes layers by the shapes that are noted beside them.
      if (name === 'res.keras')
        assert.match(configOf(after), /"name": "scores".*"build_config": \{"input_shape": \[null, 4\]\}/s);
    }
  });

  it('notes the shapes of all that attention reads beside it', () => {
    const bytes = kerasFile('mha.keras');
    const text = configOf(bytes).replace('"query_shape": [null, 6, 8]', '"query_shape": [null, 6, 9]');
    const model = openKeras(bytes);
    assert.ok(model.program?.kind === 'keras');
    const config = withBuildShapes(parseJson(text, 'the configuration'), model.program.model);
    const attention = asList(entry(entry(config, 'config'), 'layers'))[1];
    const noted = entry(entry(attention, 'build_config'), 'shapes_dict');
    assert.deepEqual(
      noted,
      new Map([
        ['query_shape', [null, 6, 8]],
        ['value_shape', [null, 6, 8]],
      ]),
    );
  });

  it('takes layers out, with their weights, and rewires what read them', async () => {
    for (const name of ['res.keras', 'res.h5']) {
      const before = kerasFile(name);
      const after = changed(before, { keras: { removedLayers: new Set(['batch_normalization', 'dropout']) } });
      const [old, now] = [openKeras(before), openKeras(after)];
      const left = old.layers.filter(layer => !/batch_normalization|dropout/.test(layer.name));
      assert.deepEqual(
        now.layers.map(layer => layer.name),
        left.map(layer => layer.name),
      );
      assert.deepEqual(now.layers.find(layer => layer.name === 're_lu')!.inputs, ['conv2d']);
      assert.deepEqual(now.layers.find(layer => layer.name === 'scores')!.inputs, ['global_average_pooling2d']);
      const kept = [...weightsOf(old)].filter(([weight]) => !weight.startsWith('batch_normalization'));
      assert.deepEqual([...weightsOf(now)], kept);
      assert.ok(after.length < before.length);
      const [wide, narrow] = [await activations(before, [12, 12, 3]), await activations(after, [12, 12, 3])];
      assert.deepEqual(narrow.get('conv2d'), wide.get('conv2d'));
    }
  });

  it('gives layers behind one taken out the places that Keras 3 looks for them in', () => {
    const before = kerasFile('noinput.keras');
    const kernel: NewTensor = { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] };
    const after = openKeras(
      changed(before, {
        tensors: new Map([['dense_11/kernel', kernel]]),
        keras: { removedLayers: new Set(['dense_10']) },
      }),
    );
    assert.deepEqual(
      after.layers.map(layer => layer.name),
      ['dense_11'],
    );
    assert.deepEqual([...after.readWeight('dense_11/kernel').values], [1, 2, 3, 4, 5, 6]);
    assert.equal(after.storedWeight('dense_11/kernel').path, '/layers/dense/vars/0');
    const old = openKeras(before).readWeight('dense_11/bias').values;
    assert.deepEqual([...after.readWeight('dense_11/bias').values], [...old]);
  });

  it('refuses what does not fit, what is not there, and damaged files', () => {
    const file = () => kerasFile('noinput.keras');
    const fault = (changes: ModelChanges, bytes = file()) => codeOf(() => changed(bytes, changes));
    assert.equal(fault({ tensors: new Map([['dense_12/bias', { shape: [1], values: [1] }]]) }), 'not-found');
    assert.equal(fault({ keras: { settings: new Map([['dense_12', new Map([['units', 1]])]]) } }), 'not-found');
    assert.equal(fault({ keras: { settings: new Map([['dense_10', new Map([['units', 1]])]]) } }), 'usage');
    assert.equal(fault({ keras: { removedLayers: new Set(['sum']) } }, kerasFile('res.keras')), 'unsupported');
    assert.equal(fault({ onnx: {} }), 'unsupported');
    const random = new Random(1, 'bytes of weights');
    for (let i = 0; i < 50; i++) {
      const bytes = file();
      bytes[200 + random.integer(bytes.length - 400)]! ^= 1 + random.integer(255);
      // What an archive holds has a checksum.
      assert.notEqual(fault({}, bytes), undefined);
    }
  });
});
