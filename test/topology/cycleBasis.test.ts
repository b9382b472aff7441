import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { isCancelled } from '../../src/base/fault';
import { cycleBasis, type Graph } from '../../src/topology/cycleBasis';
import { UnionFind } from '../../src/topology/unionFind';

function graphOf(vertices: number, edges: readonly (readonly [number, number])[]): Graph {
  return { vertices, source: Uint32Array.from(edges, e => e[0]), target: Uint32Array.from(edges, e => e[1]) };
}
const basisOf = (graph: Graph) => cycleBasis(graph, Cancellation.never);

const graphs = (most: number) =>
  fc.integer({ min: 2, max: most }).chain(vertices =>
    fc
      .uniqueArray(
        fc.tuple(fc.nat(vertices - 1), fc.nat(vertices - 1)).filter(([a, b]) => a < b),
        {
          selector: ([a, b]) => a * vertices + b,
          maxLength: 2 * most,
        },
      )
      .map(edges => graphOf(vertices, edges)),
  );

function expectedCount({ vertices, source, target }: Graph): number {
  const sets = new UnionFind(vertices);
  source.forEach((a, e) => sets.union(a, target[e]!));
  return source.length - vertices + sets.count;
}

const bitsOf = (edges: Iterable<number>) => [...edges].reduce((bits, edge) => bits | (1n << BigInt(edge)), 0n);

/** Whether no sum of some of the sets is empty, by elimination of the highest bits. */
function independent(sets: readonly bigint[]): boolean {
  const reduced: bigint[] = [];
  for (const set of sets) {
    let rest = set;
    for (const other of reduced) if ((rest ^ other) < rest) rest ^= other;
    if (rest === 0n) return false;
    reduced.push(rest);
    reduced.sort((a, b) => (a > b ? -1 : 1));
  }
  return true;
}

function everyDegreeIsTwo({ source, target }: Graph, cycle: Uint32Array): boolean {
  const degree = new Map<number, number>();
  for (const e of cycle) for (const v of [source[e]!, target[e]!]) degree.set(v, (degree.get(v) ?? 0) + 1);
  return cycle.length > 0 && [...degree.values()].every(count => count === 2);
}

/** Least total length of a basis: all simple cycles by length, each taken that the shorter ones do not add up to. */
function shortestByTrying(graph: Graph): number {
  const { source, target } = graph;
  const cycles: Uint32Array[] = [];
  for (let bits = 1; bits < 2 ** source.length; bits++) {
    const edges = Uint32Array.from([...source.keys()].filter(e => (bits >> e) & 1));
    if (!everyDegreeIsTwo(graph, edges)) continue;
    const sets = new UnionFind(graph.vertices);
    let joins = 0;
    for (const e of edges) if (sets.union(source[e]!, target[e]!) >= 0) joins++;
    if (joins === edges.length - 1) cycles.push(edges);
  }
  cycles.sort((a, b) => a.length - b.length);
  const taken: bigint[] = [];
  let total = 0;
  for (const cycle of cycles)
    if (independent([...taken, bitsOf(cycle)])) {
      taken.push(bitsOf(cycle));
      total += cycle.length;
    }
  return total;
}

describe('cycleBasis', () => {
  it('has independent cycles, as many as there are loops', () => {
    fc.assert(
      fc.property(graphs(25), graph => {
        const { cycles } = basisOf(graph);
        assert.equal(cycles.length, expectedCount(graph));
        assert.ok(cycles.every(cycle => everyDegreeIsTwo(graph, cycle)));
        assert.ok(independent(cycles.map(bitsOf)));
      }),
      { seed: 81, numRuns: 200 },
    );
  });

  it('is a shortest one where it says so', () => {
    fc.assert(
      fc.property(
        graphs(6).filter(graph => graph.source.length <= 11),
        graph => {
          const { cycles, shortest } = basisOf(graph);
          assert.ok(shortest);
          assert.equal(cycles.reduce((sum, cycle) => sum + cycle.length, 0), shortestByTrying(graph)); // prettier-ignore
        },
      ),
      { seed: 82, numRuns: 100 },
    );
  });

  it('finds the three squares of a ladder rather than its outside', () => {
    const rungs = [0, 1, 2, 3];
    const ladder = graphOf(8, [
      ...rungs.map(k => [k, k + 4] as const),
      ...rungs.slice(1).flatMap(k => [[k - 1, k] as const, [k + 3, k + 4] as const]),
    ]);
    assert.deepEqual(basisOf(ladder).cycles.map(cycle => cycle.length), [4, 4, 4]); // prettier-ignore
  });

  it('falls back to a spanning forest where shortest cycles would take too long', () => {
    const side = 40;
    const grid = [...Array(side * side).keys()].flatMap(v => [
      ...(v % side < side - 1 ? [[v, v + 1] as const] : []),
      ...(v < side * (side - 1) ? [[v, v + side] as const] : []),
    ]);
    const graph = graphOf(side * side, grid);
    const { cycles, shortest } = basisOf(graph);
    assert.equal(shortest, false);
    assert.equal(cycles.length, (side - 1) ** 2);
    assert.ok(cycles.every(cycle => everyDegreeIsTwo(graph, cycle)));
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => cycleBasis(graphOf(3, [[0, 1], [1, 2], [0, 2]]), cancellation), isCancelled); // prettier-ignore
  });
});
