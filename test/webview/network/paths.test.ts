import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { NetworkGraph } from '../../../webview/network/networkGraph';
import { adjacencyOf, nodesInside, shortestPath } from '../../../webview/network/paths';

function graphOf(count: number, edges: readonly (readonly [number, number])[]): NetworkGraph {
  return {
    count,
    radius: new Float32Array(count),
    source: Uint32Array.from(edges, ([from]) => from),
    target: Uint32Array.from(edges, ([, to]) => to),
    strength: new Float32Array(edges.length),
  };
}

describe('a path between two nodes', () => {
  it('has the fewest edges, runs along edges, and is not there between components', () => {
    const edges = [[0, 1], [1, 2], [2, 3], [3, 0], [3, 4], [5, 6]] as const; // prettier-ignore
    const adjacency = adjacencyOf(graphOf(7, edges));
    assert.deepEqual(shortestPath(adjacency, 1, 4), [1, 0, 3, 4]);
    assert.deepEqual(shortestPath(adjacency, 2, 2), [2]);
    assert.equal(shortestPath(adjacency, 0, 6), undefined);
  });

  it('is as long as the distances of a slow search say', () => {
    const pairs = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 20 });
    fc.assert(
      fc.property(pairs, fc.nat(8), fc.nat(8), (edges, from, to) => {
        const distances = new Array<number>(9).fill(Infinity);
        distances[from] = 0;
        for (let round = 0; round < 9; round++)
          for (const [a, b] of edges) {
            distances[b] = Math.min(distances[b]!, distances[a]! + 1);
            distances[a] = Math.min(distances[a]!, distances[b] + 1);
          }
        const path = shortestPath(adjacencyOf(graphOf(9, edges)), from, to);
        assert.equal(path === undefined ? Infinity : path.length - 1, distances[to]);
      }),
    );
  });
});

describe('a lasso', () => {
  it('takes the nodes whose middles are inside, also of a shape that is not convex', () => {
    const corners = [0, 0, 10, 0, 10, 10, 5, 2, 0, 10];
    const positions = Float32Array.of(1, 5, 5, 5, 9, 5, 5, 1, 20, 1);
    assert.deepEqual(nodesInside(5, positions, corners), [0, 2, 3]);
    assert.deepEqual(nodesInside(5, positions, []), []);
  });
});
