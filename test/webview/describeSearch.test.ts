import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OutlineResult } from '../../src/protocol/describe';
import { findLayers, nextHit } from '../../webview/describe/search';
import { recallState } from '../../webview/describe/state';

const layers = [
  ['stem', 'Conv'],
  ['a.relu', 'Relu'],
  ['a.conv', 'Conv'],
  ['fc', 'Gemm'],
].map(([name, op]) => ({ name, op })) as unknown as OutlineResult['layers'];

describe('a search among layers', () => {
  it('looks at names and operators, whatever their case, in the order of computation', () => {
    assert.deepEqual(findLayers(layers, ' CONV '), ['stem', 'a.conv']);
    assert.deepEqual(findLayers(layers, '  '), []);
  });

  it('goes on from what is chosen, hit or not, and around the ends', () => {
    const hits = findLayers(layers, 'conv');
    assert.equal(nextHit(hits, layers, undefined, 'next'), 'stem');
    assert.equal(nextHit(hits, layers, 'a.relu', 'next'), 'a.conv');
    assert.equal(nextHit(hits, layers, 'a.conv', 'next'), 'stem');
    assert.equal(nextHit(hits, layers, 'a.relu', 'previous'), 'stem');
    assert.equal(nextHit(hits, layers, 'stem', 'previous'), 'a.conv');
    assert.equal(nextHit([], layers, 'stem', 'next'), undefined);
  });
});

describe('what a page kept', () => {
  it('is taken where it is ours, and else the page begins afresh', () => {
    const fresh = recallState(undefined);
    for (const other of [
      null,
      7,
      { version: 2 },
      { version: 1, view: 9, choice: 'x', open: [1], camera: { x: NaN } },
    ]) {
      const { view, query, choice, open, camera } = recallState(other);
      assert.deepEqual(
        { view, query, choice, open, camera },
        { ...{ choice: undefined, open: undefined, camera: undefined }, view: fresh.view, query: fresh.query },
      );
    }
    const kept = {
      version: 1,
      view: 'table',
      query: 'q',
      choice: { kind: 'layer', name: 'fc' },
      open: ['a'],
      camera: { x: 1, y: 2, scale: 0.5 },
    };
    assert.deepEqual(recallState(structuredClone(kept)), kept);
  });
});
