import fc from 'fast-check';
import { zipSync } from 'fflate';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { readDistancePairs } from '../../src/data/distancePairs';
import { writeNpy } from '../../src/data/writeNpz';
import { bytesSource } from './support';

const read = (bytes: Uint8Array<ArrayBuffer>, part?: string) => {
  const { rows, columns, values, count } = readDistancePairs(bytesSource(bytes), part, Cancellation.never);
  return { triples: Array.from(rows, (row, k) => [row, columns[k], values[k]]), count };
};
const text = (lines: string) => new TextEncoder().encode(lines);
const npy = (shape: readonly number[], ...numbers: number[]) => writeNpy({ shape, values: Float64Array.from(numbers) });
const npz = (arrays: Record<string, Uint8Array>) =>
  new Uint8Array(zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]))));
const triples = [
  [0, 1, 0.5],
  [1, 3, 2],
];

describe('readDistancePairs', () => {
  it('reads lines as Ripser’s sparse format has them, and tables with names', () => {
    assert.deepEqual(read(text('0 1 0.5\n1 3 2\n')), { triples, count: undefined });
    assert.deepEqual(read(text('# pairs\n0\t1\t5e-1\r\n\r\n1\t3\t2')).triples, triples);
    assert.deepEqual(read(text('i,j,d\n0,1,0.5\n1, 3, 2\n')).triples, triples);
    assert.deepEqual(read(text('0;1;inf\n')).triples, [[0, 1, Infinity]]);
  });

  it('reads arrays of three columns, alone or in an archive', () => {
    const array = npy([2, 3], ...triples.flat());
    assert.deepEqual(read(array).triples, triples);
    assert.deepEqual(read(npz({ pairs: array })).triples, triples);
    assert.deepEqual(read(npz({ pairs: array, other: npy([1], 1) }), 'pairs').triples, triples);
  });

  it('reads what scipy.sparse.save_npz writes, with its number of points', () => {
    const shape = npy([2], 5, 5);
    const format = text('not looked at');
    const coordinates = { row: npy([2], 0, 1), col: npy([2], 1, 3), data: npy([2], 0.5, 2), shape };
    assert.deepEqual(read(npz(coordinates)), { triples, count: 5 });
    const compressed = { indices: npy([2], 1, 3), indptr: npy([6], 0, 1, 2, 2, 2, 2), data: npy([2], 0.5, 2), shape };
    assert.deepEqual(read(npz({ ...compressed, format })), { triples, count: 5 });
    const refused = (arrays: Record<string, Uint8Array>) =>
      assert.throws(
        () => read(npz(arrays)),
        (error: unknown) => error instanceof Fault && error.code === 'shape-mismatch',
      );
    refused({ ...coordinates, row: npy([1], 0) });
    refused({ ...coordinates, shape: npy([2], 5, 4) });
    refused({ ...compressed, indptr: npy([6], 0, 2, 1, 2, 2, 2) });
    refused({ ...compressed, indptr: npy([2], 0, 2) });
  });

  it('says which line is no pair', () => {
    for (const line of ['0 1', '0 1 2 3', '0 x 1', 'i j d\na b c', '0 1 nan'])
      assert.throws(
        () => read(text(`0 1 1\n${line}\n`)),
        (error: unknown) => error instanceof Fault && error.code === 'shape-mismatch' && /Line \d/.test(error.message),
        line,
      );
  });

  it('answers every file with pairs or a fault', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ maxLength: 200 }).map(text),
      fc.tuple(fc.nat(400), fc.nat(255)).map(([at, byte]) => {
        const bytes = npz({ row: npy([2], 0, 1), col: npy([2], 1, 3), data: npy([2], 0.5, 2), shape: npy([2], 5, 5) });
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(anything, bytes => {
        try {
          read(new Uint8Array(bytes));
        } catch (error) {
          assert.ok(error instanceof Fault, String(error));
        }
      }),
      { seed: 9, numRuns: 500 },
    );
  });
});
