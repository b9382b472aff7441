import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import type { Shape } from '../../src/models/model';
import { fitInput } from '../../src/probes/fitInput';

const fit = (row: readonly number[], shape: Shape | undefined) =>
  fitInput(row, { name: 'x', shape, type: 'float32' }, 'data.npy');

describe('rows fit an input by shape', () => {
  const cases: [readonly number[], Shape | undefined, readonly number[], readonly number[] | undefined, string][] = [
    [[64], [null, 64], [64], undefined, 'taken as they are'],
    [[64], [null, 1, 8, 8], [1, 8, 8], undefined, '64 values taken as 1 × 8 × 8'],
    [[1, 8, 8], [null, 64], [64], undefined, '1 × 8 × 8 values taken as 64'],
    [[8, 8], [null, 1, 8, 8], [1, 8, 8], undefined, '8 × 8 values taken as 1 × 8 × 8'],
    [[8, 8, 1], [null, 1, 8, 8], [1, 8, 8], [2, 0, 1], '8 × 8 × 1 values taken as 1 × 8 × 8 (channels first)'],
    [
      [32, 24, 3],
      [null, 3, 32, 24],
      [3, 32, 24],
      [2, 0, 1],
      '32 × 24 × 3 values taken as 3 × 32 × 24 (channels first)',
    ],
    [[3, 32, 24], [null, 32, 24, 3], [32, 24, 3], [1, 2, 0], '3 × 32 × 24 values taken as 32 × 24 × 3 (channels last)'],
    [
      [32, 32, 3],
      [null, 3, null, null],
      [3, 32, 32],
      [2, 0, 1],
      '32 × 32 × 3 values taken as 3 × 32 × 32 (channels first)',
    ],
    [[64], [null, 1, null, null], [1, 8, 8], undefined, '64 values taken as 1 × 8 × 8'],
    [[12], [null, null, 3], [4, 3], undefined, '12 values taken as 4 × 3'],
    [[24], [null, null], [24], undefined, 'taken as they are'],
    [[20, 3], [null, 3, 20], [3, 20], [1, 0], '20 × 3 values taken as 3 × 20 (axes swapped)'],
    // The same length along all axes leaves doubt: as they are.
    [[3, 3, 3], [null, 3, 3, 3], [3, 3, 3], undefined, 'taken as they are'],
    [[5], undefined, [5], undefined, 'taken as they are'],
  ];
  for (const [row, shape, rowShape, permutation, treatment] of cases) {
    it(`[${row.join(', ')}] to ${shape === undefined ? 'any' : `[${shape.join(', ')}]`}`, () => {
      assert.deepEqual(fit(row, shape), { rowShape, permutation, batch: 'free', treatment });
    });
  }

  it('with a fixed batch, or none', () => {
    assert.equal(fit([64], [1, 64]).batch, 1);
    assert.equal(fit([64], [64]).batch, 'none');
    assert.equal(fit([8, 8], [8, 8]).batch, 'none');
    // A batch of one and no batch are the same values.
    assert.equal(fit([1, 8, 8], [1, 8, 8]).batch, 1);
  });

  for (const [row, shape, says] of [
    [[63], [null, 64], /63 values, .* takes 64\./],
    [[100], [null, 1, 8, 8], /100 values, .* takes 64 \(1 × 8 × 8\)\./],
    [[3, 5], [null, 4, 4], /15 values \(3 × 5\), .* takes 16 \(4 × 4\)\./],
    [[10], [null, 3, null, null], /10 values, .* takes 3 × any × any\./],
  ] as const) {
    it(`not [${row.join(', ')}] to [${shape.join(', ')}]: both widths are named`, () => {
      assert.throws(
        () => fit(row, shape),
        (error: unknown) =>
          error instanceof Fault &&
          error.code === 'shape-mismatch' &&
          error.source === 'data.npy' &&
          says.test(error.message),
      );
    });
  }
});
