import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bettiCurve, bettiScales } from '../../src/topology/bettiCurve';
import type { PersistenceDiagram } from '../../src/topology/diagram';

const diagramOf = (pairs: readonly (readonly [number, number, number])[]): PersistenceDiagram => ({
  dimension: Uint8Array.from(pairs, p => p[0]),
  birth: Float64Array.from(pairs, p => p[1]),
  death: Float64Array.from(pairs, p => p[2]),
});

describe('bettiCurve', () => {
  it('counts a bar from its birth until just before its death', () => {
    const diagram = diagramOf([[0, 0, 1], [0, 0, Infinity], [1, 1, 3]]); // prettier-ignore
    const { counts } = bettiCurve(diagram, 1, Float64Array.of(0, 0.5, 1, 2, 3, 4));
    assert.deepEqual([...counts], [2, 2, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0]);
  });

  it('equals its definition at any scales', () => {
    const pair = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(pair),
        fc.array(fc.double({ min: -1, max: 15, noNaN: true }), { minLength: 1 }),
        (pairs, at) => {
          const diagram = diagramOf(
            pairs.map(([d, birth, length]) => [d, birth, length === 5 ? Infinity : birth + length]),
          );
          const scales = Float64Array.from(at).sort();
          const { counts } = bettiCurve(diagram, 2, scales);
          scales.forEach((scale, k) => {
            for (let d = 0; d <= 2; d++) {
              const alive = pairs.filter((p, i) => p[0] === d && diagram.birth[i]! <= scale && scale < diagram.death[i]!).length; // prettier-ignore
              assert.equal(counts[d * scales.length + k], alive);
            }
          });
        },
      ),
      { seed: 31, numRuns: 200 },
    );
  });
});

describe('bettiScales', () => {
  const diagram = diagramOf([[0, 0, 1], [0, 0, 2], [0, 0, Infinity], [1, 1.5, 3]]); // prettier-ignore

  it('are the places of the steps where they are few enough', () => {
    assert.deepEqual([...bettiScales(diagram, 5)], [0, 1, 1.5, 2, 3]);
  });

  it('are evenly spaced from first to last where they are not', () => {
    assert.deepEqual([...bettiScales(diagram, 4)], [0, 1, 2, 3]);
    assert.equal(bettiScales(diagramOf([]), 4).length, 0);
  });
});
