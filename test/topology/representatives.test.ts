import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { DistanceMatrix, distanceMatrix } from '../../src/topology/distances';
import { renamed } from '../../src/topology/representative';
import { rips } from '../../src/topology/rips';
import { ChainComplex } from './chainOracle';
import { circle, gaussianCloud, groupedMatrices, smallClouds, smallMatrices } from './clouds';
import { pairsOf } from './ripsCheck';
import { checkCocycle, checkCycle, checkRepresentatives } from './representativeCheck';
import { allSimplices } from './ripsOracle';

const SEED = 20240317;
const runs = (numRuns: number) => ({ seed: SEED, numRuns });
const inputs = fc.oneof(
  smallMatrices,
  groupedMatrices,
  smallClouds.map(cloud => distanceMatrix(cloud, 'euclidean')),
);

/** Everything that a cycle and a cocycle of each bar promise. Returns how many bars there were in each dimension. */
function check(distances: DistanceMatrix, maxDimension: number, prime: number, threshold = Infinity): number[] {
  const result = rips(distances, {
    maxDimension,
    coefficients: prime,
    cycles: true,
    cocycles: true,
    ...(threshold < Infinity ? { threshold } : {}),
  });
  const complex = new ChainComplex(allSimplices(distances, maxDimension + 1, threshold), prime);
  return checkRepresentatives(complex, result, maxDimension, prime);
}

/** Of a graph: 1 along its edges, 2 between all others, so that its flag complex is what is there from 1 to 2. */
function graphDistances(count: number, edges: readonly (readonly [number, number])[]): DistanceMatrix {
  const values = new Float32Array(count * count).fill(2);
  for (let i = 0; i < count; i++) values[i * count + i] = 0;
  for (const [i, j] of edges) {
    values[i * count + j] = 1;
    values[j * count + i] = 1;
  }
  return new DistanceMatrix(count, values);
}

/** The barycentric subdivision, whose simplices are chains of faces: a flag complex. */
function subdivided(triangles: readonly (readonly number[])[]): DistanceMatrix {
  const faces = new Map<string, readonly number[]>();
  for (const triangle of triangles)
    for (let mask = 1; mask < 8; mask++) {
      const face = triangle.filter((_, k) => (mask >> k) & 1);
      faces.set(face.join(), face);
    }
  const all = [...faces.values()];
  const edges = all.flatMap((a, i) =>
    all.flatMap((b, j): [number, number][] => (a.length < b.length && a.every(v => b.includes(v)) ? [[i, j]] : [])),
  );
  return graphDistances(all.length, edges);
}

/** The real projective plane with six vertices. */
const PROJECTIVE_PLANE = [
  [0, 1, 4], [0, 1, 5], [0, 2, 3], [0, 2, 5], [0, 3, 4], [1, 2, 3], [1, 2, 4], [1, 3, 5], [2, 4, 5], [3, 4, 5],
]; // prettier-ignore

/** Opposite points of an orthoplex are not joined: its flag complex is a sphere. */
const orthoplex = (dimension: number) =>
  graphDistances(
    2 * dimension + 2,
    Array.from({ length: dimension + 1 }, (_, i) => i).flatMap(i =>
      Array.from({ length: i }, (_, j) => j).flatMap((j): [number, number][] =>
        [0, 1].flatMap(a => [0, 1].map((b): [number, number] => [2 * i + a, 2 * j + b])),
      ),
    ),
  );

describe('cycles and cocycles are exact, and bases at every scale', () => {
  it('of small clouds and matrices in dimensions 0 to 2, over Z/2, Z/3 and Z/5', () => {
    const seen = [0, 0, 0];
    fc.assert(
      fc.property(inputs, fc.constantFrom(0, 1, 2, 2, 2), fc.constantFrom(2, 3, 5), (distances, top, prime) => {
        check(distances, top, prime).forEach((count, dimension) => (seen[dimension] = seen[dimension]! + count));
      }),
      runs(400),
    );
    assert.ok(seen[1]! > 30 && seen[2]! > 30, `${seen.join()} bars seen`);
  });

  it('of classes that never die too', () => {
    const seen = [0, 0, 0];
    fc.assert(
      fc.property(fc.oneof(smallMatrices, groupedMatrices), fc.integer({ min: 1, max: 4 }), fc.constantFrom(2, 3, 5), (distances, longest, prime) => {
        check(distances, 2, prime, longest).forEach((count, d) => (seen[d] = seen[d]! + count));
      }), // prettier-ignore
      runs(250),
    );
    assert.ok(seen[1]! > 30 && seen[2]! > 10, `${seen.join()} bars seen`);
  });

  it('of larger clouds, in dimension 3 and with a large prime', () => {
    check(distanceMatrix(gaussianCloud(26, 3, 1), 'euclidean'), 1, 46337);
    check(distanceMatrix(gaussianCloud(18, 3, 2), 'euclidean'), 2, 2);
    check(distanceMatrix(circle(24, 0.05, 1), 'euclidean'), 1, 3, 1);
    check(orthoplex(3), 3, 5);
  });
});

