import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { capture } from '../../../src/probes/capture';
import { loadLibrary } from '../../../src/probes/tfjs/loadLibrary';
import { openModel } from '../../../src/models/formats';
import { MemorySource } from '../../../src/base/bytes';
import { largestDifference, runtime } from '../../probes/references';
import { siblingsOf, written, type Files } from '../written';
import { layersFiles } from './tfjsFiles';

const tensor = (...shape: number[]): NewTensor => ({
  shape,
  values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.cos(i)),
});

/** What `tf.loadLayersModel` makes of the files, and gives for rows of three values. */
async function theirs({ model, beside }: Files, rows: Float32Array): Promise<ArrayLike<number>> {
  const { tf } = await loadLibrary(runtime);
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const json = JSON.parse(new TextDecoder().decode(model)) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: never[] }[];
  };
  const shards = json.weightsManifest.flatMap(group => group.paths.map(name => beside[name]!));
  const loaded = await loadLayersModel({
    load: () =>
      Promise.resolve({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest.flatMap(group => group.weights),
        weightData: new Uint8Array(Buffer.concat(shards)).buffer,
      }),
  });
  const found = loaded.predict(tf.tensor(rows, [rows.length / 3, 3]));
  assert.ok(!Array.isArray(found));
  return found.dataSync();
}

describe('TensorFlow.js layers that are written, by tf.loadLayersModel', () => {
  const rows = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const original = (): Files => {
    const { json, shards } = layersFiles(2);
    return { model: new TextEncoder().encode(JSON.stringify(json)), beside: shards };
  };
  const narrower: ModelChanges = {
    tensors: new Map([
      ['first/kernel', tensor(3, 2)],
      ['first/bias', tensor(2)],
      ['second/kernel', tensor(2, 2)],
    ]),
    keras: { settings: new Map([['first', new Map([['units', 2]])]]) },
  };
  const cases: Readonly<Record<string, () => Files>> = {
    'with nothing changed': () => written(original(), {}),
    'with other values': () => written(original(), { tensors: new Map([['second/bias', tensor(2)]]) }),
    'with fewer units': () => written(original(), narrower),
  };
  for (const [what, made] of Object.entries(cases))
    it(`load and give what we compute, ${what}`, async () => {
      const files = made();
      const model = openModel(new MemorySource('model.json', files.model), siblingsOf(files));
      const data = { rows: 4, rowShape: [3], values: rows };
      const { layers, failures } = await capture(model, data, { runtime, reduction: 'flatten' });
      assert.deepEqual(failures, []);
      assert.ok(largestDifference(layers.at(-1)!.values, await theirs(files, rows)) < 1e-5);
    });
});
