import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import { diagonalDistance, type DiagramPoints, type GroundMetric } from '../../src/topology/diagramPoints';
import { covers } from './coverOracle';

const bornAt = (birth: number, deaths: readonly number[]): DiagramPoints => ({
  birth: new Float64Array(deaths.length).fill(birth),
  death: Float64Array.from(deaths, length => birth + length),
});

/** Bars of whole lengths, so that ties abound. */
const lengths = fc.array(fc.nat(40), { maxLength: 25 });

describe('the bottleneck distance of bars that are born together', () => {
  it('is the least bound within which the bars can be matched', () => {
    fc.assert(
      fc.property(
        lengths,
        lengths,
        fc.constantFrom<GroundMetric>('linf', 'l2'),
        fc.constantFrom(0, -3),
        (x, y, metric, birth) => {
          const [a, b] = [bornAt(birth, x), bornAt(birth, y)];
          const { distance, matching } = bottleneckDistance(a, b, metric);
          assert.ok(covers(a, b, metric, distance! + 1e-9), `${distance} is too little`);
          assert.ok(distance === 0 || !covers(a, b, metric, distance! - 1e-9), `${distance} is too much`);
          const moves = matching!.map(([i, j]) =>
            i === null
              ? diagonalDistance(metric, birth, b.death[j!]!)
              : j === null
                ? diagonalDistance(metric, birth, a.death[i]!)
                : Math.abs(a.death[i]! - b.death[j]!),
          );
          assert.equal(Math.max(0, ...moves), distance);
          assert.equal(new Set(matching!.flatMap(([i]) => i ?? [])).size, x.length);
          assert.equal(new Set(matching!.flatMap(([, j]) => j ?? [])).size, y.length);
          assert.equal(bottleneckDistance(b, a, metric).distance, distance);
        },
      ),
    );
  });
});
