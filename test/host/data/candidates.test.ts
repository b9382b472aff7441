import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DataCandidate } from '../../../src/engine';
import { labelCandidates, nearest, rankCandidates } from '../../../src/host/data/candidates';

const candidate = (data: string, more: Partial<DataCandidate> = {}): DataCandidate => ({
  data,
  rows: 360,
  rowsExact: true,
  rowShape: [64],
  fits: true,
  exact: true,
  labels: undefined,
  labelsInside: [],
  ...more,
});

describe('Data that is offered for a model', () => {
  it('fits it; what has labels comes first, then many rows, then the nearest, then test data', () => {
    const order = rankCandidates(
      [
        candidate('/w/other/deep/test.npz#X', { labels: '/w/other/deep/test.npz#y' }),
        candidate('/w/digits/activations.npz#fc2', { rows: 8 }),
        candidate('/w/digits/train.npy'),
        candidate('/w/digits/wrong.npy', { fits: false, exact: false }),
        candidate('/w/digits/train.npz#X', { labels: '/w/digits/train.npz#y' }),
        candidate('/w/digits/test.npz#X', { labels: '/w/digits/test.npz#y' }),
      ],
      '/w/digits/final.onnx',
    ).map(({ data }) => data);
    assert.deepEqual(order, [
      '/w/digits/test.npz#X',
      '/w/digits/train.npz#X',
      '/w/other/deep/test.npz#X',
      '/w/digits/train.npy',
      '/w/digits/activations.npz#fc2',
    ]);
  });

  it('comes first where it has the very shape that the model takes, whatever else speaks for the others', () => {
    const order = rankCandidates(
      [
        candidate('/w/models/images.npz#X', { rowShape: [1, 8, 8], exact: false, labels: '/w/models/images.npz#y' }),
        candidate('/w/data/b.npy'),
        candidate('/w/data/a10.npy'),
        candidate('/w/data/a9.npy'),
        candidate('/w/models/z.npy'),
      ],
      '/w/models/final.onnx',
    ).map(({ data }) => data);
    assert.deepEqual(order, [
      '/w/models/z.npy',
      '/w/data/a9.npy',
      '/w/data/a10.npy',
      '/w/data/b.npy',
      '/w/models/images.npz#X',
    ]);
  });

  it('has for labels what holds one value for each of its rows', () => {
    const chosen = candidate('/w/X.npy');
    const all = [
      chosen,
      candidate('/w/y.npy', { rowShape: [], fits: false, exact: false }),
      candidate('/w/column.csv#species', { rowShape: [1], fits: false, exact: false }),
      candidate('/w/short.npy', { rowShape: [], rows: 100, fits: false, exact: false }),
      candidate('/w/wide.npy', { rowShape: [10], fits: false, exact: false }),
    ];
    assert.deepEqual(labelCandidates(all, chosen), ['/w/y.npy', '/w/column.csv#species']);
  });

  it('is read from the files nearest to the model when there are very many', () => {
    const files = ['/w/far/away/x.npy', '/w/near/a.npy', '/w/b.npy', '/w/near/c.npy'];
    assert.deepEqual(nearest(files, '/w/near/m.onnx', 2), ['/w/near/a.npy', '/w/near/c.npy']);
    assert.equal(nearest(files, '/w/near/m.onnx', 10), files);
  });
});
