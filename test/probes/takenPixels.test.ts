import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saidPixels, takenPixels } from '../../src/probes/takenPixels';
import type { Bytes } from '../models/onnxBuilder';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { openBytes } from '../models/openBytes';
import { floats, openTfjs, tfjsFiles, type Weight } from '../models/tfjs/tfjsFiles';

/** A network of images of three channels that begins with these nodes and constants, as ONNX. */
function onnx(
  nodes: readonly Bytes[],
  initializers: readonly Bytes[],
  metadata: Readonly<Record<string, string>> = {},
) {
  const content = graph({
    inputs: [value('x', ['batch', 3, 8, 8])],
    outputs: [value('y', ['batch', 3, 8, 8])],
    nodes: [...nodes, node('Relu', ['h'], ['y'], { name: 'act' })],
    initializers,
  });
  return openBytes(model(content, { metadata }));
}

const three = (values: readonly number[]) => tensor('c', [3, 1, 1], values);

/** The same for Keras: a layer of some class before the flattening. */
function keras(className: string, config: Readonly<Record<string, unknown>>, weights: readonly Weight[] = []) {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 8, 8, 3] } },
    { class_name: className, config: { name: 'first', ...config } },
    { class_name: 'Flatten', config: { name: 'flat' } },
  ];
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 's', layers },
    keras_version: 'tfjs-layers 4.22.0',
  };
  return openTfjs(tfjsFiles({ format: 'layers-model', modelTopology }, weights));
}

/** A graph of TensorFlow that begins with one operation on a constant. */
function tensorflow(op: string, values: readonly number[]) {
  const type = { T: { type: 'DT_FLOAT' } };
  const shape = { shape: { dim: [{ size: -1 }, { size: 8 }, { size: 8 }, { size: 3 }] } };
  const nodes = [
    { name: 'x', op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_FLOAT' }, shape } },
    { name: 'c', op: 'Const', input: [], attr: { dtype: { type: 'DT_FLOAT' } } },
    { name: 'scaled', op, input: ['x', 'c'], attr: type },
    { name: 'act', op: 'Relu', input: ['scaled'], attr: type },
  ];
  const files = tfjsFiles({ format: 'graph-model', modelTopology: { node: nodes } }, [
    floats('c', [values.length], i => values[i]!),
  ]);
  return openTfjs(files);
}

describe('The values that a network takes for pixels', () => {
  it('are 0 to 255 where its first step brings such values down', () => {
    const first = (op: string) => node(op, ['x', 'c'], ['h'], { name: 'scaling' });
    for (const [op, values] of [
      ['Div', [255, 255, 255]],
      ['Mul', [0.017, 0.0175, 0.0174]],
      ['Sub', [123.7, 116.3, 103.5]],
      ['Add', [-123.7, -116.3, -103.5]],
    ] as const) {
      const found = takenPixels(onnx([first(op)], [three(values)]));
      assert.deepEqual([found?.scale, found?.offset], [[1], [0]], op);
      assert.match(found?.words ?? '', /0 to 255: scaling of the network/);
    }
  });

  it('are looked for behind what moves values without changing them', () => {
    const nodes = [
      node('Transpose', ['x'], ['t'], { name: 'nhwc' }),
      node('Div', ['t', 'c'], ['h'], { name: 'scaling' }),
    ];
    assert.ok(takenPixels(onnx(nodes, [three([127.5, 127.5, 127.5])])));
  });

  it('are not told by steps that values from 0 to 1 need too, nor by later ones', () => {
    for (const [op, values] of [
      ['Sub', [0.485, 0.456, 0.406]],
      ['Div', [0.229, 0.224, 0.225]],
      ['Mul', [2, 2, 2]],
    ] as const)
      assert.equal(takenPixels(onnx([node(op, ['x', 'c'], ['h'])], [three(values)])), undefined, op);
    const later = [node('Sigmoid', ['x'], ['s']), node('Div', ['s', 'c'], ['h'])];
    assert.equal(takenPixels(onnx(later, [three([255, 255, 255])])), undefined);
  });

  it('are known of Keras’s own layers', () => {
    const mean = (values: readonly number[]) => [
      floats('first/mean', [3], i => values[i]!),
      floats('first/variance', [3], () => 1),
      floats('first/count', [], () => 9),
    ];
    assert.ok(takenPixels(keras('Rescaling', { scale: 1 / 255 })));
    assert.ok(takenPixels(keras('Rescaling', { scale: 1 / 127.5, offset: -1 })));
    assert.ok(takenPixels(keras('Normalization', { axis: -1 }, mean([120, 110, 100]))));
    assert.equal(takenPixels(keras('Rescaling', { scale: 2, offset: -1 })), undefined);
    assert.equal(takenPixels(keras('Normalization', { axis: -1 }, mean([0.4, 0.4, 0.4]))), undefined);
    assert.equal(takenPixels(keras('ReLU', {})), undefined);
  });

  it('are known of TensorFlow’s graphs', () => {
    assert.ok(takenPixels(tensorflow('Mul', [1 / 255])));
    assert.ok(takenPixels(tensorflow('RealDiv', [127.5])));
    assert.ok(takenPixels(tensorflow('Sub', [123.7, 116.3, 103.5])));
    assert.equal(takenPixels(tensorflow('Sub', [0.5])), undefined);
  });

  it('are what ONNX’s metadata of images says', () => {
    const said = (metadata: Readonly<Record<string, string>>) =>
      saidPixels(onnx([node('Sigmoid', ['x'], ['h'])], [], metadata));
    assert.equal(said({}), undefined);
    const signed = said({ 'Image.NominalPixelRange': 'Normalized_1_1', 'Image.BitmapPixelFormat': 'Bgr8' });
    assert.deepEqual([signed?.scale, signed?.offset, signed?.reversed], [[2 / 255], [-1], true]);
    assert.match(signed?.words ?? '', /−1–1, blue first, as the model's metadata says/);
    assert.deepEqual(said({ 'Image.NominalPixelRange': 'NominalRange_0_255' })?.scale, [1]);
    assert.deepEqual(said({ 'Image.NominalPixelRange': 'NominalRange_16_235' })?.offset, [16]);
  });
});
