import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { unzipSync } from 'fflate';
import { Cancellation } from '../../../src/base/cancellation';
import type { OnnxModel } from '../../../src/models/onnx/onnxModel';
import { captureAttention, type LayerAttention } from '../../../src/probes/attention/captureAttention';
import { findAttention } from '../../../src/probes/attention/findAttention';
import type { InputRows } from '../../../src/probes/inputRows';
import { graph, model, node, tensor, value } from '../../models/onnxBuilder';
import { openOnnx } from '../../models/openBytes';
import { openFile, root, runtime } from '../references';

const folder = path.join(root, 'test', 'fixtures', 'transformer');
const transformer = openFile('test', 'fixtures', 'transformer', 'two-layers.onnx') as OnnxModel;
const sentences = fs
  .readFileSync(path.join(folder, 'sentences.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => (JSON.parse(line) as { readonly input_ids: number[] }).input_ids);

function rowsOf(texts: readonly (readonly number[])[]): InputRows {
  const longest = Math.max(...texts.map(ids => ids.length));
  return {
    rows: texts.length,
    rowShape: [longest],
    values: Float64Array.from(texts.flatMap(ids => [...ids, ...new Array<number>(longest - ids.length).fill(0)])),
    lengths: Uint32Array.from(texts, ids => ids.length),
  };
}

async function run(
  given: OnnxModel,
  data: InputRows,
  options: { readonly memoryBytes?: number; readonly rows?: Uint32Array; readonly cancellation?: Cancellation } = {},
) {
  const layers: LayerAttention[] = [];
  const { found } = findAttention(given);
  const capture = await captureAttention(given, data, found, {
    runtime,
    ...options,
    onLayer: layer => {
      layers.push(layer);
      return Promise.resolve();
    },
  });
  return { layers, capture };
}

/** Arrays of one array of float32 each, of shape sentences × heads × tokens × tokens. */
function reference(name: string): { readonly length: number; readonly values: Float32Array } {
  const bytes = unzipSync(new Uint8Array(fs.readFileSync(path.join(folder, 'attention.npz'))))[`${name}.npy`]!;
  const start = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  return { length: 20, values: new Float32Array(bytes.slice(start).buffer) };
}

describe('attention of texts', () => {
  it('is that of PyTorch within 1e-4, though the network gives none of it out', async () => {
    const { layers, capture } = await run(transformer, rowsOf(sentences.slice(0, 4)));
    assert.deepEqual(capture.left, []);
    assert.equal(layers.length, 2);
    for (const { index, heads, values, tokens, start } of layers) {
      const { length, values: expected } = reference(`attention_${index}`);
      assert.equal(heads, 4);
      let worst = 0;
      tokens.forEach((own, text) => {
        for (let h = 0; h < heads; h++)
          for (let i = 0; i < own; i++)
            for (let j = 0; j < own; j++) {
              const found = values[heads * start[text]! + h * own ** 2 + i * own + j]!;
              const there = expected[((text * heads + h) * length + i) * length + j]!;
              worst = Math.max(worst, Math.abs(found - there));
            }
      });
      assert.ok(worst < 1e-4, `layer ${index} is off by ${worst}`);
    }
  });

  it('lies text after text without padding, and adds up to 1 over each row', async () => {
    const texts = [sentences[0]!.slice(0, 3), sentences[1]!, sentences[2]!.slice(0, 3)];
    const { layers } = await run(transformer, rowsOf(texts));
    const [{ values, heads, tokens, start }] = layers as [LayerAttention];
    assert.deepEqual([...tokens], texts.map(ids => ids.length)); // prettier-ignore
    assert.equal(values.length, heads * texts.reduce((sum, ids) => sum + ids.length ** 2, 0));
    tokens.forEach((own, text) => {
      for (let row = 0; row < heads * own; row++) {
        const at = heads * start[text]! + row * own;
        const sum = values.subarray(at, at + own).reduce((total, share) => total + share, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5);
      }
    });
  });

  it('is the same bytes whether layers are held together or one after the other, and of some texts alone', async () => {
    const data = rowsOf(sentences.slice(0, 12));
    const together = await run(transformer, data);
    const apart = await run(transformer, data, { memoryBytes: 1 });
    assert.deepEqual(apart.layers.map(one => one.values), together.layers.map(one => one.values)); // prettier-ignore
    const some = await run(transformer, data, { rows: Uint32Array.of(5) });
    const { heads, values, start, tokens } = together.layers[1]!;
    const own = values.subarray(heads * start[5]!, heads * (start[5]! + tokens[5]! ** 2));
    some.layers[1]!.values.forEach((share, i) => assert.ok(Math.abs(share - own[i]!) < 1e-6));
  });

  it('is refused of rows that are no texts, and stops when it is told to', async () => {
    const { rows: count, rowShape, values } = rowsOf(sentences.slice(0, 2));
    const rows: InputRows = { rows: count, rowShape, values };
    await assert.rejects(run(transformer, rows), { code: 'usage' });
    const cancellation = new Cancellation();
    cancellation.cancel();
    await assert.rejects(run(transformer, rowsOf(sentences), { cancellation }), { code: 'cancelled' });
  });

  it('leaves out what is no attention between the tokens of a text, and says why', async () => {
    // Three fixed queries attend to the tokens: as many rows as no text has tokens.
    const pooled = openOnnx(
      model(
        graph({
          nodes: [
            node('Gather', ['table.weight', 'ids'], ['x']),
            node('ReduceMean', ['x'], ['mean'], { attributes: { axes: [1], keepdims: 1 } }),
            node('Transpose', ['x'], ['turned'], { attributes: { perm: [0, 2, 1] } }),
            node('MatMul', ['mean', 'turned'], ['scores']),
            node('Softmax', ['scores'], ['shares'], { name: 'pool', attributes: { axis: -1 } }),
            node('MatMul', ['shares', 'x'], ['y']),
          ],
          initializers: [
            tensor(
              'table.weight',
              [60, 2],
              Array.from({ length: 120 }, (_, i) => i / 120),
            ),
          ],
          inputs: [value('ids', ['batch', 'tokens'], 7)],
          outputs: [value('y', ['batch', 1, 2])],
        }),
      ),
    );
    const { layers, capture } = await run(pooled, rowsOf(sentences.slice(0, 2)));
    assert.deepEqual(layers, []);
    assert.match(capture.left[0]!.reason, /not between the tokens of one text: its shape is 1 × 1 × \d+/);
  });
});