describe('a cycle of a sphere is the whole sphere', () => {
  for (const dimension of [1, 2, 3])
    for (const prime of [2, 3])
      it(`of dimension ${dimension}, over Z/${prime}`, () => {
        const { cycles, diagram } = rips(orthoplex(dimension), {
          maxDimension: dimension,
          coefficients: prime,
          cycles: [dimension],
        });
        assert.deepEqual(pairsOf(diagram, dimension), [[1, 2]]);
        assert.deepEqual(
          cycles.map(cycle => [cycle.dimension, cycle.pair, cycle.coefficients.length]),
          [[dimension, 0, 2 ** (dimension + 1)]],
        );
        assert.deepEqual([...cycles[0]!.vertices], [...Array(2 * dimension + 2).keys()]);
      });
});

describe('the projective plane', () => {
  const plane = subdivided(PROJECTIVE_PLANE);
  it('has a loop and a void over Z/2, of which the void is all of it', () => {
    const { diagram, cycles } = rips(plane, { maxDimension: 2, cycles: [1, 2] });
    assert.deepEqual([pairsOf(diagram, 1), pairsOf(diagram, 2)], [[[1, 2]], [[1, 2]]]);
    assert.equal(cycles[1]!.coefficients.length, 60, 'all triangles of the subdivision');
    assert.deepEqual(check(plane, 2, 2, 1), [31, 1, 1]);
  });
  it('has neither over Z/3 and Z/5', () => {
    for (const prime of [3, 5]) assert.deepEqual(check(plane, 2, prime, 1), [31, 0, 0]);
  });
});

describe('which representatives there are', () => {
  const distances = distanceMatrix(gaussianCloud(60, 3, 2), 'euclidean');

  it('is asked for by dimension', () => {
    const { cycles, cocycles } = rips(distances, { maxDimension: 2, cycles: [2, 7], cocycles: [0] });
    assert.deepEqual([...new Set(cycles.map(({ dimension }) => dimension))], [2]);
    assert.deepEqual([...new Set(cocycles.map(({ dimension }) => dimension))], [0]);
    const without = rips(distances, { maxDimension: 1 });
    assert.deepEqual([without.cycles, without.cocycles], [[], []]);
  });

  it('are those of the longest bars when fewer are asked for', () => {
    const { diagram, ...found } = rips(distances, {
      maxDimension: 1,
      cycles: true,
      cocycles: true,
      maxRepresentatives: 3,
    });
    for (const list of [found.cycles, found.cocycles])
      for (const dimension of [0, 1]) {
        const length = pairsOf(diagram, dimension).map(([birth, death]) => death - birth);
        const chosen = list.filter(one => one.dimension === dimension).map(({ pair }) => length[pair]!);
        const descending = (a: number, b: number) => (a === b ? 0 : b - a);
        assert.deepEqual(chosen.sort(descending), length.sort(descending).slice(0, 3));
      }
  });

  it('are the same whichever of the two reductions computes them', () => {
    const ask = { cycles: [1, 2], cocycles: [1, 2] };
    const small = distanceMatrix(gaussianCloud(40, 3, 4), 'euclidean');
    const special = rips(small, { maxDimension: 2, ...ask });
    const general = rips(small, { maxDimension: 3, ...ask });
    assert.ok(special.cycles.some(({ dimension }) => dimension === 2));
    assert.deepEqual(special.cycles, general.cycles);
    assert.deepEqual(special.cocycles, general.cocycles);
  });
});

it('components are cut off by cocycles of no more than half of the points each', () => {
  const { cocycles, cycles } = rips(distanceMatrix(gaussianCloud(300, 2, 8), 'euclidean'), {
    maxDimension: 0,
    cycles: true,
    cocycles: true,
  });
  assert.ok(cocycles.slice(0, -1).every(({ vertices }) => vertices.length <= 150));
  assert.equal(cocycles.at(-1)!.vertices.length, 300);
  assert.deepEqual([...cycles.at(-1)!.vertices], [0]);
});

it('renamed keeps cycles and cocycles what they are', () => {
  const distances = orthoplex(2);
  const names = Uint32Array.of(5, 9, 2, 11, 0, 7);
  const values = new Float32Array(144).fill(3);
  for (let i = 0; i < 12; i++) values[13 * i] = 0;
  names.forEach((a, i) => names.forEach((b, j) => (values[12 * a + b] = distances.at(i, j))));
  const { cycles, cocycles } = rips(distances, { maxDimension: 2, coefficients: 3, cycles: [2], cocycles: [2] });
  const complex = new ChainComplex(allSimplices(new DistanceMatrix(12, values), 3, Infinity), 3);
  checkCycle(complex, renamed(cycles[0]!, names, 'last', 3), [[1, 2]], 3);
  checkCocycle(complex, renamed(cocycles[0]!, names, 'first', 3), [[1, 2]], 3);
});

it('stops when it is cancelled while it finds cycles', () => {
  const cancellation = new Cancellation();
  const progress = (_: number, phrase: string) => {
    if (phrase.startsWith('finding cycles')) cancellation.cancel();
  };
  const distances = distanceMatrix(gaussianCloud(500, 8, 1), 'euclidean');
  assert.throws(() => rips(distances, { maxDimension: 1, cycles: [1], cancellation, progress }), isCancelled);
});
