import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareCheckpoints, stepOf } from '../../../src/analyses/timeline/checkpointOrder';

describe('stepOf', () => {
  const steps: readonly (readonly [string, number | null])[] = [
    ['ckpt-10.onnx', 10],
    ['epoch=3-step=500.ckpt', 500],
    ['model.h5', null],
    ['last.pt', null],
    ['weights.05.hdf5', 5],
    ['run2/epoch7.onnx', 7],
    ['checkpoint-500/model.safetensors', 500],
    ['checkpoint-500/pytorch_model.bin', 500],
    ['checkpoint-500/model.safetensors.index.json', 500],
    ['model-10.pt', 10],
    ['model_0001', 1],
    ['saved/12', 12],
    // A measure in the name is no step, unless there is nothing else.
    ['epoch=3-val_loss=0.52.ckpt', 3],
    ['weights.05-0.83.h5', 5],
    ['loss-0.52.pt', 0.52],
  ];
  for (const [file, step] of steps) it(`is ${step} for ${file}`, () => assert.equal(stepOf(file), step));
});

describe('compareCheckpoints', () => {
  it('orders by number, not by text, and those without a number after them, by time', () => {
    const files = ['last.pt', 'ckpt-50.pt', 'ckpt-2.pt', 'ckpt-10.pt', 'best.pt'];
    const dated = files.map((file, modified) => ({ file, modified }));
    assert.deepEqual(
      [...dated].sort(compareCheckpoints).map(one => one.file),
      ['ckpt-2.pt', 'ckpt-10.pt', 'ckpt-50.pt', 'last.pt', 'best.pt'],
    );
  });

  it('is an order: it does not depend on how the files were listed', () => {
    const name = fc.stringMatching(/^[a-c]{0,2}-?[0-9]{0,3}(\.[0-9])?$/).map(stem => `${stem}.pt`);
    const files = fc.uniqueArray(fc.record({ file: name, modified: fc.nat(3) }), { selector: one => one.file });
    fc.assert(
      fc.property(files, fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (list, keys) => {
        const shuffled = list.map((one, at) => ({ one, key: keys[at % 20]! })).sort((a, b) => a.key - b.key);
        const sorted = (of: typeof list) => [...of].sort(compareCheckpoints).map(one => one.file);
        assert.deepEqual(sorted(shuffled.map(({ one }) => one)), sorted(list));
      }),
    );
  });
});
