import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { MemorySource } from '../../src/base/bytes';
import { openModel } from '../../src/models/formats';
import { inputLayer } from '../../src/models/inputLayer';
import type { Model } from '../../src/models/model';
import { capture } from '../../src/probes/capture';
import { runtime } from './references';

const open = (...parts: string[]) => {
  const file = path.resolve(import.meta.dirname, '..', ...parts);
  return openModel(new MemorySource(file, new Uint8Array(fs.readFileSync(file))), { open: () => assert.fail() });
};

describe('a network’s input as a layer', () => {
  for (const [name, rowShape, model] of [
    ['ONNX', [64], open('fixtures', 'networks', 'resmlp.onnx')],
    ['Keras', [12, 12, 3], open('models', 'keras', 'files', 'res.keras')],
  ] as const)
    it(`is what the network is given, whole, before all others: ${name}`, async () => {
      const layer = inputLayer(model)!;
      assert.deepEqual([layer.op, layer.outputShape, layer.parameters], ['Input', [null, ...rowShape], 0]);
      const width = rowShape.reduce((product: number, size) => product * size, 1);
      const values = Float32Array.from({ length: 5 * width }, (_, k) => Math.sin(k));
      const rows = Uint32Array.of(1, 3, 4);
      const first = model.layers[0]!.name;
      const found = await capture(
        model,
        { rows: 5, rowShape, values },
        { runtime, layers: [first], input: true, rows },
      );
      assert.deepEqual(found.layers.map(one => one.name), [layer.name, first]); // prettier-ignore
      const expected = [...rows].flatMap(row => [...values.subarray(row * width, (row + 1) * width)]);
      assert.deepEqual([...found.layers[0]!.values], expected);
    });

  it('is none where there are several, or where tokens are taken', () => {
    const nested = open('models', 'keras', 'files', 'nested.keras');
    assert.equal(nested.inputs.length, 2);
    assert.equal(inputLayer(nested), undefined);
    const { layers, program, ...model } = open('fixtures', 'networks', 'resmlp.onnx');
    const tokens: Model = {
      ...model,
      layers,
      program,
      inputs: [{ name: 'input', shape: [null, 64], type: 'int64' }],
      readWeight: () => assert.fail(),
      storedWeight: () => assert.fail(),
    };
    assert.equal(inputLayer(tokens), undefined);
  });
});
