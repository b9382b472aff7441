import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { mapper, type MapperOptions } from '../../src/topology/mapper';
import { intervalCover } from '../../src/topology/mapperCover';
import { mapperLens } from '../../src/topology/mapperLens';
import { mapperStability } from '../../src/topology/mapperStability';
import { circle, cloudOf, gaussianCloud } from './clouds';

const options: MapperOptions = {
  intervals: 4,
  overlap: 0.4,
  clustering: 'dbscan',
  radius: 0.5,
  minimumPoints: 3,
};

/** Points on the unit sphere in random places. */
function sphere(count: number, seed: number) {
  const random = new Random(seed);
  return cloudOf(
    Array.from({ length: count }, () => {
      const point = [random.normal(), random.normal(), random.normal()];
      const norm = Math.hypot(...point);
      return point.map(coordinate => coordinate / norm);
    }),
  );
}
const columns = (cloud: ReturnType<typeof cloudOf>, count: number) =>
  Array.from({ length: count }, (_, axis) => mapperLens(cloud, 'column', axis));

/** Every subset of the nodes with a point in common, up to a size, by trying all of them. */
function nerveByTrying(sets: readonly (readonly number[])[], size: number): Map<string, number> {
  const found = new Map<string, number>();
  const extend = (vertices: readonly number[], common: readonly number[]) => {
    if (vertices.length > 0) found.set(vertices.join(), common.length);
    if (vertices.length === size) return;
    for (let next = (vertices.at(-1) ?? -1) + 1; next < sets.length; next++) {
      const rest = vertices.length === 0 ? sets[next]! : common.filter(point => sets[next]!.includes(point));
      if (rest.length > 0) extend([...vertices, next], rest);
    }
  };
  extend([], []);
  return found;
}

describe('mapper through several lenses', () => {
  it('has a node for each cluster above each box of the product of the covers', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 3 }), (seed, width) => {
        const cloud = gaussianCloud(50, width, seed);
        const lenses = columns(cloud, width);
        const intervals = [4, 3, 2].slice(0, width);
        // One cluster a box, all points being near: the nodes are the boxes that are not empty.
        const graph = mapper(cloud, lenses, { ...options, intervals, radius: 1e3, minimumPoints: 1 });
        const covers = lenses.map((lens, axis) => intervalCover(lens, intervals[axis]!, 0.4));
        const expected: { interval: number; intervals: number[]; members: number[] }[] = [];
        const boxes = intervals.reduce((product, count) => product * count, 1);
        for (let box = 0; box < boxes; box++) {
          const place = intervals.map((count, axis) => {
            const faster = intervals.slice(axis + 1).reduce((product, other) => product * other, 1);
            return Math.floor(box / faster) % count;
          });
          const members = [...Array(50).keys()].filter(i =>
            place.every((k, axis) => {
              const value = lenses[axis]![i]!;
              return value >= covers[axis]!.from[k]! && value <= covers[axis]!.to[k]!;
            }),
          );
          if (members.length > 0) expected.push({ interval: box, intervals: place, members });
        }
        assert.deepEqual(graph.nodes.map(node => ({ ...node, members: [...node.members] })), expected); // prettier-ignore
      }),
      { seed: 71, numRuns: 60 },
    );
  });

  it('takes one number of intervals for all lenses, and is what it was with one lens', () => {
    const cloud = gaussianCloud(80, 2, 3);
    const [x, y] = columns(cloud, 2) as [Float64Array, Float64Array];
    assert.deepEqual(mapper(cloud, [x, y], options), mapper(cloud, [x, y], { ...options, intervals: [4, 4], overlap: [0.4, 0.4] })); // prettier-ignore
    assert.deepEqual(mapper(cloud, [x], { ...options, intervals: [4] }), mapper(cloud, x, options));
    const constant = mapper(cloud, [x, new Float64Array(80)], options);
    assert.deepEqual(constant.edges, mapper(cloud, x, options).edges);
  });

  it('refuses lenses without a cover each, none at all, and covers that outgrow memory', () => {
    const cloud = gaussianCloud(10, 2, 1);
    const lenses = columns(cloud, 2);
    const code = (wanted: string) => (error: unknown) => error instanceof Fault && error.code === wanted;
    assert.throws(() => mapper(cloud, lenses, { ...options, intervals: [3, 4, 5] }), code('usage'));
    assert.throws(() => mapper(cloud, lenses, { ...options, overlap: [0.1, 0.2, 0.3] }), code('usage'));
    assert.throws(() => mapper(cloud, [], options), code('usage'));
    assert.throws(() => mapper(cloud, [lenses[0]!, new Float64Array(9)], options), code('shape-mismatch'));
    assert.throws(() => mapper(cloud, lenses, { ...options, nerveDimension: 0 }), code('usage'));
    assert.throws(() => mapper(cloud, lenses, { ...options, intervals: 10_000, overlap: 0.95, nerveDimension: 1, radius: 1 }) && mapper(cloud, Array.from({ length: 8 }, () => lenses[0]!), { ...options, intervals: 10_000 }), code('too-large')); // prettier-ignore
  });

  it('says which overlap would fit where points are in too many boxes, and what is at fault', () => {
    const cloud = gaussianCloud(2000, 2, 1);
    const lenses = columns(cloud, 2);
    const run = (overlap: number, intervals: number | number[] = 40) =>
      mapper(cloud, lenses, { ...options, intervals, overlap, memoryLimitBytes: 2e6, radius: 0.05 });
    const refusal = (work: () => unknown): Fault => {
      try {
        work();
      } catch (error) {
        if (error instanceof Fault && error.code === 'too-large') return error;
      }
      throw new Error('It was not refused.');
    };
    const { hint, source } = refusal(() => run(0.95));
    assert.equal(source, 'intervals');
    run(Number(/^An overlap of (\S+) would fit/.exec(hint ?? '')![1]));
    const many = refusal(() => run(0.1, 2 ** 27));
    assert.match(many.hint ?? '', /^Up to 94,906,265 intervals/);
    const { hint: points } = refusal(() => mapper(gaussianCloud(5000, 100, 1), new Float64Array(5000), { ...options, memoryLimitBytes: 2e6 })); // prettier-ignore
    const fit = Number(/^About ([\d,]+) points/.exec(points ?? '')![1]!.replace(',', ''));
    mapper(gaussianCloud(fit, 100, 1), new Float64Array(fit), { ...options, radius: 1, memoryLimitBytes: 2e6 });
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const cloud = gaussianCloud(50, 2, 1);
    assert.throws(() => mapper(cloud, columns(cloud, 2), { ...options, cancellation }), isCancelled);
  });
});

