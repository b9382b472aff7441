import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { safeFileName } from '../../../src/host/base/safeFileName';
import { parseFromView, parseRestore } from '../../../src/host/inspect/messages';

const SEED = 20_250;

function accepts(message: unknown): void {
  assert.deepEqual(parseFromView(message), message);
}
function drops(message: unknown): void {
  assert.equal(parseFromView(message), undefined);
}

describe('What a view kept over a reload', () => {
  it('may be activations that were saved, with labels or without', () => {
    const kept = { version: 1, model: 'file:///w/acts.npz', data: { kind: 'stored', labels: '/w/acts.npz#y' } };
    assert.deepEqual(parseRestore(kept), kept);
    const plain = { ...kept, data: { kind: 'stored' } };
    assert.deepEqual(parseRestore({ ...plain, data: { kind: 'stored', command: 'x' } }), plain);
    assert.equal(parseRestore({ ...kept, data: { kind: 'stored', labels: 7 } }), undefined);
  });
});

describe('Messages of a view', () => {
  it('are taken when they are ours', () => {
    accepts({ type: 'ready' });
    accepts({ type: 'confirm', proceed: true });
    accepts({ type: 'rerun', changes: { points: 360, maxDimension: 2, reduction: 'flatten' } });
    accepts({ type: 'rerun', changes: {} });
    accepts({ type: 'inputs', request: 3, rows: [0, 5, 9] });
    accepts({ type: 'save', suggestedName: 'relu1.svg', format: 'svg', content: '<svg/>' });
    accepts({ type: 'save', suggestedName: 'relu1.png', format: 'png', content: new Uint8Array([1, 2]) });
    accepts({ type: 'copy', what: 'numbers', text: '1,2' });
    accepts({ type: 'openDocs', page: 'betti-curves' });
    accepts({ type: 'programWay', way: 'chooseActivation' });
  });

  it('may take back a chosen reduction', () => {
    accepts({ type: 'rerun', changes: { reduction: 'auto' } });
  });

  it('carry nothing but the fields that are known', () => {
    const forged = { type: 'pickData', path: '/etc/passwd', command: 'workbench.action.terminal.new' };
    assert.deepEqual(parseFromView(forged), { type: 'pickData' });
    const changes = { points: 100, model: '/etc/passwd', __proto__: { maxDimension: 2 } };
    assert.deepEqual(parseFromView({ type: 'rerun', changes }), {
      type: 'rerun',
      changes: { points: 100, maxDimension: 2 },
    });
  });

  it('are dropped when they are not of the form', () => {
    for (const message of [undefined, null, 'ready', 7, [], {}, { type: 'execute', command: 'x' }]) drops(message);
    drops({ type: 'confirm', proceed: 'yes' });
    drops({ type: 'rerun' });
    for (const points of [1, -5, 1.5, NaN, Infinity, '100', 1e9]) drops({ type: 'rerun', changes: { points } });
    drops({ type: 'rerun', changes: { maxDimension: 3 } });
    drops({ type: 'rerun', changes: { reduction: 'constructor' } });
    for (const rows of [[-1], [0.5], ['0'], [], 'all', new Array(10_000).fill(0)])
      drops({ type: 'inputs', request: 1, rows });
    drops({ type: 'inputs', rows: [1] });
    drops({ type: 'save', suggestedName: 'x', format: 'exe', content: 'MZ' });
    drops({ type: 'save', suggestedName: 'x', format: 'svg', content: { toString: 1 } });
    for (const way of ['describe', 'rerun', '', 7, undefined]) drops({ type: 'programWay', way });
    for (const page of ['../README', 'http://example.org', 'a/b', 'A', '', 'x.md']) drops({ type: 'openDocs', page });
  });

  it('never make the reader throw, whatever they are', () => {
    const types = ['ready', 'rerun', 'inputs', 'save', 'copy', 'openDocs', 'confirm'];
    const message = fc.oneof(
      fc.anything(),
      fc.record({
        type: fc.constantFrom(...types),
        changes: fc.anything(),
        rows: fc.anything(),
        request: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(message, value => {
        parseFromView(value);
        parseRestore(value);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('What a view kept over a reload', () => {
  const kept = {
    version: 1,
    model: 'file:///w/final.onnx',
    data: { kind: 'file', data: '/w/test.npz#X', labels: '/w/test.npz#y' },
    points: 500,
  };

  it('comes back as it was', () => {
    assert.deepEqual(parseRestore(kept), kept);
    assert.deepEqual(parseRestore({ version: 1, model: 'file:///m.onnx', data: { kind: 'random' } }), {
      version: 1,
      model: 'file:///m.onnx',
      data: { kind: 'random' },
    });
  });

  it('counts as nothing when any part of it is wrong', () => {
    for (const change of [
      { version: 2 },
      { model: 7 },
      { model: '' },
      { data: 'test.npz' },
      { data: { kind: 'file' } },
      { data: { kind: 'file', data: 'x', labels: 3 } },
      { points: 1e7 },
      { reduction: 'sum' },
    ])
      assert.equal(parseRestore({ ...kept, ...change }), undefined, JSON.stringify(change));
  });
});

describe('The name of a file to save', () => {
  it('is the last part of what was suggested, with the ending of its format', () => {
    const cases: [string, string, string][] = [
      ['relu1 barcode.svg', 'svg', 'relu1 barcode.svg'],
      ['../../.ssh/authorized_keys', 'csv', 'authorized_keys.csv'],
      ['C:\\Windows\\system32\\x.dll', 'png', 'x.dll.png'],
      ['..', 'json', 'neural-topology.json'],
      ['a/b:c|d?.svg', 'svg', 'b-c-d-.svg'],
      ['evil.svg.exe', 'svg', 'evil.svg.exe.svg'],
    ];
    for (const [suggested, format, name] of cases) assert.equal(safeFileName(suggested, format), name);
  });

  it('never leads out of the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), suggested => {
        const name = safeFileName(suggested, 'svg');
        assert.ok(!/[\\/\p{Cc}]/u.test(name) && name.endsWith('.svg') && !name.startsWith('.'), name);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
