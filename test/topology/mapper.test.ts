import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { kneeRadius, neighbourDistances } from '../../src/topology/kneeRadius';
import {
  clusteringRadius,
  mapper,
  type ClusteringMethod,
  type MapperGraph,
  type MapperOptions,
} from '../../src/topology/mapper';
import { intervalCover } from '../../src/topology/mapperCover';
import { mapperLens } from '../../src/topology/mapperLens';
import { median } from '../../src/topology/quantile';
import { circle, cloudOf, gaussianCloud, moved, reordered } from './clouds';
import { readFixture } from './fixture';

interface Case {
  readonly id: string;
  readonly width: number;
  readonly points: readonly number[];
  readonly lens: readonly number[];
  readonly intervals: number;
  readonly overlap: number;
  readonly clustering: ClusteringMethod;
  readonly radius: number;
  readonly minimumPoints: number;
  readonly expected: {
    readonly nodes: readonly (readonly number[])[];
    readonly edges: readonly (readonly [number, number, number])[];
    readonly coverage: number;
    readonly components: number;
    readonly loops: number;
  };
}

type Edges = readonly (readonly [number, number, number])[];

/** Nodes by their members, edges by the members they join: the order of nodes says nothing. */
function canonical(nodes: readonly ArrayLike<number>[], edges: Edges) {
  const names = nodes.map(members => Array.from(members).join(','));
  return {
    nodes: [...names].sort(),
    edges: edges.map(([a, b, shared]) => [[names[a]!, names[b]!].sort().join('–'), shared].join('×')).sort(),
  };
}
const graphOf = (graph: MapperGraph) =>
  canonical(
    graph.nodes.map(node => node.members),
    graph.edges.map(edge => [edge.source, edge.target, edge.shared]),
  );

const options: MapperOptions = {
  intervals: 8,
  overlap: 0.3,
  clustering: 'dbscan',
  radius: undefined,
  minimumPoints: 3,
};

