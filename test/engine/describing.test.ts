import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { describe as describeModel, outline } from '../../src/engine/operations/describe';
import { layerGraph } from '../../src/engine/operations/layerGraph';
import { weightHistograms } from '../../src/engine/operations/weightHistograms';
import type { OperationContext } from '../../src/engine/operationContext';
import type { WeightReading } from '../../src/protocol/describe';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'describing-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const cnn = path.join(import.meta.dirname, '../../samples/models/digits-cnn.onnx');
const context = { cancellation: Cancellation.never, progress: noProgress } as OperationContext<never>;

describe('a model that is described a part at a time', () => {
  it('has in its outline all that needs no weights', () => {
    const whole = describeModel({ model: cnn }, context);
    const { isProgram, weightBytes, ...rest } = outline({ model: cnn }, context);
    assert.deepEqual({ ...rest, warnings: whole.warnings, provenance: whole.provenance }, whole);
    assert.ok(isProgram);
    assert.equal(weightBytes, 4 * whole.parameters);
  });

  it('has of weights without their network what is missing, and what would run them', () => {
    const state = path.join(import.meta.dirname, '../fixtures/torch/state.pt');
    const { isProgram, missing } = outline({ model: state }, context);
    assert.ok(!isProgram);
    assert.match(missing?.layerList?.file ?? '', /state\.layers\.json$/);
    assert.ok((missing?.fault.hint ?? '') !== '');
  });

  it('has the place of every layer in its graph', () => {
    const { layers } = outline({ model: cnn }, context);
    const { nodes, routes } = layerGraph({ layers }, context);
    assert.equal(nodes.kind.length, layers.length);
    assert.equal(routes.from.length, layers.length - 1);
  });

  it('gives the tensors that are asked for as they are read, and says of one that is not there what is wrong', () => {
    const parts: WeightReading[] = [];
    const asking = {
      ...context,
      partial: (part: WeightReading) => parts.push(part),
    } as OperationContext<WeightReading>;
    const readings = weightHistograms({ model: cnn, weights: ['conv1.weight', 'no such'] }, asking);
    assert.deepEqual(parts, readings);
    const [first, second] = readings;
    assert.ok(first?.kind === 'histogram' && first.histogram.count === first.histogram.shape.reduce((a, b) => a * b));
    assert.ok(second?.kind === 'fault' && second.fault.code === 'not-found');
  });

  it('is told by its header alone, however much there is behind it', () => {
    // 1 GB that takes no room: reading it would take seconds.
    const size = 2 ** 30;
    const header = JSON.stringify({
      'fc.weight': { dtype: 'F32', shape: [2 ** 14, 2 ** 14], data_offsets: [0, size] },
      'fc.bias': { dtype: 'F32', shape: [4], data_offsets: [size, size + 16] },
    });
    const file = path.join(folder, 'large.safetensors');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    fs.writeFileSync(file, Buffer.concat([length, Buffer.from(header)]));
    fs.truncateSync(file, 8 + header.length + size + 16);
    const read = mock.method(fs, 'readSync');
    assert.equal(outline({ model: file }, context).parameters, 2 ** 28 + 4);
    const [bias] = weightHistograms(
      { model: file, weights: ['fc.bias'] },
      {
        ...context,
        partial: () => undefined,
      },
    );
    assert.ok(bias?.kind === 'histogram' && bias.histogram.zeros === 4);
    const bytes = read.mock.calls.reduce((sum, call) => sum + (call.result ?? 0), 0);
    read.mock.restore();
    assert.ok(bytes > 0 && bytes < 100_000, `${bytes} bytes were read`);
  });
});
