import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { comparePair, partsFor, type PairSide } from '../../../src/analyses/compare/pairTask';
import type { PairMeasures } from '../../../src/analyses/compare/comparedPair';
import { pairedAccuracy } from '../../../src/analyses/compare/pairedAccuracy';
import { Cancellation } from '../../../src/base/cancellation';
import { isCancelled } from '../../../src/base/fault';
import { Random } from '../../../src/base/random';
import { distanceMatrix, medianDistance } from '../../../src/topology/distances';
import { rips } from '../../../src/topology/rips';

const COUNT = 132;
const WIDTH = 3;

function side(name: string, values: Float32Array): PairSide {
  const count = values.length / WIDTH;
  const distances = distanceMatrix({ count, width: WIDTH, values }, 'euclidean');
  const { diagram } = rips(distances, { maxDimension: 1 });
  return { name, count, width: WIDTH, values, diagram, medianDistance: medianDistance(distances) };
}

/** Groups of so many points, or one. */
function groups(seed: number, centres: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: COUNT * WIDTH }, (_, k) => {
    const group = Math.floor(k / WIDTH) % centres;
    return 9 * ((group >> (k % WIDTH)) & 1) + random.normal();
  });
}

const compared = (a: PairSide, b: PairSide, more = {}) =>
  comparePair({ a, b, samePoints: true, ratioInterval: false, parts: 12, seed: 1, ...more }, Cancellation.never, () => {}); // prettier-ignore
const one = side('one', groups(1, 1));
const eight = side('eight', groups(2, 8));
const distancesOf = ({ bottleneck, wasserstein }: PairMeasures) =>
  [...bottleneck, ...wasserstein].map(({ distance }) => distance);

