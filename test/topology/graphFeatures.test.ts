import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { graphFeatures } from '../../src/topology/graphFeatures';

function features(vertices: number, edges: readonly (readonly [number, number])[]) {
  const graph = {
    vertices,
    source: Uint32Array.from(edges, ([from]) => from),
    target: Uint32Array.from(edges, ([, to]) => to),
  };
  return graphFeatures(graph, Cancellation.never);
}

describe('what stands out in a graph', () => {
  it('are the branches that end, from the tip to before where they join', () => {
    const { flares, components, singletons } = features(8, [[0, 1], [1, 2], [2, 3], [2, 4], [4, 5], [5, 6]]); // prettier-ignore
    assert.deepEqual(flares, [
      { nodes: [6, 5, 4], base: 2 },
      { nodes: [0, 1], base: 2 },
      { nodes: [3], base: 2 },
    ]);
    assert.deepEqual(components, [[0, 1, 2, 3, 4, 5, 6], [7]]);
    assert.deepEqual(singletons, [7]);
  });

  it('are loops in turn, but not triangles', () => {
    const { loops, flares } = features(8, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0], [5, 6], [6, 7], [7, 5]]); // prettier-ignore
    assert.deepEqual(loops, [[0, 1, 2, 3, 4]]);
    assert.deepEqual(flares, []);
  });

  it('are not the ends of a path, nor anything of an empty graph', () => {
    assert.deepEqual(features(4, [[0, 1], [1, 2], [2, 3]]).flares, []); // prettier-ignore
    assert.deepEqual(features(0, []), { components: [], singletons: [], flares: [], loops: [] });
  });
});
