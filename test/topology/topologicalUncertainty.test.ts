import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { activationTree, UsualTrees } from '../../src/topology/topologicalUncertainty';

describe('activationTree', () => {
  it('is the maximum spanning tree of |W x|, worked out by hand', () => {
    // Edges: 1·2, 3·1 / 2·2, −1·1: from strong to weak 4, 3, 2, 1; all but the last join something new.
    const tree = activationTree({ outputs: 2, inputs: 2, values: [1, 3, 2, -1] }, [2, 1]);
    assert.deepEqual([...tree], [4, 3, 2]);
  });

  it('has inputs + outputs − 1 edges, falling, and scales with its input', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.integer({ min: -9, max: 9 })),
        (outputs, inputs, numbers) => {
          const next = () => numbers.next().value as number;
          const values = Array.from({ length: outputs * inputs }, next);
          const x = Array.from({ length: inputs }, next);
          const tree = activationTree({ outputs, inputs, values }, x);
          assert.equal(tree.length, inputs + outputs - 1);
          assert.deepEqual(
            [...tree],
            [...tree].sort((a, b) => b - a),
          );
          const doubled = activationTree({ outputs, inputs, values }, x.map(one => -2 * one)); // prettier-ignore
          assert.deepEqual([...doubled], [...tree].map(one => 2 * one)); // prettier-ignore
        },
      ),
    );
  });
});

describe('UsualTrees', () => {
  it('measures the distance to the mean trees of the predicted class, averaged over layers', () => {
    const usual = new UsualTrees();
    usual.add(0, [Float64Array.of(1, 1), Float64Array.of(4)]);
    usual.add(0, [Float64Array.of(3, 1), Float64Array.of(4)]);
    usual.add(1, [Float64Array.of(9, 9), Float64Array.of(9)]);
    // Means (2, 1) and 4: ((4 + 0) / 2)^½ and 3.
    assert.equal(usual.uncertainty(0, [Float64Array.of(4, 1), Float64Array.of(7)]), (Math.SQRT2 + 3) / 2);
    assert.equal(usual.uncertainty(5, [Float64Array.of(4, 1), Float64Array.of(7)]), Infinity);
  });
});
