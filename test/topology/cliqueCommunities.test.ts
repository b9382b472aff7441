import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../src/base/fault';
import { cliqueCommunities } from '../../src/topology/cliqueCommunities';

function matrix(count: number, edges: readonly (readonly [number, number, number])[]): Float64Array {
  const weights = new Float64Array(count * count).fill(NaN);
  for (const [a, b, weight] of edges) weights[a * count + b] = weights[b * count + a] = weight;
  return weights;
}

const asText = (communities: ReturnType<typeof cliqueCommunities>['communities']) =>
  communities.map(
    ({ k, birth, death, isEssential, members, parent }) =>
      `${k}: ${birth}–${isEssential ? 'end' : death} {${[...members].join()}} in ${parent}`,
  );

/** Two triangles joined by one edge. */
const BARBELL = [[0, 1, 0.9], [1, 2, 0.9], [0, 2, 0.8], [3, 4, 0.7], [4, 5, 0.7], [3, 5, 0.7], [2, 3, 0.4]] as const; // prettier-ignore

describe('clique communities', () => {
  it('of two triangles that an edge joins: edges make one community in the end, triangles never do', () => {
    const { communities } = cliqueCommunities(matrix(6, BARBELL), 6, { largest: 3, leastWeight: 0.1 });
    assert.deepEqual(asText(communities), [
      '2: 0.9–end {0,1,2,3,4,5} in -1',
      '2: 0.7–0.4 {3,4,5} in -1',
      '3: 0.8–end {0,1,2} in 0',
      '3: 0.7–end {3,4,5} in 0',
    ]);
  });

  it('are nested: a clique of four is inside a community of triangles, and that inside one of edges', () => {
    const all = [0, 1, 2, 3].flatMap(a => [0, 1, 2, 3].filter(b => b > a).map(b => [a, b, 0.9] as const));
    const { communities } = cliqueCommunities(matrix(6, [...all, [3, 4, 0.5], [2, 4, 0.5], [4, 5, 0.2]]), 6);
    const four = communities.find(({ k }) => k === 4)!;
    assert.deepEqual([...four.members], [0, 1, 2, 3]);
    assert.deepEqual([...communities[four.parent]!.members], [0, 1, 2, 3, 4]);
    assert.equal(communities[communities[four.parent]!.parent]!.members.length, 6);
  });

  it('number as many at each weight as a slow search finds', () => {
    const edges = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 5 })), { maxLength: 21 });
    fc.assert(
      fc.property(edges, fc.integer({ min: 2, max: 4 }), (list, k) => {
        const weights = matrix(7, list.filter(([a, b]) => a !== b)); // prettier-ignore
        const { communities } = cliqueCommunities(weights, 7, { largest: k, leastWeight: 1 });
        for (let level = 1; level <= 5; level++) {
          const alive = communities.filter(
            one => one.k === k && one.birth >= level && (one.isEssential || one.death < level),
          );
          assert.equal(alive.length, slowCount(weights, 7, k, level), `${k}-cliques at ${level}`);
        }
      }),
    );
  });

  it('say below which weight they have not looked', () => {
    const random = (a: number, b: number) => ((a * 31 + b * 17) % 97) / 97;
    const list = Array.from({ length: 30 }, (_, a) => Array.from({ length: a }, (__, b) => [a, b, random(a, b)] as const)).flat(); // prettier-ignore
    const { leastWeights, communities } = cliqueCommunities(matrix(30, list), 30, { largest: 3, mostCliques: 50 });
    assert.ok(leastWeights[1]! > 0.1);
    for (const { k, birth, death } of communities)
      assert.ok(birth >= leastWeights[k - 2]! && death >= leastWeights[k - 2]!);
  });

  it('refuse a matrix that is no square, and cliques of one node', () => {
    const code = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return error instanceof Fault ? error.code : 'other';
      }
      return 'none';
    };
    assert.equal(code(() => cliqueCommunities([1, 2, 3], 2)), 'shape-mismatch'); // prettier-ignore
    assert.equal(code(() => cliqueCommunities([1], 1, { largest: 1 })), 'usage'); // prettier-ignore
    assert.deepEqual(cliqueCommunities([], 0).communities, []);
  });
});

/** Components of the cliques of k nodes, two of which are joined where they share k − 1. */
function slowCount(weights: Float64Array, count: number, k: number, level: number): number {
  const cliques: number[][] = [];
  const grow = (chosen: readonly number[], from: number): void => {
    if (chosen.length === k) cliques.push([...chosen]);
    else
      for (let node = from; node < count; node++)
        if (chosen.every(other => weights[node * count + other]! >= level)) grow([...chosen, node], node + 1);
  };
  grow([], 0);
  const label = cliques.map((_, at) => at);
  for (let round = 0; round < cliques.length; round++)
    cliques.forEach((one, a) =>
      cliques.forEach((other, b) => {
        if (one.filter(node => other.includes(node)).length === k - 1) label[a] = label[b] = Math.min(label[a]!, label[b]!); // prettier-ignore
      }),
    );
  return new Set(label).size;
}
