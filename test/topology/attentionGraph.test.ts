import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import {
  ATTENTION_MEASURES,
  ATTENTION_THRESHOLDS,
  AttentionGraphs,
  MOST_CYCLES,
} from '../../src/topology/attentionGraph';
import type { DirectedGraph } from '../../src/topology/directedGraph';
import { SimpleCycles } from '../../src/topology/simpleCycles';
import { StrongComponents } from '../../src/topology/strongComponents';

const SIZE = 6;

const graphs = fc
  .integer({ min: 1, max: SIZE })
  .chain(count => fc.array(fc.array(fc.boolean(), { minLength: count, maxLength: count }), { minLength: count, maxLength: count })); // prettier-ignore

/** Rows of weights; of texts of up to six tokens. */
const weights = fc
  .integer({ min: 1, max: SIZE })
  .chain(count => fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: count, maxLength: count }), { minLength: count, maxLength: count })); // prettier-ignore

function listed(adjacency: readonly (readonly boolean[])[]): DirectedGraph {
  const rows = adjacency.map(row => row.flatMap((is, j) => (is ? [j] : [])));
  const start = Uint32Array.from([0, ...rows].map((_, i) => rows.slice(0, i).flat().length));
  return { count: rows.length, start, targets: Uint32Array.from(rows.flat()) };
}

/** Vertices that can be reached from each, itself among them. */
function reach(adjacency: readonly (readonly boolean[])[]): boolean[][] {
  const far = adjacency.map((row, i) => row.map((is, j) => is || i === j));
  for (let k = 0; k < far.length; k++)
    for (const row of far) if (row[k]!) far[k]!.forEach((is, j) => (row[j] = row[j]! || is));
  return far;
}

function strongSlowly(adjacency: readonly (readonly boolean[])[]): number {
  const far = reach(adjacency);
  return new Set(far.map((row, i) => row.findIndex((is, j) => is && far[j]![i]!))).size;
}

/** All paths from each vertex over greater ones, as far as they close. */
function cyclesSlowly(adjacency: readonly (readonly boolean[])[]): number {
  const from = (root: number, v: number, seen: ReadonlySet<number>): number =>
    adjacency[v]!.reduce((sum, is, w) => {
      if (!is || w < root) return sum;
      return sum + (w === root ? 1 : seen.has(w) ? 0 : from(root, w, new Set([...seen, w])));
    }, 0);
  return adjacency.reduce((sum, _, root) => sum + from(root, root, new Set([root])), 0);
}

const features = (matrix: readonly (readonly number[])[], thresholds?: readonly number[]) => {
  const levels = thresholds ?? ATTENTION_THRESHOLDS;
  const target = new Float64Array(levels.length * ATTENTION_MEASURES.length);
  new AttentionGraphs(matrix.length, thresholds).features(matrix.flat(), 0, matrix.length, target, 0);
  return levels.map((_, t) =>
    Object.fromEntries(ATTENTION_MEASURES.map((name, m) => [name, target[t * ATTENTION_MEASURES.length + m]!])),
  ) as Record<(typeof ATTENTION_MEASURES)[number], number>[];
};

describe('strong components', () => {
  it('are those of vertices that reach each other', () => {
    fc.assert(fc.property(graphs, rows => new StrongComponents(SIZE).of(listed(rows)) === strongSlowly(rows)));
  });

  it('are of the kept vertices alone, and numbered against the edges', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: SIZE }), (rows, least) => {
        const components = new StrongComponents(SIZE);
        const found = components.of(listed(rows), v => v >= least);
        const kept = rows.slice(least).map(row => row.slice(least));
        assert.equal(found, kept.length === 0 ? 0 : strongSlowly(kept));
        rows.forEach((row, i) => {
          if (i < least) assert.equal(components.component[i], -1);
          else
            row.forEach((is, j) => is && j >= least && assert.ok(components.component[i]! >= components.component[j]!));
        });
      }),
    );
  });
});

