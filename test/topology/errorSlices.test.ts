import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorSlices, slicesOf } from '../../src/topology/errorSlices';
import { mapper } from '../../src/topology/mapper';

const options = { neighbours: 10, intervals: 10, overlap: 0.3, minimumPoints: 5 };

describe('ErrorSlices', () => {
  it('averages the error over a point and its neighbours', () => {
    const line = { count: 6, width: 1, values: Float64Array.of(0, 1, 2, 10, 11, 12) };
    const slices = new ErrorSlices(line, { ...options, neighbours: 2 });
    assert.deepEqual([...slices.localError(Uint8Array.of(1, 1, 0, 0, 0, 0))], [2 / 3, 2 / 3, 2 / 3, 0, 0, 0]);
  });

  it('takes fewer neighbours where there are fewer points, down to a single one', () => {
    const scan = new ErrorSlices({ count: 1, width: 2, values: Float64Array.of(1, 2) }, options);
    assert.deepEqual([...scan.localError(Uint8Array.of(1))], [1]);
    assert.deepEqual(scan.slices(Uint8Array.of(1)), []);
  });
});

describe('slicesOf', () => {
  it('gives components above each interval, once each', () => {
    // Two bumps over a plain: the lens falls from both to the middle of a line.
    const places = Array.from({ length: 21 }, (_, i) => i);
    const lens = Float64Array.from(places, i => Math.abs(i - 10));
    const cloud = { count: 21, width: 1, values: Float64Array.from(places) };
    const graph = mapper(cloud, lens, {
      intervals: 2,
      overlap: 0.3,
      clustering: 'single-linkage',
      radius: 1,
      minimumPoints: 1,
    });
    const slices = slicesOf(graph, 21).map(points => [...points]);
    assert.deepEqual(
      slices[0],
      [0, 1, 2, 3, 4, 5, 6].filter(i => lens[i]! >= 10 - 10 / (2 - 0.3)),
    );
    assert.equal(slices.length, 3);
    assert.equal(slices[2]!.length, 21);
  });
});
