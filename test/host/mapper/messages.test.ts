import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseMapperMessage } from '../../../src/host/mapper/messages';

const parameters = { lenses: ['l2'], intervals: 20, overlap: 0.3, clustering: 'dbscan', radiusFactor: 1, minimumPoints: 5 }; // prettier-ignore

describe('What a Mapper view may send', () => {
  it('is taken where it is one of ours, with the fields that we know alone', () => {
    assert.deepEqual(parseMapperMessage({ type: 'ready', more: 1 }), { type: 'ready' });
    const graph = { type: 'graph', request: 3, parameters: { ...parameters, lenses: ['column 12', 'error'] } };
    assert.deepEqual(parseMapperMessage({ ...graph, parameters: { ...graph.parameters, more: 1 } }), graph);
    assert.deepEqual(parseMapperMessage({ type: 'slice', name: 'a', rows: Uint32Array.of(3, 5) }), { type: 'slice', name: 'a', rows: Uint32Array.of(3, 5) }); // prettier-ignore
    assert.deepEqual(parseMapperMessage({ type: 'subject', layer: 'fc1', points: 500 }), { type: 'subject', layer: 'fc1', points: 500 }); // prettier-ignore
  });

  it('is dropped where a field is not what it should be', () => {
    for (const message of [
      null,
      7,
      { type: 'format c:' },
      { type: 'graph', request: -1, parameters },
      { type: 'graph', request: 1, parameters: { ...parameters, lenses: [] } },
      { type: 'graph', request: 1, parameters: { ...parameters, lenses: ['/etc/passwd'] } },
      { type: 'graph', request: 1, parameters: { ...parameters, lenses: ['l2', 'l2', 'l2'] } },
      { type: 'graph', request: 1, parameters: { ...parameters, overlap: 0.99 } },
      { type: 'grid', request: 1, parameters: { ...parameters, intervals: 1e9 } },
      { type: 'inputs', request: 1, rows: [] },
      { type: 'inputs', request: 1, rows: new Array(10_000).fill(1) },
      { type: 'slice', name: '', rows: [1] },
      { type: 'slice', name: 'a', rows: [1.5] },
      { type: 'subject', layer: 'fc1', points: 1e9 },
      { type: 'save', suggestedName: 'x', format: 'exe', content: 'x' },
      { type: 'openDocs', page: '../../secret' },
    ])
      assert.equal(parseMapperMessage(message), undefined, JSON.stringify(message));
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), value => void parseMapperMessage(value)));
    fc.assert(
      fc.property(fc.constantFrom('graph', 'grid', 'slice', 'save', 'inputs'), fc.dictionary(fc.constantFrom('request', 'parameters', 'rows', 'name', 'content'), fc.anything()), (type, fields) => void parseMapperMessage({ type, ...fields })), // prettier-ignore
    );
  });
});
