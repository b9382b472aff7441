import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeSiblings } from '../openBytes';
import { faultOfTfjs, floats, graphFiles, layersFiles, openTfjs, tfjsFiles } from './tfjsFiles';

describe('a TensorFlow.js model', () => {
  it('of layers is described as Keras describes it', () => {
    const model = openTfjs(layersFiles());
    assert.equal(model.format, 'tfjs-layers');
    assert.equal(model.producer, 'TensorFlow.js tfjs-layers v4.22.0');
    assert.deepEqual(model.inputs, [{ name: 'first_input', shape: [null, 3], type: 'float32' }]);
    assert.deepEqual(
      model.layers.map(({ name, op, parameters, outputShape }) => [name, op, parameters, outputShape]),
      [
        ['first', 'Dense', 16, [null, 4]],
        ['second', 'Dense', 10, [null, 2]],
      ],
    );
  });

  it('reads weights across its shards', () => {
    const whole = openTfjs(layersFiles()).readWeight('second/kernel').values;
    for (const count of [2, 3, 7])
      assert.deepEqual(openTfjs(layersFiles(count)).readWeight('second/kernel').values, whole);
  });

  it('that is a graph has its nodes as layers, with shapes and what each reads', () => {
    const model = openTfjs(graphFiles());
    assert.equal(model.format, 'tfjs-graph');
    assert.equal(model.producer, 'tensorflow 2.15.0');
    assert.deepEqual(model.inputs, [{ name: 'image', shape: [null, 4, 4, 2], type: 'float32' }]);
    assert.deepEqual(model.outputs, [{ name: 'out', shape: [null, 3], type: 'float32' }]);
    assert.deepEqual(
      model.layers.map(({ name, op, outputShape, parameters, inputs }) => [name, op, outputShape, parameters, inputs]),
      [
        ['conv', 'Conv2D', [null, 2, 2, 5], 90, []],
        ['bn', 'FusedBatchNormV3', [null, 2, 2, 5], 10, ['conv']],
        ['relu', 'Relu', [null, 2, 2, 5], 0, ['bn']],
        ['mean', 'Mean', [null, 5], 0, ['relu']],
        ['dense', 'MatMul', [null, 3], 15, ['mean']],
        ['scores', 'Softmax', [null, 3], 0, ['dense']],
      ],
    );
    assert.equal(model.layers[0]?.channelAxis, 3);
    assert.equal(model.parameters, 115);
    assert.deepEqual(model.unsupported, []);
  });

  it('with an operator that is not computed names it, and what comes before', () => {
    const files = graphFiles();
    const text = JSON.stringify(files.json).replace('"op":"Mean"', '"op":"FancyMean"');
    const { unsupported, layers } = openTfjs({ ...files, json: JSON.parse(text) as Record<string, unknown> });
    assert.deepEqual(unsupported, [{ operator: 'FancyMean', node: 'mean', layersBefore: ['conv', 'bn', 'relu'] }]);
    assert.equal(layers.length, 6);
  });

  it('whose weights are quantised gives their values', () => {
    const files = layersFiles();
    const quantised = [
      {
        name: 'first/kernel',
        shape: [3, 4],
        quantization: { dtype: 'uint8', scale: 0.5, min: -1, original_dtype: 'float32' },
        data: Uint8Array.from({ length: 12 }, (_, i) => i),
      },
      {
        name: 'first/bias',
        shape: [4],
        quantization: { dtype: 'float16', original_dtype: 'float32' },
        data: new Uint8Array(Uint16Array.of(0, 0x3c00, 0xc000, 0x3800).buffer),
      },
      {
        name: 'second/kernel',
        shape: [4, 2],
        quantization: { dtype: 'uint16', scale: 0.25, min: 2, original_dtype: 'float32' },
        data: new Uint8Array(Uint16Array.from({ length: 8 }, (_, i) => 1000 * i).buffer),
      },
      floats('second/bias', [2]),
    ];
    const model = openTfjs(tfjsFiles(files.json, quantised));
    assert.deepEqual(
      [...model.readWeight('first/kernel').values],
      Array.from({ length: 12 }, (_, i) => i / 2 - 1),
    );
    assert.deepEqual([...model.readWeight('first/bias').values], [0, 1, -2, 0.5]);
    assert.deepEqual(
      [...model.readWeight('second/kernel').values],
      Array.from({ length: 8 }, (_, i) => 250 * i + 2),
    );
  });
});

describe('a TensorFlow.js model is refused', () => {
  const refused = (change: (text: string) => string, code: string, sentence: RegExp, files = layersFiles()) => {
    const json = JSON.parse(change(JSON.stringify(files.json))) as Record<string, unknown>;
    const fault = faultOfTfjs({ ...files, json });
    assert.equal(fault?.code, code, fault?.message);
    assert.match(fault.message, sentence);
  };
  const path = (put: string) => (text: string) => text.replace('"group1-shard1of1.bin"', JSON.stringify(put));

  it('for weights on the network, which are not fetched', () => {
    refused(path('https://example.com/a.bin'), 'unsafe', /"https:.*lies elsewhere/);
    refused(path('file:///etc/passwd'), 'unsafe', /lies elsewhere/);
  });

  it('for files that are not there', () => {
    refused(path('other.bin'), 'not-found', /other\.bin/);
  });

  it('opens only what it names, by its name', () => {
    const files = layersFiles(2);
    const siblings = new FakeSiblings(files.shards);
    openTfjs(files, siblings);
    assert.deepEqual(siblings.opened, ['group1-shard1of2.bin', 'group1-shard2of2.bin']);
  });

  it('for shards that are shorter, or longer, than the shapes', () => {
    const files = layersFiles();
    const [name] = Object.keys(files.shards);
    const bytes = files.shards[name!]!;
    const cut = { ...files, shards: { [name!]: bytes.slice(0, -4) } };
    refused(text => text, 'corrupt', /are cut.*has 100 bytes, and the shapes need 104/, cut);
    const long = new Uint8Array(bytes.length + 4);
    refused(text => text, 'corrupt', /more than is declared/, { ...files, shards: { [name!]: long } });
    refused(text => text.replace('[3,4]', '[30000000,4]'), 'corrupt', /are cut/);
    refused(text => text.replace('[3,4]', '[9007199254740993,4]'), 'corrupt', /impossible shape/);
    refused(text => text.replace('[3,4]', '[-3,4]'), 'corrupt', /impossible shape/);
  });

  it('for code in its layers', () => {
    refused(text => text.replace('"class_name":"Dense"', '"class_name":"Dense","module":"os"'), 'unsafe', /os\.Dense/);
  });

  it('for a graph that is broken', () => {
    const graph = graphFiles();
    refused(
      text => text.replace('"input":["bn"]', '"input":["nowhere"]'),
      'corrupt',
      /"nowhere", which is not there/,
      graph,
    );
    refused(text => text.replace('"input":["bn"]', '"input":["relu"]'), 'corrupt', /depends on itself/, graph);
    refused(text => text.replaceAll('Identity:0', 'Nothing:0'), 'corrupt', /"Nothing", which is not there/, graph);
    refused(text => text.replace('"name":"mean","op"', '"name":"relu","op"'), 'corrupt', /same name/, graph);
  });

  it('for text that is no JSON, or holds no network', () => {
    const fault = faultOfTfjs({ json: { modelTopology: 3 }, shards: {} });
    assert.equal(fault?.code, 'corrupt');
  });
});
