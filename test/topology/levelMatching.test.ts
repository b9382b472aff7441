import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bottleneckDistance, wassersteinDistance } from '../../src/topology/diagramDistance';
import { bottleneckMatching } from '../../src/topology/bottleneckMatching';
import { Cancellation } from '../../src/base/cancellation';
import { diagonalDistance, type DiagramPoints } from '../../src/topology/diagramPoints';
import { levelMatching } from '../../src/topology/levelMatching';
import { smallestSum } from './assignmentOracle';

/** Bars of one birth, in order of death; values that repeat make ties. */
const level = fc
  .tuple(fc.constantFrom(0, -2, 3.5), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 9 }))
  .map(([birth, lengths]): DiagramPoints => {
    const sorted = Float64Array.from(lengths).sort();
    return { birth: new Float64Array(sorted.length).fill(birth), death: sorted.map(length => birth + length / 4) };
  });
const pair = fc.tuple(level, level).map(([a, b]): [DiagramPoints, DiagramPoints] => {
  const birth = a.birth[0] ?? 0;
  const shift = birth - (b.birth[0] ?? 0);
  return [a, { birth: b.birth.map(() => birth), death: b.death.map(value => value + shift) }];
});

describe('levelMatching', () => {
  it('has the smallest sum of any matching, for any order and ground metric', () => {
    fc.assert(
      fc.property(
        pair,
        fc.constantFrom('linf' as const, 'l2' as const),
        fc.constantFrom(1, 2, 3),
        ([a, b], metric, order) => {
          const { distance } = wassersteinDistance(a, b, order, metric);
          const best = smallestSum(a, b, metric, order) ** (1 / order);
          assert.ok(Math.abs(distance! - best) <= 1e-9 * (1 + best), `${distance} for ${best}`);
        },
      ),
    );
  });

  it('has the smallest largest move, as the general algorithm finds it', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const partner = bottleneckMatching({ metric: 'linf', a, b, cancellation: Cancellation.never });
        const taken = new Set(partner);
        const moves = [
          ...Array.from(partner, (j, i) =>
            j < 0 ? diagonalDistance('linf', a.birth[i]!, a.death[i]!) : Math.abs(a.death[i]! - b.death[j]!),
          ),
          ...Array.from(b.death, (death, j) => (taken.has(j) ? 0 : diagonalDistance('linf', b.birth[j]!, death))),
        ];
        assert.equal(bottleneckDistance(a, b).distance, Math.max(0, ...moves));
      }),
    );
  });

  it('leaves other diagrams to the general algorithms', () => {
    const points = (birth: readonly number[]) => ({
      birth: Float64Array.from(birth),
      death: Float64Array.from(birth, value => value + 1),
    });
    const problem = { metric: 'linf' as const, cancellation: Cancellation.never };
    assert.equal(levelMatching({ ...problem, a: points([0, 1]), b: points([0]) }, 1), undefined);
    assert.equal(levelMatching({ ...problem, a: points([0, 0]), b: points([1]) }, 1), undefined);
    assert.deepEqual([...levelMatching({ ...problem, a: points([2, 2]), b: points([2]) }, 1)!].sort(), [-1, 0]);
  });
});
