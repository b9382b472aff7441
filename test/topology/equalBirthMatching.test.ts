import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
} from '../../src/topology/diagramPoints';

const bornAt = (birth: number, deaths: readonly number[]): DiagramPoints => ({
  birth: new Float64Array(deaths.length).fill(birth),
  death: Float64Array.from(deaths, length => birth + length),
});

/** Bars of whole lengths, so that ties abound. */
const lengths = fc.array(fc.nat(40), { maxLength: 25 });

/** Whether all points farther than a bound from the diagonal can be matched within it: a bipartite matching, by augmenting paths. */
function covers(a: DiagramPoints, b: DiagramPoints, metric: GroundMetric, bound: number): boolean {
  const far = (points: DiagramPoints) =>
    Array.from(points.death, (death, i) => diagonalDistance(metric, points.birth[i]!, death) > bound);
  const near = (i: number, j: number) =>
    groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!) <= bound;
  // Both sides by themselves: where each can be covered, both can (Mendelsohn and Dulmage).
  const covered = (must: boolean[], others: number, joined: (x: number, y: number) => boolean) => {
    const partner = new Array<number>(others).fill(-1);
    const place = (x: number, tried: Set<number>): boolean => {
      for (let y = 0; y < others; y++) {
        if (tried.has(y) || !joined(x, y)) continue;
        tried.add(y);
        if (partner[y] === -1 || place(partner[y]!, tried)) {
          partner[y] = x;
          return true;
        }
      }
      return false;
    };
    return must.every((needed, x) => !needed || place(x, new Set()));
  };
  return covered(far(a), b.birth.length, near) && covered(far(b), a.birth.length, (x, y) => near(y, x));
}

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
