import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pointsOfDiagramFile } from '../../src/analyses/diagramFile';
import { Fault } from '../../src/base/fault';

const read = (content: unknown, dimension = 0) => pointsOfDiagramFile(JSON.stringify(content), dimension, 'a.json');

describe('pointsOfDiagramFile', () => {
  it('keeps the order of the file, and makes null infinity', () => {
    assert.deepEqual(read({ diagram: { '0': [[3, 4], [0, null]] } }), { birth: Float64Array.of(3, 0), death: Float64Array.of(4, Infinity) }); // prettier-ignore
  });

  it('makes null minus infinity where the other pairs are born above their death', () => {
    assert.deepEqual([...read({ diagram: { '0': [[3, 2], [5, null]] } }).death], [2, -Infinity]); // prettier-ignore
  });

  it('has no points in a dimension that is not there', () => {
    assert.equal(read({ diagram: { '0': [] } }, 1).birth.length, 0);
  });

  const wrong: [string, string, RegExp][] = [
    ['no JSON', '{"diagram"', /no JSON/],
    ['no diagram', '{"points": 3}', /no diagram/],
    ['a list for the diagram', '{"diagram": [[0, 1]]}', /no diagram/],
    ['no list of pairs', '{"diagram": {"0": 4}}', /Dimension 0 of the diagram is no list/],
    ['a pair of one', '{"diagram": {"0": [[0, 1], [2]]}}', /Pair 1 of dimension 0 is \[2\]/],
    ['text for a number', '{"diagram": {"0": [["0", 1]]}}', /Pair 0 of dimension 0/],
    ['pairs on both sides of the diagonal', '{"diagram": {"0": [[0, 1], [3, 2]]}}', /above and below the diagonal/],
  ];
  for (const [what, text, says] of wrong)
    it(`refuses ${what}`, () => {
      assert.throws(
        () => pointsOfDiagramFile(text, 0, 'a.json'),
        (error: unknown) =>
          error instanceof Fault && error.code === 'corrupt' && error.source === 'a.json' && says.test(error.message),
      );
    });
});
