import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { bottleneckDistance, wassersteinDistance } from '../../src/topology/diagramDistance';
import {
  diagonalDistance,
  groundDistance,
  type DiagramDistance,
  type DiagramPoints,
  type GroundMetric,
} from '../../src/topology/diagramPoints';
import { slicedWassersteinDistance } from '../../src/topology/slicedWasserstein';
import { smallestSum } from './assignmentOracle';
import { covers } from './coverOracle';
import { readFixture } from './fixture';

type Pair = readonly [number, number | null];

interface Case {
  readonly id: string;
  readonly kind: 'bottleneck' | 'wasserstein';
  readonly order: number;
  readonly ground: GroundMetric;
  readonly a: readonly Pair[];
  readonly b: readonly Pair[];
  readonly distance: number | null;
}

const pointsOf = (pairs: readonly Pair[]): DiagramPoints => ({
  birth: Float64Array.from(pairs, pair => pair[0]),
  death: Float64Array.from(pairs, pair => pair[1] ?? Infinity),
});

/** What the matching moves every point by, once it is checked that every point is in it once. */
function movesOf({ matching }: DiagramDistance, a: DiagramPoints, b: DiagramPoints, ground: GroundMetric): number[] {
  assert.ok(matching);
  const places = (side: 0 | 1) => matching.map(pair => pair[side]).filter(index => index !== null).sort((x, y) => x - y); // prettier-ignore
  assert.deepEqual(
    places(0),
    Array.from(a.birth, (_, i) => i),
  );
  assert.deepEqual(
    places(1),
    Array.from(b.birth, (_, i) => i),
  );
  return matching.map(([i, j]) => {
    if (i === null) return diagonalDistance(ground, b.birth[j!]!, b.death[j!]!);
    if (j === null) return diagonalDistance(ground, a.birth[i]!, a.death[i]!);
    const died = a.death[i] === b.death[j] ? 0 : a.death[i]! - b.death[j]!;
    return groundDistance(ground, a.birth[i]! - b.birth[j]!, died);
  });
}

/** Tries every matching. */
function bruteForce(a: DiagramPoints, b: DiagramPoints, ground: GroundMetric, combine: (moves: number[]) => number) {
  let best = Infinity;
  const place = (i: number, free: number[], moves: number[]): void => {
    if (i === a.birth.length) {
      best = Math.min(best, combine([...moves, ...free.map(j => diagonalDistance(ground, b.birth[j]!, b.death[j]!))]));
      return;
    }
    place(i + 1, free, [...moves, diagonalDistance(ground, a.birth[i]!, a.death[i]!)]);
    for (const j of free) {
      const move = groundDistance(ground, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!);
      place(i + 1, free.filter(other => other !== j), [...moves, move]); // prettier-ignore
    }
  };
  place(0, Array.from(b.birth, (_, j) => j), []); // prettier-ignore
  return best;
}

const largest = (moves: number[]) => Math.max(0, ...moves);
const powerSum = (order: number) => (moves: number[]) => moves.reduce((sum, x) => sum + x ** order, 0) ** (1 / order);

/** Whole numbers, so that ties abound. */
const diagrams = (most: number): fc.Arbitrary<DiagramPoints> =>
  fc
    .array(fc.tuple(fc.nat(8), fc.nat(6)), { maxLength: most })
    .map(pairs => pointsOf(pairs.map(([birth, length]) => [birth, birth + length] as const)));