describe('simple cycles', () => {
  it('are as many as paths that close, up to the most that are counted', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 40 }), (rows, most) => {
        const all = cyclesSlowly(rows);
        assert.equal(new SimpleCycles(SIZE, 1e6).of(listed(rows)), all);
        assert.equal(new SimpleCycles(SIZE, most).of(listed(rows)), Math.min(all, most));
      }),
    );
  });

  it('are counted anew for every graph', () => {
    const cycles = new SimpleCycles(3, 100);
    const ring = listed([[false, true, false], [false, false, true], [true, false, false]]); // prettier-ignore
    assert.equal(cycles.of(ring), 1);
    assert.equal(cycles.of(listed([[true]])), 1);
    assert.equal(cycles.of(ring), 1);
  });

  it('stop at once when they are told to', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const cycles = new SimpleCycles(2, 10, cancellation);
    assert.throws(() => cycles.of(listed([[false, true], [true, false]])), { code: 'cancelled' }); // prettier-ignore
  });
});

describe('features of an attention graph', () => {
  it('are those of a ring of three tokens that attend to the next with 0.6, to themselves with 0.4', () => {
    const ring = [[0.4, 0.6, 0], [0, 0.4, 0.6], [0.6, 0, 0.4]]; // prettier-ignore
    const [low, high, none] = features(ring, [0.25, 0.5, 0.75]);
    assert.deepEqual(low, { strongComponents: 1, edges: 6, degree: 4, cycles: 4, beta0: 1, beta1: 4 });
    assert.deepEqual(high, { strongComponents: 1, edges: 3, degree: 2, cycles: 1, beta0: 1, beta1: 1 });
    assert.deepEqual(none, { strongComponents: 3, edges: 0, degree: 0, cycles: 0, beta0: 3, beta1: 0 });
  });

  it('count as plain loops over the matrix do', () => {
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (matrix, threshold) => {
        const above = matrix.map(row => row.map(weight => weight >= threshold));
        const either = above.map((row, i) => row.map((is, j) => is || above[j]![i]!));
        const edges = above.flat().filter(Boolean).length;
        const pairs = either.flatMap((row, i) => row.filter((is, j) => is && j <= i)).length;
        const components = strongSlowly(either);
        const [found] = features(matrix, [threshold]);
        assert.deepEqual(found, {
          strongComponents: strongSlowly(above),
          edges,
          degree: (2 * edges) / matrix.length,
          cycles: Math.min(MOST_CYCLES, cyclesSlowly(above)),
          beta0: components,
          beta1: pairs - matrix.length + components,
        });
      }),
    );
  });

  it('fall as the threshold grows, and components rise', () => {
    fc.assert(
      fc.property(weights, matrix => {
        const all = features(matrix);
        all.slice(1).forEach((next, t) => {
          const last = all[t]!;
          for (const name of ATTENTION_MEASURES)
            if (name === 'strongComponents' || name === 'beta0') assert.ok(next[name] >= last[name], name);
            else assert.ok(next[name] <= last[name], name);
        });
      }),
    );
  });

  it('count cycles up to the most at every threshold, in whatever order they are given', () => {
    // Eight tokens that all attend to each other have 16,072 simple cycles and eight of one; to the next alone, one.
    const size = 8;
    const matrix = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (j === (i + 1) % size ? 0.6 : 0.05))); // prettier-ignore
    const cycles = (thresholds: readonly number[]) => features(matrix, thresholds).map(one => one.cycles);
    assert.deepEqual(cycles([0.025, 0.05, 0.5, 0.75]), [MOST_CYCLES, MOST_CYCLES, 1, 0]);
    assert.deepEqual(cycles([0.75, 0.05, 0.5, 0.025]), [0, MOST_CYCLES, 1, MOST_CYCLES]);
  });

  it('do not depend on what the arrays held before', () => {
    fc.assert(
      fc.property(weights, weights, (first, second) => {
        const graphs = new AttentionGraphs(SIZE);
        const size = ATTENTION_THRESHOLDS.length * ATTENTION_MEASURES.length;
        const [again, fresh] = [new Float64Array(size), new Float64Array(size)];
        graphs.features(first.flat(), 0, first.length, again, 0);
        graphs.features(second.flat(), 0, second.length, again, 0);
        new AttentionGraphs(SIZE).features(second.flat(), 0, second.length, fresh, 0);
        assert.deepEqual(again, fresh);
      }),
    );
  });
});
