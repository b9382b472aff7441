import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseLayers } from '../../src/analyses/chooseLayers';
import { capture } from '../../src/probes/capture';
import { outputLayers } from '../../src/probes/outputLayers';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { openBytes } from '../models/openBytes';
import { graphFiles, layersFiles, openTfjs } from '../models/tfjs/tfjsFiles';
import { runtime } from './references';

/** Two nodes, of which the exporter made outputs with names of their own; then one that no runtime knows. */
const network = openBytes(
  model(
    graph({
      inputs: [value('x', ['batch', 3])],
      outputs: [value('hidden_0', ['batch', 3]), value('scores', ['batch', 2]), value('odd', ['batch', 2])],
      nodes: [
        node('Sigmoid', ['x'], ['hidden_0'], { name: '/squash' }),
        node('MatMul', ['hidden_0', 'w'], ['scores'], { name: '/head' }),
        node('NoSuchOperator', ['scores'], ['odd'], { name: '/odd', domain: 'custom' }),
      ],
      initializers: [tensor('w', [3, 2], [1, 2, 3, 4, 5, 6])],
    }),
    { opsets: { custom: 1 } },
  ),
);
const rows = { name: 'x.npy', rows: 2, rowShape: [3], values: Float32Array.of(0, 1, 2, 3, 4, 5) };

describe('Outputs that a network was exported with', () => {
  it('can be asked for as layers by their names, and are none unless they are', () => {
    assert.deepEqual(
      outputLayers(network).map(({ name, op, output }) => [name, op, output]),
      [
        ['hidden_0', 'Sigmoid', 'hidden_0'],
        ['scores', 'MatMul', 'scores'],
        ['odd', 'NoSuchOperator', 'odd'],
      ],
    );
    const names = (asked?: readonly string[]) =>
      chooseLayers(network.layers, asked, outputLayers(network)).map(layer => layer.name);
    assert.deepEqual(names(), ['/squash', '/head', '/odd']);
    assert.deepEqual(names(['hidden_0', '/head']), ['/head', 'hidden_0']);
    assert.throws(() => names(['hidden_1']), /nearest are hidden_0/);
  });

  it('are captured as the node that gives them, before what no runtime knows', async () => {
    const asked = ['/squash', 'hidden_0', 'scores'];
    const { layers } = await capture(network, rows, { runtime, layers: asked, reduction: 'flatten' });
    assert.deepEqual(
      layers.map(layer => layer.name),
      asked,
    );
    assert.deepEqual(layers[1]!.values, layers[0]!.values);
    await assert.rejects(capture(network, rows, { runtime, layers: ['odd'] }), /NoSuchOperator/);
  });

  it('of TensorFlow’s graphs are found by their nodes; those of Keras are layers already', () => {
    assert.deepEqual(
      outputLayers(openTfjs(graphFiles())).map(({ name, output }) => [name, output]),
      [['out', 'Identity']],
    );
    assert.deepEqual(outputLayers(openTfjs(layersFiles())), []);
  });
});