describe('mapper', () => {
  for (const { id, width, points, lens, expected, ...how } of readFixture<Case>('mapper.json'))
    it(`equals the reference: ${id}`, () => {
      const cloud = { count: lens.length, width, values: Float64Array.from(points) };
      const graph = mapper(cloud, Float64Array.from(lens), how);
      assert.deepEqual(graphOf(graph), canonical(expected.nodes, expected.edges));
      const { coverage, components, loops } = graph;
      assert.deepEqual({ coverage, components, loops }, { coverage: expected.coverage, components: expected.components, loops: expected.loops }); // prettier-ignore
    });

  it('sees the loop of a circle by its height', () => {
    const cloud = circle(400, 0.02, 1);
    const graph = mapper(cloud, mapperLens(cloud, 'column', 1), { ...options, radius: 0.25 });
    assert.equal(graph.components, 1);
    assert.equal(graph.loops, 1);
    assert.ok(graph.coverage > 0.9);
  });

  it('covers the points that are in any node, and no others', () => {
    const cloud = gaussianCloud(80, 2, 5);
    const options = { intervals: 6, overlap: 0.2, clustering: 'dbscan', minimumPoints: 4, radius: 0.4 } as const;
    const { nodes, coverage } = mapper(cloud, mapperLens(cloud, 'l2'), options);
    assert.equal(coverage, new Set(nodes.flatMap(node => [...node.members])).size / 80);
    assert.ok(coverage > 0 && coverage < 1);
  });

  it('does not depend on the order of the points, single linkage being used', () => {
    fc.assert(
      fc.property(fc.nat(1e6), seed => {
        const cloud = gaussianCloud(60, 2, seed);
        const order = new Random(seed).permutation(60);
        const how = { ...options, clustering: 'single-linkage', radius: 0.5 } as const;
        const plain = graphOf(mapper(cloud, mapperLens(cloud, 'l2'), how));
        const shuffledCloud = reordered(cloud, order);
        const shuffled = mapper(shuffledCloud, mapperLens(shuffledCloud, 'l2'), how);
        const back = shuffled.nodes.map(node => Array.from(node.members, i => order[i]!).sort((a, b) => a - b));
        assert.deepEqual(canonical(back, shuffled.edges.map(edge => [edge.source, edge.target, edge.shared])), plain); // prettier-ignore
      }),
      { seed: 61, numRuns: 40 },
    );
  });

  it('gives the same graph again with the radius that it chose', () => {
    const cloud = gaussianCloud(200, 3, 4);
    const lens = mapperLens(cloud, 'pca1');
    for (const clustering of ['dbscan', 'single-linkage'] as const) {
      const chosen = mapper(cloud, lens, { ...options, clustering });
      assert.ok(chosen.radius > 0);
      assert.deepEqual(mapper(cloud, lens, { ...options, clustering, radius: chosen.radius }), chosen);
    }
  });

  it('refuses lenses that do not fit, are not finite, and empty clouds', () => {
    const cloud = gaussianCloud(5, 2, 1);
    const code = (wanted: string) => (error: unknown) => error instanceof Fault && error.code === wanted;
    assert.throws(() => mapper(cloud, new Float64Array(4), options), code('shape-mismatch'));
    assert.throws(() => mapper(cloud, Float64Array.of(1, 2, NaN, 4, 5), options), code('not-finite'));
    assert.throws(() => mapper({ count: 0, width: 2, values: new Float64Array(0) }, new Float64Array(0), options), code('empty')); // prettier-ignore
    assert.throws(() => mapper(cloud, new Float64Array(5), { ...options, overlap: 1 }), code('usage'));
    assert.throws(() => mapper(cloud, new Float64Array(5), { ...options, intervals: 0 }), code('usage'));
    assert.throws(() => mapperLens(cloud, 'column', 2), code('usage'));
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const cloud = gaussianCloud(50, 2, 1);
    assert.throws(() => mapper(cloud, mapperLens(cloud, 'l2'), { ...options, cancellation }), isCancelled);
  });
});

describe('intervalCover', () => {
  it('covers the range with intervals that share what they should with the next', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (intervals, overlap) => {
          const { from, to } = intervalCover([3, -2, 7.5], intervals, overlap);
          assert.equal(from[0], -2);
          assert.equal(to[intervals - 1], 7.5);
          for (let k = 1; k < intervals; k++) {
            const shared = (to[k - 1]! - from[k]!) / (to[k - 1]! - from[k - 1]!);
            assert.ok(Math.abs(shared - overlap) < 1e-9);
          }
        },
      ),
      { seed: 62 },
    );
  });

  it('is one interval for a constant lens', () => {
    assert.deepEqual(intervalCover([4, 4], 10, 0.3), { from: Float64Array.of(4), to: Float64Array.of(4) });
  });
});

