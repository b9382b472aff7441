import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { distanceMatrix } from '../../src/topology/distances';
import { maxminLandmarks } from '../../src/topology/landmarks';
import { rips } from '../../src/topology/rips';
import { sparseRips } from '../../src/topology/sparseRips';
import { circle, gaussianCloud, tiedClouds } from './clouds';
import { assertSameDiagram, pairsOf } from './ripsCheck';
import { matchWithin, ripsOracle, type Pair } from './ripsOracle';

const SEED = 77;

describe('sparseRips', () => {
  it('is within a factor of 1 + ε of the exact diagram, in every dimension', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0.1, 0.5, 1, 3),
        fc.nat(),
        (points, epsilon, seed) => {
          const cloud = seed % 2 === 0 ? circle(points, 0.1, seed) : gaussianCloud(points, 3, seed);
          const distances = distanceMatrix(cloud, 'euclidean');
          const sparse = sparseRips(distances, { seed, epsilon, maxDimension: 2 });
          const exact = rips(distances, { maxDimension: 2 });
          const deaths = (diagram: typeof exact.diagram) => pairsOf(diagram, 0).map(([, death]) => death);
          const exactDeaths = deaths(exact.diagram);
          deaths(sparse.diagram).forEach((death, k) => {
            assert.ok(death >= exactDeaths[k]! * (1 - 1e-6), `${death} is below ${exactDeaths[k]}`);
            assert.ok(death <= exactDeaths[k]! * (1 + epsilon) * (1 + 1e-6), `${death} is above ${exactDeaths[k]}`);
          });
          assert.equal(deaths(sparse.diagram).length, exactDeaths.length);
          // Exact ends move up by log(1 + ε) at most: around the middle of that, by half of it to either side.
          const half = Math.log(1 + epsilon) / 2;
          const logarithms = (pairs: readonly Pair[], shift: number) =>
            pairs.map((pair): Pair => [Math.log(pair[0]) + shift, Math.log(pair[1]) + shift]);
          for (const dimension of [1, 2]) {
            const found = logarithms(pairsOf(sparse.diagram, dimension), 0);
            const wanted = logarithms(pairsOf(exact.diagram, dimension), half);
            assert.ok(matchWithin(found, wanted, half + 1e-6), `dimension ${dimension}`);
          }
        },
      ),
      { seed: SEED, numRuns: 80 },
    );
  });

  it('is exact for a small ε, with ties, duplicates and coefficients', () => {
    fc.assert(
      fc.property(tiedClouds(9), fc.constantFrom(2, 3), (cloud, coefficients) => {
        const distances = distanceMatrix(cloud, 'euclidean');
        const { diagram } = sparseRips(distances, { seed: 1, epsilon: 1e-3, maxDimension: 2, coefficients });
        assertSameDiagram(diagram, ripsOracle(distances, 2, Infinity, coefficients));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('has the simplices of its definition: none whose last edge comes when a vertex has vanished', () => {
    let vanished = 0;
    for (let seed = 0; seed < 20; seed++) {
      const epsilon = 2;
      const distances = distanceMatrix(gaussianCloud(30, 2, seed), 'euclidean');
      const { indices, insertionRadii } = maxminLandmarks(distances, 30, { seed });
      const full = insertionRadii.map(radius => (radius * (1 + epsilon)) / epsilon);
      /** Twice the first radius at which the balls, which grow until they are full, meet. */
      const edge = (u: number, v: number) => {
        const distance = distances.at(indices[u]!, indices[v]!);
        if (distance > full[u]! + full[v]!) return Infinity;
        return 2 * Math.max(distance / 2, distance - Math.min(full[u]!, full[v]!));
      };
      const end = (v: number) => 2 * full[v]! * (1 + epsilon);
      let [edges, triangles] = [0, 0];
      for (let u = 0; u < 30; u++) {
        for (let v = u + 1; v < 30; v++) {
          if (!(edge(u, v) <= Math.min(end(u), end(v)))) continue;
          edges++;
          for (let w = v + 1; w < 30; w++) {
            if (!(edge(u, w) <= Math.min(end(u), end(w)) && edge(v, w) <= Math.min(end(v), end(w)))) continue;
            if (Math.max(edge(u, v), edge(u, w), edge(v, w)) <= Math.min(end(u), end(v), end(w))) triangles++;
            else vanished++;
          }
        }
      }
      const { simplices } = sparseRips(distances, { seed, epsilon, maxDimension: 1 });
      assert.deepEqual(simplices, [30, edges, triangles]);
    }
    assert.ok(vanished > 0, 'the condition never mattered');
  });

  it('leaves most of a large cloud of low dimension out', () => {
    const distances = distanceMatrix(circle(400, 0, 5), 'euclidean');
    const { simplices, diagram, factor } = sparseRips(distances, { seed: 0, epsilon: 0.5, maxDimension: 1 });
    assert.equal(factor, 1.5);
    assert.ok(simplices[1]! < 0.15 * ((400 * 399) / 2), `${simplices[1]} edges`);
    const loops = pairsOf(diagram, 1).filter(([birth, death]) => death > 1.5 * 1.5 * birth);
    assert.equal(loops.length, 1);
    // A circle of radius 1 is filled at the side of its inscribed triangle.
    assert.ok(loops[0]![1] >= Math.sqrt(3) * 0.99 && loops[0]![1] <= 1.5 * Math.sqrt(3));
  });

  it('refuses an ε of 0', () => {
    const distances = distanceMatrix(circle(5, 0, 5), 'euclidean');
    assert.throws(
      () => sparseRips(distances, { seed: 0, epsilon: 0, maxDimension: 1 }),
      (error: unknown) => error instanceof Fault && error.code === 'usage',
    );
  });
});
