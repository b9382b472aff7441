import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { finish } from '../../src/base/steps';
import { lastingBars, toDiagram } from '../../src/topology/bars';
import { BinaryRipsCohomology } from '../../src/topology/binaryRipsCohomology';
import { distanceMatrix, type DistanceMatrix } from '../../src/topology/distances';
import { MemoryBudget } from '../../src/topology/memoryBudget';
import type { RankPairs } from '../../src/topology/rankPairs';
import { relativeNeighbourhoods } from '../../src/topology/relativeNeighbourhoods';
import { rips } from '../../src/topology/rips';
import { RipsFiltration } from '../../src/topology/ripsFiltration';
import { circle, gaussianCloud, groupedMatrices, smallClouds, smallMatrices } from './clouds';
import { pairsOf } from './ripsCheck';
import { matchWithin, ripsOracle } from './ripsOracle';

const runs = { seed: 20261126, numRuns: 300 };

/** Loops of a complex, with columns that go on as bits after so many rows of cofacets. */
function loops(distances: DistanceMatrix, mostRows: number, threshold?: number) {
  const filtration = finish(RipsFiltration.of(distances, threshold, false), Cancellation.never);
  const { rest } = finish(relativeNeighbourhoods(filtration), Cancellation.never);
  const cohomology = new BinaryRipsCohomology(filtration, rest, new MemoryBudget(Infinity), true, mostRows);
  const pairs = finish(
    cohomology.pairs(() => {}),
    Cancellation.never,
  );
  const { lengths } = filtration.views();
  const lengthOf = (rank: number) => lengths[2 * rank + 1]!;
  const diagram = toDiagram([[], lastingBars(pairs, lengthOf, lengthOf)]);
  return { pairs: { ...pairs, cochains: cochainsOf(pairs) }, bars: pairsOf(diagram, 1) };
}

function cochainsOf({ cochains }: RankPairs): number[][] {
  return cochains.map(({ keys }) => [...keys].sort((a, b) => a - b));
}

describe('a column of edges that goes on as bits', () => {
  const matrices = fc.oneof(
    smallMatrices,
    groupedMatrices,
    smallClouds.map(cloud => distanceMatrix(cloud, 'euclidean')),
  );

  it('ends as the boundary matrix says, from its first triangle on and later', () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 0, max: 6 }), (distances, mostRows) => {
        const expected = ripsOracle(distances, 1)[1]!;
        assert.ok(matchWithin(loops(distances, mostRows).bars, expected, 0));
      }),
      runs,
    );
  });

  it('ends in the cochain that a heap would have ended in, also where a threshold leaves loops without an end', () => {
    fc.assert(
      fc.property(
        matrices,
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom(1, 3, 1000),
        (distances, mostRows, share) => {
          const finite = [...distances.values].filter(value => value < Infinity);
          const threshold = Math.max(...finite) * (share / (share + 1));
          assert.deepEqual(loops(distances, mostRows, threshold).pairs, loops(distances, Infinity, threshold).pairs);
        },
      ),
      runs,
    );
  });

  it('is the same where its rows take one word of bits, or several', () => {
    for (const [count, noise] of [
      [127, 0.05],
      [128, 0.1],
      [129, 0.15],
      [260, 0.2],
    ] as const) {
      const distances = distanceMatrix(circle(count, noise, count), 'euclidean');
      const heap = loops(distances, Infinity).pairs;
      assert.ok(Math.max(...heap.cochains.map(edges => edges.length)) > count, 'one cochain is long');
      for (const mostRows of [0, 5, 64]) assert.deepEqual(loops(distances, mostRows).pairs, heap);
    }
    const cloud = distanceMatrix(gaussianCloud(200, 4, 1), 'euclidean');
    assert.deepEqual(loops(cloud, 0).pairs, loops(cloud, Infinity).pairs);
  });

  it('finds the one loop of a noisy circle of a thousand points, and a cocycle that every turn crosses', () => {
    const { diagram, cocycles } = rips(distanceMatrix(circle(1000, 0.1, 1), 'euclidean'), {
      maxDimension: 1,
      cocycles: [1],
      maxRepresentatives: 1,
    });
    const lengths = pairsOf(diagram, 1).map(([birth, death]) => death - birth);
    assert.equal(lengths.filter(length => length > 0.8).length, 1);
    assert.ok(cocycles[0]!.coefficients.length > 1000);
  });
});