describe('mapperLens', () => {
  const cloud = cloudOf([[3, 4], [0, 1], [0, 0.5]]); // prettier-ignore

  it('has the norm, a coordinate, and the mean distance', () => {
    assert.deepEqual([...mapperLens(cloud, 'l2')], [5, 1, 0.5]);
    assert.deepEqual([...mapperLens(cloud, 'column', 1)], [4, 1, 0.5]);
    const toFirst = Math.hypot(3, 3);
    assert.ok(Math.abs(mapperLens(cloud, 'eccentricity')[1]! - (toFirst + 0.5) / 3) < 1e-12);
  });

  it('is densest in the middle, and one where all points are equal', () => {
    const density = mapperLens(cloudOf(Array.from({ length: 41 }, (_, i) => [i])), 'density');
    assert.equal(density.indexOf(Math.max(...density)), 20);
    assert.deepEqual([...mapperLens(cloudOf([[1], [1], [1]]), 'density')], [1, 1, 1]);
  });

  it('gives the density and the eccentricity that plain loops give', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 90 }), (seed, count) => {
        // Some far away, so that the density leaves out terms.
        const { values } = gaussianCloud(count, 2, seed);
        const points = cloudOf(Array.from({ length: count }, (_, i) => [values[2 * i]! + (i % 3) * 100, values[2 * i + 1]!])); // prettier-ignore
        const between = (i: number, j: number) =>
          Math.hypot(points.values[2 * i]! - points.values[2 * j]!, points.values[2 * i + 1]! - points.values[2 * j + 1]!); // prettier-ignore
        const all = [...Array(count).keys()];
        const mean = (i: number, of: (distance: number) => number) =>
          all.reduce((sum, j) => sum + of(between(i, j)), 0) / count;
        const h = median(neighbourDistances(points, Math.ceil(Math.sqrt(count)), Cancellation.never));
        const density = mapperLens(points, 'density');
        const eccentricity = mapperLens(points, 'eccentricity');
        for (const i of all) {
          const expected = mean(i, d => (h > 0 ? Math.exp(-((d / h) ** 2) / 2) : Number(d === 0)));
          assert.ok(Math.abs(density[i]! - expected) <= 1e-12 * expected);
          assert.ok(Math.abs(eccentricity[i]! - mean(i, d => d)) <= 1e-12 * (1 + eccentricity[i]!));
        }
      }),
      { seed: 63, numRuns: 40 },
    );
  });

  it('has an eccentricity near the mean distance where it takes a sample of the points', () => {
    const count = 20_001;
    const values = Float64Array.from({ length: count }, (_, i) => ((i * 7919) % count) / count);
    const lens = mapperLens({ count, width: 1, values }, 'eccentricity');
    for (const i of [0, 1, 500, 20_000]) {
      // Of points that fill [0, 1].
      const exact = (values[i]! ** 2 + (1 - values[i]!) ** 2) / 2;
      assert.ok(Math.abs(lens[i]! - exact) < 0.02, `${lens[i]} and ${exact}`);
    }
  });

  it('has the largest spread along the first principal component', () => {
    const stretched = gaussianCloud(300, 3, 2, [1, 4, 2]);
    const spread = (lens: Float64Array) => lens.reduce((sum, value) => sum + value * value, 0);
    assert.ok(spread(mapperLens(stretched, 'pca1')) > spread(mapperLens(stretched, 'pca2')));
  });
});

describe('the knee rule', () => {
  it('stops where the neighbour distances turn upwards', () => {
    const flat = Array.from({ length: 90 }, (_, i) => 1 + i / 900);
    const steep = Array.from({ length: 10 }, (_, i) => 2 + i);
    assert.equal(kneeRadius(Float64Array.from([...steep, ...flat])), flat[89]);
  });

  it('follows the scale of the cloud, and neither its place nor the order of its points', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 2, max: 80 }),
        fc.integer({ min: 1, max: 6 }),
        (seed, count, minimumPoints) => {
          const cloud = gaussianCloud(count, 3, seed);
          const radius = clusteringRadius(cloud, 'dbscan', minimumPoints);
          assert.equal(
            clusteringRadius(reordered(cloud, new Random(seed).permutation(count)), 'dbscan', minimumPoints),
            radius,
          );
          assert.equal(clusteringRadius(moved(cloud, 0, 0, 8), 'dbscan', minimumPoints), 8 * radius);
          assert.ok(
            Math.abs(clusteringRadius(moved(cloud, 1, 5, 1), 'dbscan', minimumPoints) - radius) < 1e-9 * radius,
          );
        },
      ),
      { seed: 64, numRuns: 60 },
    );
  });

  it('is positive whatever the points are', () => {
    assert.equal(kneeRadius(Float64Array.of(0, 0)), 1);
    assert.equal(kneeRadius(Float64Array.of(0, 2, 2)), 2);
    assert.deepEqual([...neighbourDistances(cloudOf([[1], [1], [4], [9]]), 2, Cancellation.never)], [3, 3, 3, 8]); // prettier-ignore
  });
});
