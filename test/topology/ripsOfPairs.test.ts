import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import type { DistanceMatrix } from '../../src/topology/distances';
import { rips } from '../../src/topology/rips';
import { isDense, ripsOfPairs } from '../../src/topology/ripsOfPairs';
import { sparseDistances } from '../../src/topology/sparseDistances';
import { ChainComplex } from './chainOracle';
import { groupedMatrices, smallMatrices } from './clouds';
import { checkCocycle, checkCycle } from './representativeCheck';
import { pairsOf } from './ripsCheck';
import { allSimplices } from './ripsOracle';

const SEED = 31337;
/** Between the indices of two points that are joined at all: enough others make a matrix too large to be worth it. */
const APART = 300;

/** Triples of a matrix in a random order, some of them twice, some the other way around. */
function triplesOf(distances: DistanceMatrix, apart: number, seed: number) {
  const random = new Random(seed);
  const triples: [number, number, number][] = [];
  for (let i = 0; i < distances.count; i++)
    for (let j = 0; j < i; j++) {
      if (distances.at(i, j) === Infinity) continue;
      const ends: [number, number] = random.uniform() < 0.5 ? [i, j] : [j, i];
      triples.push([apart * ends[0], apart * ends[1], distances.at(i, j)]);
      if (random.uniform() < 0.3) triples.push([apart * ends[1], apart * ends[0], distances.at(i, j)]);
    }
  const shuffled = [...random.permutation(triples.length)].map(k => triples[k]!);
  return [0, 1, 2].map(column => shuffled.map(triple => triple[column]!)) as [number[], number[], number[]];
}

describe('Rips of sparse distances', () => {
  const matrices = fc.oneof(smallMatrices, groupedMatrices);
  const settings = [matrices, fc.constantFrom(2, 3), fc.constantFrom(undefined, 1, 2, 3.5), fc.nat()] as const;

  it('is that of the matrix whose other entries are infinite, with any threshold', () => {
    fc.assert(
      fc.property(...settings, (distances, coefficients, threshold, seed) => {
        const options = { maxDimension: 2, coefficients, ...(threshold === undefined ? {} : { threshold }) };
        const dense = rips(distances, options);
        const few = ripsOfPairs(sparseDistances(...triplesOf(distances, 1, seed), distances.count), options);
        assert.deepEqual(few, dense);
        const many = sparseDistances(...triplesOf(distances, APART, seed), 8 * APART + 1);
        assert.ok(!isDense(many));
        const { diagram } = ripsOfPairs(many, options);
        for (const dimension of [0, 1, 2]) {
          const lasting = (pairs: ReturnType<typeof pairsOf>) => pairs.filter(([, death]) => dimension > 0 || death < Infinity); // prettier-ignore
          assert.deepEqual(lasting(pairsOf(diagram, dimension)), lasting(pairsOf(dense.diagram, dimension)));
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('has exact cycles and cocycles where there is no matrix', () => {
    let seen = 0;
    fc.assert(
      fc.property(...settings, (distances, coefficients, threshold, seed) => {
        const many = sparseDistances(...triplesOf(distances, APART, seed), 8 * APART + 1);
        const options = { maxDimension: 2, coefficients, cycles: [1, 2], cocycles: [1, 2] };
        const { diagram, cycles, cocycles } = ripsOfPairs(many, { ...options, ...(threshold === undefined ? {} : { threshold }) }); // prettier-ignore
        const simplices = allSimplices(distances, 3, threshold ?? Infinity);
        const apart = simplices.map(({ vertices, diameter }) => ({ vertices: vertices.map(v => APART * v), diameter }));
        const complex = new ChainComplex(apart, coefficients);
        for (const cycle of cycles) checkCycle(complex, cycle, pairsOf(diagram, cycle.dimension), coefficients);
        for (const cocycle of cocycles) checkCocycle(complex, cocycle, pairsOf(diagram, cocycle.dimension), coefficients); // prettier-ignore
        seen += cycles.length;
      }),
      { seed: SEED, numRuns: 40 },
    );
    assert.ok(seen > 20, `${seen} cycles seen`);
  });

  it('takes more points than a matrix would have room for', () => {
    const count = 60_000;
    const around = Array.from({ length: count }, (_, i) => i);
    const ring = sparseDistances(around, around.map(i => (i + 1) % count), around.map(i => 1 + i / count)); // prettier-ignore
    const { diagram, points, enclosingRadius } = ripsOfPairs(ring, { maxDimension: 1 });
    assert.deepEqual([points, enclosingRadius], [count, Infinity]);
    assert.deepEqual(pairsOf(diagram, 1), [[Math.fround(1 + (count - 1) / count), Infinity]]);
  });

  it('refuses more simplices than are allowed', () => {
    const all = Array.from({ length: 3000 }, (_, i) => i);
    const path = sparseDistances(all.slice(1), all.slice(0, -1), all.slice(1));
    assert.throws(
      () => ripsOfPairs(path, { maxDimension: 1, maxSimplices: 4000 }),
      (error: unknown) => error instanceof Fault && error.code === 'too-large',
    );
  });
});

describe('sparseDistances', () => {
  const refused = (...triple: [number[], number[], number[], number?]) =>
    assert.throws(
      () => sparseDistances(...triple),
      (error: unknown) => error instanceof Fault && error.code === 'shape-mismatch',
    );
  it('keeps each pair once, and leaves out what says nothing', () => {
    const { count, from, to, length } = sparseDistances([2, 0, 1, 1, 3], [0, 2, 1, 0, 1], [5, 5, 0, Infinity, 1]);
    assert.deepEqual([count, [...from], [...to], [...length]], [4, [0, 1], [2, 3], [5, 1]]);
  });
  it('refuses what is no index, no distance, a diagonal that is not 0, and two distances of one pair', () => {
    refused([0.5], [1], [1]);
    refused([-1], [1], [1]);
    refused([0], [4], [1], 4);
    refused([0], [1], [-1]);
    refused([0], [1], [NaN]);
    refused([1], [1], [2]);
    refused([0, 1], [1, 0], [1, 2]);
    assert.throws(
      () => sparseDistances([], [], []),
      (error: unknown) => error instanceof Fault && error.code === 'empty',
    );
  });
});
