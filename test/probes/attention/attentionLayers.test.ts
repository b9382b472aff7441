import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OnnxModel } from '../../../src/models/onnx/onnxModel';
import { attentionLayers } from '../../../src/probes/attention/attentionLayers';
import { capture } from '../../../src/probes/capture';
import { graph, model, node, tensor, value } from '../../models/onnxBuilder';
import { openBytes } from '../../models/openBytes';
import { openFile, runtime } from '../references';

const transformer = openFile('test', 'fixtures', 'transformer', 'two-layers.onnx') as OnnxModel;
const names = (given: Parameters<typeof attentionLayers>) => attentionLayers(...given).map(layer => layer.name);

describe('attention that is no output', () => {
  it('is a layer for whoever asks for it by its number, and for nobody else', () => {
    assert.deepEqual(names([transformer, ['attention_1', 'attention_0', 'attention_2', 'hidden_0']]), ['attention_0', 'attention_1']); // prettier-ignore
    assert.deepEqual(names([transformer, undefined]), []);
    assert.deepEqual(names([transformer, ['/net/layer.0/attention/self/Softmax']]), []);
  });

  it('is captured with the shape that an output would have', async () => {
    const data = { rows: 2, rowShape: [5], values: Float64Array.of(2, 43, 18, 5, 3, 2, 43, 17, 5, 3) };
    const { layers } = await capture(transformer, data, { runtime, layers: ['attention_1'], reduction: 'flatten' });
    const [{ name, shape, values }] = layers as [(typeof layers)[0]];
    assert.equal(name, 'attention_1');
    assert.deepEqual(shape, [4, 5, 5]);
    for (let row = 0; row < 2 * 4 * 5; row++) {
      const sum = values.subarray(row * 5, (row + 1) * 5).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5);
    }
  });

  it('does not stand in the way of an output of that name', () => {
    const named = openBytes(
      model(
        graph({
          nodes: [node('MatMul', ['x', 'w'], ['attention_0'], { name: 'other' })],
          initializers: [tensor('w', [2, 2], [1, 2, 3, 4])],
          inputs: [value('x', ['batch', 2])],
          outputs: [value('attention_0', ['batch', 2])],
        }),
      ),
    );
    assert.deepEqual(names([named, ['attention_0']]), []);
  });
});
