import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { defaultInspectParameters } from '../../src/analyses/inspect';
import { Cancellation } from '../../src/base/cancellation';
import { DisposableStore } from '../../src/base/lifecycle';
import { writeNpy, writeNpz } from '../../src/data/writeNpz';
import { openInspectSource } from '../../src/engine/inspectSource';
import type { InspectInput } from '../../src/engine';
import type { CaptureRequest } from '../../src/analyses/inspectModel';
import type { LayerActivations } from '../../src/probes/layerCollector';
import { graph, model, node, value } from '../models/onnxBuilder';
import { runtime } from '../probes/references';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'inputs-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));
const written = (name: string, bytes: Uint8Array) => {
  const file = path.join(root, name);
  fs.writeFileSync(file, bytes);
  return file;
};

/** The sum of two inputs of three numbers. */
const network = written(
  'sum.onnx',
  model(
    graph({
      inputs: [value('left', ['batch', 3]), value('right', ['batch', 3])],
      outputs: [value('y', ['batch', 3])],
      nodes: [node('Add', ['left', 'right'], ['y'], { name: 'sum' })],
    }),
  ),
);
const ones = { shape: [4, 3], values: new Float32Array(12).fill(1) };
const tens = { shape: [4, 3], values: new Float32Array(12).fill(10) };

async function sumOf(input: Omit<InspectInput, 'model'>): Promise<number> {
  const store = new DisposableStore();
  try {
    const context = { cancellation: Cancellation.never, runtimePath: path.join(runtime.folder, 'x') } as Parameters<
      typeof openInspectSource
    >[2];
    const source = openInspectSource({ model: network, ...input }, defaultInspectParameters, context, store);
    let found: LayerActivations | undefined;
    const request: CaptureRequest = {
      layers: ['sum'],
      rows: undefined,
      reduction: undefined,
      maxPoints: undefined,
      outputs: false,
      seed: 0,
      onLayer: layer => (found = layer),
      progress: undefined,
    };
    await source.capture(request);
    return found!.values[0]!;
  } finally {
    store.dispose();
  }
}

describe('A network of several inputs', () => {
  it('takes the arrays of one .npz that are called as its inputs', async () => {
    const both = written('both.npz', writeNpz([{ name: 'left', ...ones }, { name: 'right', ...tens }])); // prettier-ignore
    assert.equal(await sumOf({ data: `${both}#left` }), 11);
    assert.equal(await sumOf({ data: both }), 11);
  });

  it('leaves the customary names of arrays their meaning', async () => {
    const named = written('named.npz', writeNpz([{ name: 'left', ...tens }, { name: 'X', ...ones }, { name: 'right', ...tens }])); // prettier-ignore
    await assert.rejects(sumOf({ data: named }), /nothing is given for "right"/);
  });

  it('takes a file for each, by the names of the inputs', async () => {
    const [left, right] = [written('left.npy', writeNpy(ones)), written('right.npy', writeNpy(tens))];
    assert.equal(await sumOf({ data: left, inputs: { right } }), 11);
    // The data is for whichever is left.
    assert.equal(await sumOf({ data: left, inputs: { left: right } }), 11);
  });

  it('says which of them has nothing, and which there are', async () => {
    const left = written('left.npy', writeNpy(ones));
    await assert.rejects(sumOf({ data: left }), /nothing is given for "right"/);
    await assert.rejects(sumOf({ data: left, inputs: { rigth: left } }), /no input rigth; its inputs are left, right/);
  });

  it('needs the same rows of all', async () => {
    const short = written('short.npy', writeNpy({ shape: [3, 3], values: new Float32Array(9) }));
    await assert.rejects(sumOf({ data: written('left.npy', writeNpy(ones)), inputs: { right: short } }), /3 rows/);
  });
});