describe('comparePair', () => {
  it('finds no difference between a layer and itself', () => {
    const same = compared(eight, eight, { ratioInterval: true });
    assert.deepEqual(distancesOf(same), [0, 0, 0, 0]);
    assert.deepEqual([...same.test!.bottleneck, ...same.test!.wasserstein], [1, 1, 1, 1]);
    assert.ok(Math.abs(same.cka! - 1) < 1e-12);
    assert.equal(same.rtd!.mean, 0);
    assert.equal(same.neighbourhoods!.meanOverlap, 1);
    assert.deepEqual(same.neighbourhoods!.changed, []);
    for (const ratio of same.totalRatio) assert.deepEqual(ratio, { value: 1, low: 1, high: 1 });
  });

  it('finds none under rotation, scale and another place, which neither sees', () => {
    const [cos, sin] = [Math.cos(1), Math.sin(1)];
    const turned = Float32Array.from(eight.values, (_, k) => {
      const [x, y, z] = [0, 1, 2].map(axis => eight.values[k - (k % WIDTH) + axis]!);
      return 5 + 3 * [cos * x! - sin * y!, sin * x! + cos * y!, z!][k % WIDTH]!;
    });
    const same = compared(eight, side('turned', turned));
    assert.ok(distancesOf(same).every(distance => distance < 1e-4));
    assert.ok(same.cka! > 1 - 1e-6);
    assert.ok(same.rtd!.mean < 1e-3);
  });

  it('finds what differs, and says that it is more than chance', () => {
    const { bottleneck, test, cka, neighbourhoods, totalRatio } = compared(eight, one, { ratioInterval: true });
    assert.ok(bottleneck[0]!.distance > 0.1);
    assert.ok(test!.wasserstein[0]! <= 0.01, JSON.stringify(test));
    assert.equal(test!.parts, 12);
    assert.equal(test!.permutations, 2047);
    assert.ok(cka! < 0.5);
    assert.ok(neighbourhoods!.meanOverlap < 0.3 && neighbourhoods!.changed.length === 24);
    const [h0] = totalRatio;
    assert.ok(h0!.value > 1 && h0!.low! > 1 && h0!.high! > h0!.value);
  });

  it('is symmetric', () => {
    const [there, back] = [compared(eight, one), compared(one, eight)];
    assert.deepEqual(distancesOf(there), distancesOf(back));
    assert.deepEqual(there.test, back.test);
    assert.ok(Math.abs(there.cka! - back.cka!) < 1e-12);
    assert.equal(there.rtd!.ab, back.rtd!.ba);
    assert.equal(there.neighbourhoods!.meanOverlap, back.neighbourhoods!.meanOverlap);
    assert.ok(Math.abs(there.totalRatio[0]!.value * back.totalRatio[0]!.value - 1) < 1e-12);
  });

  it('does not depend on the order of rows, but for which of them are in a part', () => {
    const order = new Random(4).permutation(COUNT);
    const shuffled = ({ name, values }: PairSide) =>
      side(
        name,
        Float32Array.from(values, (_, k) => values[order[Math.floor(k / WIDTH)]! * WIDTH + (k % WIDTH)]!),
      );
    const [before, after] = [compared(eight, one), compared(shuffled(eight), shuffled(one))];
    distancesOf(before).forEach((distance, k) => assert.ok(Math.abs(distance - distancesOf(after)[k]!) < 1e-6));
    assert.ok(Math.abs(before.cka! - after.cka!) < 1e-9);
    assert.ok(Math.abs(before.neighbourhoods!.meanOverlap - after.neighbourhoods!.meanOverlap) < 1e-9);
    const [first] = after.neighbourhoods!.changed;
    assert.ok(before.neighbourhoods!.changed.some(({ point }) => point === order[first!.point]));
  });

  it('says what cannot be compared', () => {
    const other = compared(eight, one, { samePoints: false });
    assert.deepEqual([other.cka, other.rtd, other.test, other.neighbourhoods], [null, null, null, null]);
    assert.deepEqual(
      other.caveats.map(({ code }) => code),
      ['other-points'],
    );
    const few = side('few', groups(3, 1).slice(0, 40 * WIDTH));
    assert.ok(compared(few, few).caveats.some(({ code }) => code === 'few-parts'));
    const flat = side('flat', new Float32Array(COUNT * WIDTH));
    const codes = compared(flat, one).caveats.map(({ code }) => code);
    assert.ok(codes.includes('no-variance') && codes.includes('no-scale'), codes.join());
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const input = { a: eight, b: one, samePoints: true, ratioInterval: true, parts: 12, seed: 0 };
    assert.throws(() => comparePair(input, cancellation, () => {}), isCancelled);
  });

  it('takes as many parts as the adjustment for all layers needs', () => {
    for (const pairs of [1, 7, 25, 50, 200]) assert.ok(pairs > 400 || (4 * pairs) / 2 ** (partsFor(pairs) - 1) <= 0.05);
    assert.equal(partsFor(7), 12);
    assert.equal(partsFor(1e6), 16);
  });
});

describe('pairedAccuracy', () => {
  it('is McNemar’s exact test', () => {
    const rows = (right: string) => Uint8Array.from(right, digit => Number(digit));
    // 1 row that A alone got right, 5 that B did: twice (1 + 6) in 64.
    const { onlyA, onlyB, difference, pValue, low, high } = pairedAccuracy(rows('1100000011'), rows('1011111011'));
    assert.deepEqual([onlyA, onlyB], [1, 5]);
    assert.ok(Math.abs(difference - 0.4) < 1e-12);
    assert.ok(Math.abs(pValue - 14 / 64) < 1e-12);
    assert.ok(low < difference && difference < high);
    assert.equal(pairedAccuracy(rows('101'), rows('101')).pValue, 1);
  });
  it('has an interval that Bonett and Price give, and no overflow for many rows', () => {
    const a = new Uint8Array(10_000).fill(1);
    const b = a.map((_, i) => (i < 3000 ? 0 : 1));
    const { pValue, low, high } = pairedAccuracy(a, b);
    assert.equal(pValue, 0);
    const [p, q] = [3001 / 10_002, 1 / 10_002];
    const half = 1.959963984540054 * Math.sqrt((p + q - (q - p) ** 2) / 10_002);
    assert.ok(Math.abs(low - (q - p - half)) < 1e-12 && Math.abs(high - (q - p + half)) < 1e-12);
  });
});