describe('the nerve', () => {
  it('holds the sets of nodes with a point in common, with how many', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 4 }), (seed, nerveDimension) => {
        const cloud = gaussianCloud(40, 2, seed);
        const lenses = columns(cloud, 2);
        const { nodes, edges, nerve } = mapper(cloud, lenses, { ...options, minimumPoints: 2, nerveDimension });
        const all = nerveByTrying(nodes.map(node => [...node.members]), nerveDimension + 1); // prettier-ignore
        const found = new Map<string, number>(nodes.map((node, id) => [String(id), node.members.length]));
        for (const { source, target, shared } of edges) found.set(`${source},${target}`, shared);
        nerve!.simplices.forEach(({ vertices, shared }, index) => {
          const size = index + 3;
          shared.forEach((count, s) => found.set(vertices.subarray(s * size, (s + 1) * size).join(), count));
        });
        const sorted = (map: Map<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
        assert.deepEqual(sorted(found), sorted(all));
      }),
      { seed: 72, numRuns: 60 },
    );
  });

  it('agrees with the graph: no nerve above it is asked for, and β0 is its components', () => {
    const cloud = gaussianCloud(120, 2, 5);
    const lenses = columns(cloud, 2);
    const plain = mapper(cloud, lenses, options);
    assert.equal(plain.nerve, undefined);
    const { nerve, ...graph } = mapper(cloud, lenses, { ...options, nerveDimension: 3 });
    assert.deepEqual({ ...graph, nerve: undefined }, plain);
    assert.equal(nerve!.betti.length, 3);
    assert.equal(nerve!.betti[0], plain.components);
  });

  it('of a circle seen by both coordinates is a circle, though its graph has more loops', () => {
    const cloud = circle(600, 0, 2);
    const how = { ...options, intervals: 5, overlap: 0.3, radius: 0.2, nerveDimension: 3 };
    const { nerve, loops } = mapper(cloud, columns(cloud, 2), how);
    assert.deepEqual(nerve!.betti, [1, 1, 0]);
    assert.ok(loops >= 1);
  });

  it('of a sphere seen by two coordinates is a sphere', () => {
    const cloud = sphere(3000, 1);
    for (const intervals of [3, 5]) {
      const how = { ...options, clustering: 'single-linkage', intervals, overlap: 0.3, radius: 0.2 } as const;
      const { nerve, components, loops } = mapper(cloud, columns(cloud, 2), { ...how, nerveDimension: 3 });
      assert.equal(components, 1);
      assert.ok(loops > 0);
      assert.deepEqual(nerve!.betti, [1, 0, 1]);
    }
  });
});

describe('mapperStability', () => {
  const cloud = circle(400, 0.02, 1);
  const lens = mapperLens(cloud, 'column', 1);
  const grid = { ...options, radius: 0.25, intervals: [6, 8, 10], overlaps: [0.3, 0.4] };

  it('is what the graph of every cell is', () => {
    const stability = mapperStability(cloud, lens, grid);
    grid.intervals.forEach((intervals, i) => {
      grid.overlaps.forEach((overlap, o) => {
        const graph = mapper(cloud, lens, { ...options, radius: 0.25, intervals, overlap });
        const cell = i * 2 + o;
        assert.equal(stability.nodes[cell], graph.nodes.length);
        assert.equal(stability.components[cell], graph.components);
        assert.equal(stability.loops[cell], graph.loops);
        assert.equal(stability.coverage[cell], graph.coverage);
      });
    });
  });

  it('shows the loop of a circle in every cell', () => {
    const { loops, components } = mapperStability(cloud, lens, grid);
    assert.deepEqual([...loops], [1, 1, 1, 1, 1, 1]);
    assert.deepEqual([...components], [1, 1, 1, 1, 1, 1]);
  });

  it('chooses the radius once, as the graph would', () => {
    const { radius } = mapperStability(cloud, lens, { ...grid, radius: undefined });
    assert.equal(radius, mapper(cloud, lens, { ...options, radius: undefined }).radius);
  });
});
