import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import type { ActivationsInput } from '../../src/engine';
import { activations } from '../../src/engine/operations/activations';
import { writeNpy } from '../../src/data/writeNpz';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { runtime } from '../probes/references';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'activations-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));
const written = (name: string, bytes: Uint8Array) => {
  const file = path.join(root, name);
  fs.writeFileSync(file, bytes);
  return file;
};

/** What causal attention does: scores that must not count are minus infinity, and the softmax makes zeros of them. */
const masked = written(
  'masked.onnx',
  model(
    graph({
      inputs: [value('x', ['batch', 2])],
      outputs: [value('y', ['batch', 2])],
      nodes: [
        node('Add', ['x', 'mask'], ['scores'], { name: 'scores' }),
        node('Softmax', ['scores'], ['y'], { name: 'weights', attributes: { axis: 1 } }),
      ],
      initializers: [tensor('mask', [2], [0, -Infinity])],
    }),
  ),
);
const data = written('x.npy', writeNpy({ shape: [3, 2], values: new Float32Array(6) }));
const run = (more: Partial<ActivationsInput>) =>
  activations({ model: masked, data, out: path.join(root, 'out.npz'), force: true, ...more }, {
    cancellation: Cancellation.never,
    progress: () => undefined,
    runtimePath: path.join(runtime.folder, 'x'),
  } as unknown as Parameters<typeof activations>[1]);

describe('the activations of a network', () => {
  it('are written without a layer that gives infinity, which is named', async () => {
    const { layers, warnings } = await run({});
    assert.deepEqual(
      layers.map(({ name }) => name),
      ['weights'],
    );
    assert.deepEqual(
      warnings.flatMap(({ code, message }) => (code === 'not-finite' && message.startsWith('Layer') ? [message] : [])),
      ['Layer scores gives values that are not finite for rows 0, 1, 2. It is left out.'],
    );
  });

  it('of a network in which nothing computes are none, and it is refused', async () => {
    const nothing = written(
      'nothing.onnx',
      model(
        graph({
          inputs: [value('x', ['batch', 2])],
          outputs: [value('y', ['batch', 2])],
          nodes: [node('Identity', ['x'], ['y'], { name: 'same' })],
          initializers: [],
        }),
      ),
    );
    await assert.rejects(run({ model: nothing }), { code: 'empty', source: nothing });
  });

  it('are refused where that layer was asked for', async () => {
    await assert.rejects(run({ layers: ['scores'] }), /Layer scores gives values that are not finite/);
  });
});
