import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capture, type InputRows } from '../../src/probes/capture';
import { graph, int64Tensor, model, node, tensor, value, type Bytes } from '../models/onnxBuilder';
import { openBytes } from '../models/openBytes';
import { floats, openTfjs, tfjsFiles } from '../models/tfjs/tfjsFiles';
import { largestDifference, runtime } from './references';

const TEXTS = [[1], [2, 1], [1, 2, 2, 1], [2, 2, 1]];
const LONGEST = 4;
/** Row k of the table is k, −k: the padding, 0, is 9. */
const TABLE = [9, -9, 1, -1, 2, -2];

const data: InputRows = {
  name: 'texts.jsonl',
  rows: TEXTS.length,
  rowShape: [LONGEST],
  values: Float64Array.from(TEXTS.flatMap(ids => [...ids, ...new Array<number>(LONGEST - ids.length).fill(0)])),
  lengths: Uint32Array.from(TEXTS, ids => ids.length),
};

/** Tokens → embedding → where the mask is, a mean over the tokens that count, else one over all of them. */
function network(isMasked: boolean, length: number | string = 'tokens'): Bytes {
  const mean = isMasked
    ? [
        node('Cast', ['attention_mask'], ['m'], { attributes: { to: 1 } }),
        node('Unsqueeze', ['m', 'last'], ['mu']),
        node('Mul', ['e', 'mu'], ['em'], { name: 'counted' }),
        node('ReduceSum', ['em', 'one'], ['sum'], { name: 'sum', attributes: { keepdims: 0 } }),
        node('ReduceSum', ['m', 'one'], ['count'], { attributes: { keepdims: 1 } }),
        node('Div', ['sum', 'count'], ['y'], { name: 'mean' }),
      ]
    : [node('ReduceMean', ['e'], ['y'], { name: 'mean', attributes: { axes: [1], keepdims: 0 } })];
  return model(
    graph({
      nodes: [node('Gather', ['table.weight', 'ids'], ['e'], { name: 'table' }), ...mean],
      initializers: [
        tensor('table.weight', [3, 2], TABLE),
        int64Tensor('last', [1], [-1]),
        int64Tensor('one', [1], [1]),
      ],
      inputs: [
        value('ids', ['batch', length], 7),
        ...(isMasked ? [value('attention_mask', ['batch', length], 7)] : []),
      ],
      outputs: [value('y', ['batch', 2])],
    }),
  );
}

const run = async (content: Bytes, batchRows: number, reduction: 'flatten' | 'mean' = 'flatten') => {
  const found = await capture(openBytes(content), data, { runtime, batchRows, reduction });
  assert.deepEqual(found.failures, []);
  const layers = Object.fromEntries(
    found.layers.map(({ name, shape, values }) => [name, { shape, values: [...values] }]),
  );
  return { layers, treatment: found.treatment, warnings: found.warnings.map(one => one.code) };
};

const mean = (ids: readonly number[], length: number) => {
  const sum = [...ids, ...new Array<number>(length - ids.length).fill(0)].reduce((all, id) => all + TABLE[id * 2]!, 0);
  return [sum / length, -sum / length].map(one => Math.fround(one));
};

describe('texts of different lengths', () => {
  it('are padded to the longest of their batch, not of all', async () => {
    for (const batch of [1, 2, 3, 4]) {
      const { layers, warnings, treatment } = await run(network(false), batch);
      const lengths = TEXTS.map((_, row) => {
        const from = Math.floor(row / batch) * batch;
        return Math.max(...TEXTS.slice(from, from + batch).map(ids => ids.length));
      });
      assert.deepEqual(
        layers['mean']!.values,
        TEXTS.flatMap((ids, row) => mean(ids, lengths[row]!)),
        `${batch}`,
      );
      assert.match(treatment, /each batch as long as its longest text/);
      assert.deepEqual(warnings, ['padding']);
    }
  });

  it('give the same whatever texts they are run with, where the network takes a mask', async () => {
    const own = await run(network(true), 1);
    assert.deepEqual(own.warnings, []);
    assert.deepEqual(
      own.layers['mean']!.values,
      TEXTS.flatMap(ids => mean(ids, ids.length)),
    );
    // Each text's tokens, and zeros where it has ended.
    assert.deepEqual(own.layers['table']!.shape, [LONGEST, 2]);
    assert.deepEqual(
      own.layers['table']!.values,
      TEXTS.flatMap(ids => [
        ...ids.flatMap(id => [TABLE[id * 2]!, TABLE[id * 2 + 1]!]),
        ...new Array<number>(2 * (LONGEST - ids.length)).fill(0),
      ]),
    );
    for (const batch of [2, 3, 4]) assert.deepEqual((await run(network(true), batch)).layers, own.layers);
  });

  it('have means over their own tokens alone', async () => {
    for (const batch of [1, 2, 4])
      assert.deepEqual(
        (await run(network(false), batch, 'mean')).layers['table']!.values,
        TEXTS.flatMap(ids => mean(ids, ids.length)),
      );
  });

  it('are as long as the network takes them, where it takes one length', async () => {
    const { layers, treatment } = await run(network(false, LONGEST), 1);
    assert.deepEqual(
      layers['mean']!.values,
      TEXTS.flatMap(ids => mean(ids, LONGEST)),
    );
    assert.doesNotMatch(treatment, /longest text/);
  });

  it('are not warned of where Keras masks the padding by itself', async () => {
    const model = (maskZero: boolean) =>
      openTfjs(
        tfjsFiles(
          {
            format: 'layers-model',
            modelTopology: {
              class_name: 'Sequential',
              config: {
                name: 's',
                layers: [
                  {
                    class_name: 'Embedding',
                    config: {
                      name: 'table',
                      input_dim: 3,
                      output_dim: 2,
                      mask_zero: maskZero,
                      batch_input_shape: [null, null],
                      dtype: 'int32',
                    },
                  },
                  { class_name: 'GlobalAveragePooling1D', config: { name: 'mean' } },
                ],
              },
              keras_version: '2.15.0',
            },
          },
          [floats('table/embeddings', [3, 2], i => TABLE[i]!)],
        ),
      );
    for (const [maskZero, codes] of [
      [true, []],
      [false, ['padding']],
    ] as const) {
      const found = await capture(model(maskZero), data, { runtime, batchRows: 2, reduction: 'flatten' });
      assert.deepEqual(found.failures, []);
      assert.deepEqual(
        found.warnings.map(one => one.code),
        codes,
      );
      const pooled = found.layers.find(one => one.name === 'mean')!;
      const expected = TEXTS.flatMap((ids, row) => mean(ids, maskZero ? ids.length : row < 2 ? 2 : 4));
      assert.ok(largestDifference(pooled.values, expected) < 1e-6);
    }
  });
});
