import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultInspectParameters } from '../../../src/analyses/inspect';
import {
  hasResult,
  MOST_ENTRIES,
  readHistory,
  resultEntry,
  withEntry,
  withoutEntry,
  type HistoryEntry,
} from '../../../src/host/results/history';

const result = (model: string, when: number): HistoryEntry => ({
  kind: 'result',
  model,
  data: { kind: 'file', data: '/w/x.npy' },
  points: 1000,
  maxDimension: 1,
  seed: 0,
  layers: 5,
  when,
});

describe('The history of results', () => {
  it('has the newest in front and each thing once', () => {
    let history: readonly HistoryEntry[] = [];
    for (const [model, when] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ] as const)
      history = withEntry(history, result(model, when));
    assert.deepEqual(history, [result('a', 3), result('b', 2)]);
    assert.deepEqual(withoutEntry(history, result('a', 99)), [result('b', 2)]);
  });

  it('does not grow for ever', () => {
    let history: readonly HistoryEntry[] = [];
    for (let i = 0; i < 2 * MOST_ENTRIES; i++) history = withEntry(history, result(`m${i}`, i));
    assert.equal(history.length, MOST_ENTRIES);
    assert.equal(history[0]?.when, 2 * MOST_ENTRIES - 1);
  });

  it('knows whether something was inspected before, by all that the result depends on', () => {
    const data = { kind: 'file', data: '/w/x.npy' } as const;
    const parameters = { ...defaultInspectParameters, points: 200, reduction: 'mean' } as const;
    const history = withEntry([], resultEntry('/w/a.onnx', data, parameters, 5, 1));
    assert.ok(hasResult(history, '/w/a.onnx', data, parameters));
    assert.ok(!hasResult(history, '/w/b.onnx', data, parameters));
    assert.ok(!hasResult(history, '/w/a.onnx', { kind: 'random' }, parameters));
    for (const change of [{ points: 201 }, { maxDimension: 2 }, { seed: 1 }, { reduction: undefined }])
      assert.ok(!hasResult(history, '/w/a.onnx', data, { ...parameters, ...change }), JSON.stringify(change));
  });

  it('holds what else was measured, once for the same models and data', () => {
    const data = { kind: 'file', data: '/w/x.npy' } as const;
    const of = (kind: 'compare' | 'prune', others: readonly string[], when: number): HistoryEntry => ({ kind, model: '/w/a.onnx', others, data, when }); // prettier-ignore
    let history: readonly HistoryEntry[] = [];
    for (const entry of [
      of('compare', ['/w/b.onnx'], 1),
      of('compare', ['/w/c.onnx'], 2),
      of('prune', [], 3),
      of('compare', ['/w/b.onnx'], 4),
    ])
      history = withEntry(history, entry);
    assert.deepEqual(history.map(({ when }) => when), [4, 3, 2]); // prettier-ignore
    assert.deepEqual(readHistory(JSON.parse(JSON.stringify(history))), history);
    const strange = [{ others: [7] }, { others: undefined }, { data: null }, { holdout: 'x' }, { kind: 'mapper' }];
    assert.deepEqual(readHistory(strange.map(change => ({ ...of('prune', [], 1), ...change }))), []);
  });

  it('is read from a store of another version without what it does not know', () => {
    const report: HistoryEntry = { kind: 'report', file: '/w/r.html', model: '/w/a.onnx', when: 4 };
    const stored = [
      null,
      'x',
      { kind: 'timeline', when: 1 },
      { ...result('a', 1), data: null },
      result('a', 1),
      report,
    ];
    assert.deepEqual(readHistory(stored), [result('a', 1), report]);
    assert.deepEqual(readHistory({}), []);
  });
});
