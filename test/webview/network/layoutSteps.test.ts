import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LayoutSteps, placesOf, startOf } from '../../../webview/network/layoutSteps';
import { boundsOf, radiiOf, type NetworkGraph } from '../../../webview/network/networkGraph';

/** A ring of nodes, or a path. */
function ring(count: number, isClosed: boolean): NetworkGraph {
  const edges = Array.from({ length: isClosed ? count : count - 1 }, (_, e) => e);
  return {
    count,
    radius: new Float32Array(count).fill(5),
    source: Uint32Array.from(edges),
    target: Uint32Array.from(edges, e => (e + 1) % count),
    strength: new Float32Array(edges.length).fill(0.5),
  };
}

const nowhere = (count: number) => new Float32Array(2 * count).fill(NaN);

function laidOut(graph: NetworkGraph, start = nowhere(graph.count), energy = 1): Float32Array {
  const layout = new LayoutSteps({ graph, start, energy });
  while (!layout.isDone) layout.step();
  return layout.positions();
}

const distance = (positions: Float32Array, a: number, b: number) =>
  Math.hypot(positions[2 * a]! - positions[2 * b]!, positions[2 * a + 1]! - positions[2 * b + 1]!);

describe('the layout of a graph', () => {
  it('is the same each time', () => {
    assert.deepEqual(laidOut(ring(30, true)), laidOut(ring(30, true)));
  });

  it('shows a ring as a ring: neighbours are near, and what is across is far', () => {
    const positions = laidOut(ring(24, true));
    const near = Math.max(...Array.from({ length: 24 }, (_, node) => distance(positions, node, (node + 1) % 24)));
    const across = Math.min(...Array.from({ length: 12 }, (_, node) => distance(positions, node, node + 12)));
    assert.ok(across > 3 * near, `${near} ${across}`);
  });

  it('keeps nodes apart', () => {
    const positions = laidOut(ring(40, false));
    for (let a = 0; a < 40; a++) for (let b = 0; b < a; b++) assert.ok(distance(positions, a, b) > 10);
  });

  it('keeps the shape that it begins with where little energy is left to it', () => {
    const graph = ring(24, true);
    const before = laidOut(graph);
    const turned = before.map((_, at) => (at % 2 === 0 ? -before[at + 1]! : before[at - 1]!));
    const after = laidOut(graph, turned, 0.1);
    for (let node = 0; node < 24; node++)
      assert.ok(Math.hypot(after[2 * node]! - turned[2 * node]!, after[2 * node + 1]! - turned[2 * node + 1]!) < 15);
  });
});

describe('where nodes begin', () => {
  const members = { starts: Uint32Array.of(0, 2, 3, 4), list: Uint32Array.of(0, 1, 2, 3) };

  it('is in the middle of where their members were, and nowhere for those that have been nowhere', () => {
    const start = startOf(members, Float32Array.of(0, 0, 4, 2, 7, 8, NaN, NaN));
    assert.deepEqual([...start], [2, 1, 7, 8, NaN, NaN]);
  });

  it('comes from the nodes that members were in, and stays for those that are in none', () => {
    const overlapping = { starts: Uint32Array.of(0, 2, 3), list: Uint32Array.of(0, 1, 1) };
    const places = placesOf(overlapping, Float32Array.of(2, 2, 6, 4), Float32Array.of(0, 0, 0, 0, 9, 9));
    assert.deepEqual([...places], [2, 2, 4, 3, 9, 9]);
  });
});

describe('sizes', () => {
  it('are areas, and the box around the nodes holds them whole', () => {
    assert.deepEqual([...radiiOf([0, 25, 100], 2, 12)], [2, 7, 12]);
    const graph = { ...ring(2, false), radius: Float32Array.of(1, 2) };
    const { left, top, right, bottom } = boundsOf(graph, Float32Array.of(0, 0, 10, 5));
    assert.deepEqual([left, top, right, bottom], [-1, -1, 12, 7]);
    assert.deepEqual(boundsOf({ ...graph, count: 0 }, new Float32Array(0)), { left: 0, top: 0, right: 0, bottom: 0 });
  });
});
