import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bettiDifference,
  moveOf,
  overlaidBarcodes,
  overlaidDiagram,
  PAINT_A,
  PAINT_B,
} from '../../../webview/compare/plots';
import { CompareStore, FIRST_VIEW, pairKey } from '../../../webview/compare/store';
import type { ComparedPair, CompareHead, CompareResult } from '../../../src/protocol/compare';

const points = (...pairs: readonly (readonly [number, number])[]) => ({
  birth: Float64Array.from(pairs, ([birth]) => birth),
  death: Float64Array.from(pairs, ([, death]) => death),
});
const size = { width: 400, height: 300 };
const input = {
  a: points([0, 1], [0, Infinity]),
  b: points([0, 1.5], [0, 0.2], [0, Infinity]),
  matched: { distance: 0.5, matching: [[0, 0], [null, 1], [1, 2]] as const }, // prettier-ignore
  dimension: 0,
  title: 'fc1',
};

describe('the pictures of a comparison', () => {
  it('know how far a match moves', () => {
    assert.deepEqual(
      [0, 1, 2].map(match => moveOf(input, match)),
      [0.5, 0.1, 0],
    );
  });

  it('draw every point of both, A filled and B hollow, and light a match', () => {
    const { scene, overlay } = overlaidDiagram(input, size);
    const symbols = scene.marks.filter(mark => mark.kind === 'symbol');
    assert.equal(symbols.filter(({ fill }) => fill === PAINT_A).length, 2);
    assert.equal(symbols.filter(({ fill, stroke }) => fill === undefined && stroke === PAINT_B).length, 3);
    assert.equal(overlay(0).length, 3);
    assert.equal(overlay(1).length, 2);
    assert.match(scene.title, /3 matches, largest move 0\.5/);
  });

  it('put the longest bars of both into one row', () => {
    const { scene, overlay } = overlaidBarcodes(input, size);
    const bars = scene.marks.filter(mark => mark.kind === 'rect');
    assert.equal(bars.length, 5);
    assert.equal(overlay(0).length, 2);
    const empty = { a: points(), b: points(), matched: { distance: 0, matching: [] }, dimension: 1, title: 'fc1' };
    for (const draw of [overlaidDiagram, overlaidBarcodes, bettiDifference])
      assert.ok(draw(empty, size).scene.marks.length > 0);
  });

  it('say how many more bars B has at a scale', () => {
    assert.match(bettiDifference(input, size).scene.title, /from 0 to 1/);
    assert.match(bettiDifference({ ...input, a: input.b, b: input.a }, size).scene.title, /from -1 to 0/);
  });
});

describe('CompareStore', () => {
  const pair = (line: number, distance: number) =>
    ({ line, a: 0, b: 1, bottleneck: [{ distance, matching: [] }] }) as unknown as ComparedPair;
  const head = { models: [{}, {}], lines: [{}, {}] } as unknown as CompareHead;
  const result = { head, layers: [], pairs: [pair(0, 0.1), pair(1, 0.4)], accuracies: [], failures: [], findings: [], warnings: [] }; // prettier-ignore

  it('shows the first pair that is there, and in the end the one that changed most', () => {
    const store = new CompareStore('panel', FIRST_VIEW, run => run());
    store.receive({ type: 'partial', partial: { kind: 'head', head } });
    store.receive({ type: 'partial', partial: { kind: 'pair', pair: pair(0, 0.1) } });
    assert.equal(store.state.view.line, 0);
    store.receive({ type: 'result', result: result as unknown as CompareResult });
    assert.equal(store.state.view.line, 1);
    assert.equal(store.pair?.line, 1);
  });

  it('stays with what a person chose', () => {
    const store = new CompareStore('panel', FIRST_VIEW, run => run());
    store.receive({ type: 'partial', partial: { kind: 'head', head } });
    store.receive({ type: 'partial', partial: { kind: 'pair', pair: pair(0, 0.1) } });
    store.look({ line: 0 });
    store.receive({ type: 'result', result: result as unknown as CompareResult });
    assert.equal(store.state.view.line, 0);
    assert.ok(store.state.pairs.has(pairKey(1, 0, 1)));
  });
});