describe('distances between diagrams', () => {
  for (const { id, kind, order, ground, a, b, distance } of readFixture<Case>('distances.json'))
    it(`equals the reference: ${id}`, () => {
      const [first, second] = [pointsOf(a), pointsOf(b)];
      const between = (x: DiagramPoints, y: DiagramPoints) =>
        kind === 'bottleneck' ? bottleneckDistance(x, y, ground) : wassersteinDistance(x, y, order, ground);
      const result = between(first, second);
      assert.ok(Object.is(between(second, first).distance, result.distance), 'not symmetric');
      if (distance === null) {
        assert.deepEqual(result, { distance: null, matching: null });
        return;
      }
      const scale = Math.max(1, ...[...a, ...b].flat().map(value => Math.abs(value ?? 0)));
      assert.ok(Math.abs(result.distance! - distance) <= 1e-12 * scale, `${result.distance}, not ${distance}`);
      const moves = movesOf(result, first, second, ground);
      const cost = kind === 'bottleneck' ? largest(moves) : powerSum(order)(moves);
      assert.ok(Math.abs(cost - distance) <= 1e-12 * scale, `the matching costs ${cost}`);
    });

  it('is the best of all matchings', () => {
    fc.assert(
      fc.property(
        diagrams(4),
        diagrams(4),
        fc.constantFrom<GroundMetric>('linf', 'l2'),
        fc.constantFrom(1, 2, 3.5),
        (a, b, ground, order) => {
          const bottleneck = bottleneckDistance(a, b, ground);
          assert.equal(bottleneck.distance, bruteForce(a, b, ground, largest));
          assert.equal(largest(movesOf(bottleneck, a, b, ground)), bottleneck.distance);
          const wasserstein = wassersteinDistance(a, b, order, ground);
          const best = bruteForce(a, b, ground, powerSum(order));
          assert.ok(
            Math.abs(wasserstein.distance! - best) <= 1e-12 * (1 + best),
            `${wasserstein.distance}, not ${best}`,
          );
          assert.ok(Math.abs(powerSum(order)(movesOf(wasserstein, a, b, ground)) - best) <= 1e-12 * (1 + best));
        },
      ),
      { seed: 51, numRuns: 400 },
    );
  });

  const kinds: { readonly [name: string]: (random: Random) => readonly [number, number] } = {
    anywhere: random => [random.uniform(), random.uniform()],
    'near the diagonal': random => [random.normal(), -0.05 * Math.log(1 - random.uniform())],
    'far from it, to one side': random => [random.uniform() ** 2, 1 + random.uniform() ** 2],
    'born at once': random => [0, 1 + random.normal() ** 2],
    'on a grid': random => [random.integer(6), random.integer(5)],
    'in clusters': random => [random.integer(3) + 0.01 * random.normal(), 1 + random.integer(2)],
    'of all sizes': random => [random.normal(), Math.exp(-12 * random.uniform())],
  };
  const drawn = (kind: string, count: number, random: Random) =>
    pointsOf(Array.from({ length: count }, () => kinds[kind]!(random)).map(([birth, length]) => [birth, birth + length] as const)); // prettier-ignore

  for (const kindA of Object.keys(kinds))
    it(`moves points of diagrams ${kindA} no farther than some matching must`, () => {
      const random = new Random(56, kindA);
      for (const kindB of Object.keys(kinds)) {
        for (const ground of ['linf', 'l2'] as const) {
          const a = drawn(kindA, 10 + random.integer(80), random);
          const b = drawn(kindB, 10 + random.integer(80), random);
          const result = bottleneckDistance(a, b, ground);
          assert.equal(largest(movesOf(result, a, b, ground)), result.distance);
          assert.ok(covers(a, b, ground, result.distance!), `${kindB}: ${result.distance} is too little`);
          assert.ok(!covers(a, b, ground, result.distance! * (1 - 1e-12)), `${kindB}: ${result.distance} is too much`);
        }
      }
    });

  it('is the same to the bit for points in any order', () => {
    const random = new Random(55, 'order');
    for (const kind of Object.keys(kinds)) {
      const [a, b] = [drawn(kind, 40, random), drawn(kind, 40, random)];
      const inOrder = ({ birth, death }: DiagramPoints): DiagramPoints => {
        const order = Array.from(birth.keys()).sort((i, j) => birth[i]! - birth[j]! || death[i]! - death[j]!);
        return { birth: Float64Array.from(order, i => birth[i]!), death: Float64Array.from(order, i => death[i]!) };
      };
      for (const measure of [bottleneckDistance, (x: DiagramPoints, y: DiagramPoints) => wassersteinDistance(x, y, 2)])
        assert.ok(Object.is(measure(a, b).distance, measure(inOrder(a), inOrder(b)).distance), kind);
    }
  });

  for (const kindA of Object.keys(kinds))
    for (const kindB of Object.keys(kinds))
      it(`finds the smallest sum between diagrams ${kindA} and ${kindB}`, () => {
        const random = new Random(57, kindA + kindB);
        for (const ground of ['linf', 'l2'] as const) {
          for (const order of [1, 2, 3.5]) {
            const a = drawn(kindA, 20 + random.integer(40), random);
            const b = drawn(kindB, 20 + random.integer(40), random);
            const expected = smallestSum(a, b, ground, order);
            const result = wassersteinDistance(a, b, order, ground);
            const cost = movesOf(result, a, b, ground).reduce((sum, move) => sum + move ** order, 0);
            const case_ = `${a.birth.length} and ${b.birth.length} points, ${ground}, order ${order}`;
            assert.ok(Math.abs(cost - expected) <= 1e-9 * expected, `${cost}, not ${expected}: ${case_}`);
            assert.ok(Math.abs(result.distance! ** order - expected) <= 1e-9 * expected, case_);
            assert.ok(Object.is(wassersteinDistance(b, a, order, ground).distance, result.distance), case_);
          }
        }
      });

  it('tells diagrams apart that differ far less than their bars are long', () => {
    const random = new Random(58, 'nearly the same');
    const a = drawn('anywhere', 60, random);
    const moved = (by: number): DiagramPoints => ({
      birth: a.birth.map(value => value + by * random.normal()),
      death: a.death.map(value => value + by * random.normal()),
    });
    for (const order of [1, 2, 6])
      for (const by of [1e-5, 1e-9, 1e-12]) {
        const b = moved(by);
        const direct = powerSum(order)(Array.from(a.birth, (birth, i) => groundDistance('linf', birth - b.birth[i]!, a.death[i]! - b.death[i]!))); // prettier-ignore
        const { distance } = wassersteinDistance(a, b, order);
        assert.ok(Math.abs(distance! - direct) <= 1e-9 * direct, `moved by ${by}, order ${order}: ${distance}, not ${direct}`); // prettier-ignore
      }
    for (const order of [1, 2, 6, 100]) assert.equal(wassersteinDistance(a, a, order).distance, 0);
  });

  it('holds for any order, and any size of numbers', () => {
    const random = new Random(59, 'sizes');
    for (const factor of [1e-200, 1e-3, 1e150]) {
      const [a, b] = [drawn('anywhere', 30, random), drawn('anywhere', 25, random)].map(
        ({ birth, death }): DiagramPoints => ({ birth: birth.map(x => x * factor), death: death.map(x => x * factor) }),
      );
      const bottleneck = bottleneckDistance(a!, b!).distance!;
      const high = wassersteinDistance(a!, b!, 100).distance!;
      assert.ok(high >= bottleneck * (1 - 1e-12) && high <= bottleneck * 55 ** (1 / 100) * (1 + 1e-12));
    }
  });

  it('can be stopped in every part, and looks at the sign for every few points', () => {
    class Counting extends Cancellation {
      polls = 0;
      constructor(private readonly most: number) {
        super();
      }
      override throwIfCancelled(): void {
        if (++this.polls >= this.most) this.cancel();
        super.throwIfCancelled();
      }
    }
    const random = new Random(60, 'stopped');
    const count = 300;
    const [a, b] = [drawn('far from it, to one side', count, random), drawn('anywhere', count, random)];
    const measures = {
      sliced: (sign: Cancellation) => slicedWassersteinDistance(a, b, 2 * count + 1, sign),
      bottleneck: (sign: Cancellation) => bottleneckDistance(a, b, 'linf', sign),
      wasserstein: (sign: Cancellation) => wassersteinDistance(a, b, 2, 'linf', sign),
    };
    for (const [name, measure] of Object.entries(measures)) {
      const whole = new Counting(Infinity);
      measure(whole);
      assert.ok(whole.polls > 2 * count, `${name}: ${whole.polls} looks`);
      for (const share of [0, 0.1, 0.5, 0.9]) {
        const sign = new Counting(Math.ceil(share * whole.polls) + 1);
        assert.throws(() => measure(sign), (error: unknown) => error instanceof Fault && error.code === 'cancelled'); // prettier-ignore
        assert.equal(sign.polls, Math.ceil(share * whole.polls) + 1, `${name} went on`);
      }
    }
  });

  it('is a metric on diagrams without points on the diagonal, symmetric to the bit', () => {
    const measures = [
      (x: DiagramPoints, y: DiagramPoints) => bottleneckDistance(x, y).distance!,
      (x: DiagramPoints, y: DiagramPoints) => wassersteinDistance(x, y, 1, 'l2').distance!,
      (x: DiagramPoints, y: DiagramPoints) => wassersteinDistance(x, y, 2).distance!,
      (x: DiagramPoints, y: DiagramPoints) => slicedWassersteinDistance(x, y)!,
    ];
    fc.assert(
      fc.property(diagrams(25), diagrams(25), diagrams(25), (a, b, c) => {
        for (const measure of measures) {
          const ab = measure(a, b);
          assert.ok(ab >= 0);
          assert.ok(Object.is(measure(b, a), ab), 'not symmetric to the bit');
          assert.ok(measure(a, a) <= 1e-12);
          assert.ok(ab <= measure(a, c) + measure(c, b) + 1e-9, 'triangle inequality');
        }
      }),
      { seed: 52, numRuns: 100 },
    );
  });

  it('orders the distances as theory does: bottleneck ≤ order 2 ≤ order 1, sliced ≤ 2√2 · order 1', () => {
    fc.assert(
      fc.property(diagrams(20), diagrams(20), (a, b) => {
        const one = wassersteinDistance(a, b, 1).distance! + 1e-9;
        const two = wassersteinDistance(a, b, 2).distance! + 1e-9;
        assert.ok(bottleneckDistance(a, b).distance! <= two && two <= one + 1e-9);
        assert.ok(slicedWassersteinDistance(a, b)! <= 2 * Math.SQRT2 * one);
      }),
      { seed: 53, numRuns: 100 },
    );
  });

  it('scales with the diagrams and does not depend on the order of points', () => {
    fc.assert(
      fc.property(diagrams(15), diagrams(15), fc.constantFrom(1e-9, 3, 1e9), (a, b, factor) => {
        const scaled = ({ birth, death }: DiagramPoints) => ({ birth: birth.map(x => x * factor).reverse(), death: death.map(x => x * factor).reverse() }); // prettier-ignore
        const plain = wassersteinDistance(a, b, 2).distance!;
        assert.ok(Math.abs(wassersteinDistance(scaled(a), scaled(b), 2).distance! - factor * plain) <= 1e-12 * factor * (1 + plain)); // prettier-ignore
      }),
      { seed: 54, numRuns: 60 },
    );
  });

  it('matches essential points in order of birth, those of superlevel diagrams too', () => {
    const a = pointsOf([[5, null], [0, null], [1, 2]]); // prettier-ignore
    const b = pointsOf([[0.5, null], [4, null]]); // prettier-ignore
    assert.equal(bottleneckDistance(a, b).distance, 1);
    assert.equal(wassersteinDistance(a, b, 1).distance, 2);
    assert.ok(Math.abs(slicedWassersteinDistance(a, pointsOf([[0, null], [5, null]]))! - slicedWassersteinDistance(pointsOf([[1, 2]]), pointsOf([]))!) < 1e-12); // prettier-ignore
    const above = (birth: number): DiagramPoints => ({
      birth: Float64Array.of(birth),
      death: Float64Array.of(-Infinity),
    });
    assert.deepEqual(bottleneckDistance(above(3), above(1)), { distance: 2, matching: [[0, 0]] });
    assert.equal(slicedWassersteinDistance(a, pointsOf([])), null);
  });

  it('knows the sliced distance of one point from the empty diagram', () => {
    // Along θ the point (0, 1) and its projection (½, ½) are ½ |cos θ − sin θ| apart; the mean over half a turn is √2 / π.
    const value = slicedWassersteinDistance(pointsOf([[0, 1]]), pointsOf([]), 4096)!;
    assert.ok(Math.abs(value - Math.SQRT2 / Math.PI) < 1e-6, String(value));
  });

  it('refuses an order below 1', () => {
    assert.throws(() => wassersteinDistance(pointsOf([]), pointsOf([]), 0.5), (error: unknown) => error instanceof Fault && error.code === 'usage'); // prettier-ignore
  });
});
