import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { bootstrapBand } from '../../src/topology/bootstrapBand';
import { cubicalPersistence } from '../../src/topology/cubicalPersistence';
import { rangeOfDimension, type PersistenceDiagram } from '../../src/topology/diagram';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import type { DiagramPoints } from '../../src/topology/diagramPoints';
import { distanceMatrix } from '../../src/topology/distances';
import { distanceToMeasure } from '../../src/topology/distanceToMeasure';
import { diagramDistances, permutationTest } from '../../src/topology/permutationTest';
import { rips } from '../../src/topology/rips';
import { circle, cloudOf, gaussianCloud } from './clouds';

function part(diagram: PersistenceDiagram, dimension: number): DiagramPoints {
  const [from, to] = rangeOfDimension(diagram, dimension);
  return { birth: diagram.birth.slice(from, to), death: diagram.death.slice(from, to) };
}

const usage = (error: unknown) => error instanceof Fault && error.code === 'usage';
const loops = (cloud: Parameters<typeof distanceMatrix>[0]) =>
  part(rips(distanceMatrix(cloud, 'euclidean'), { maxDimension: 1 }).diagram, 1);
const groups = (sizes: readonly number[]) => sizes.flatMap((size, m) => Array<number>(size).fill(m));

/** Distances between numbers on a line. */
const onLine = (places: readonly number[]) => ({ count: places.length, at: (i: number, j: number) => Math.abs(places[i]! - places[j]!) }); // prettier-ignore

describe('permutationTest', () => {
  it('has the joint loss of Robinson and Turner', () => {
    // (|0 − 1|) / 2 for the first group; (1 + 3 + 2) / (3 · 2) for the second.
    const { loss } = permutationTest(onLine([0, 1, 10, 11, 13]), groups([2, 3]), { seed: 0 });
    assert.ok(Math.abs(loss - (1 / 2 + 6 / 6)) < 1e-12);
    const squared = permutationTest(onLine([0, 1, 10, 11, 13]), groups([2, 3]), { seed: 0, power: 2 });
    assert.ok(Math.abs(squared.loss - (1 / 2 + 14 / 6)) < 1e-12);
  });

  it('counts the relabellings that are as extreme', () => {
    // 35 ways to choose 3 of 7, the seen one alone has so little loss: 1/35 of 20,000 permutations.
    const { pValue, permutations } = permutationTest(onLine([0, 1, 2, 10, 12, 14, 16]), groups([3, 4]), {
      seed: 5,
      permutations: 20_000,
    });
    assert.equal(permutations, 20_000);
    assert.ok(Math.abs(pValue - 1 / 35) < 0.004, `${pValue}`);
  });

  it('is never 0, and 1 where all diagrams are the same', () => {
    const far = permutationTest(
      onLine(Array.from({ length: 40 }, (_, i) => i + (i < 20 ? 0 : 1e6))),
      groups([20, 20]),
      {
        seed: 1,
        permutations: 99,
      },
    );
    assert.equal(far.pValue, 0.01);
    assert.equal(permutationTest(onLine(Array<number>(10).fill(3)), groups([5, 5]), { seed: 1 }).pValue, 1);
  });

  it('has no more small p-values under the null than it should', () => {
    const random = new Random(17);
    let small = 0;
    for (let k = 0; k < 300; k++) {
      const places = Array.from({ length: 10 }, () => random.normal());
      if (permutationTest(onLine(places), groups([5, 5]), { seed: k, permutations: 99 }).pValue <= 0.1) small++;
    }
    // 30 expected; five standard deviations above.
    assert.ok(small > 5 && small < 56, `${small} of 300`);
  });

  it('tells circles from blobs by their loops', () => {
    const diagrams = Array.from({ length: 12 }, (_, k) =>
      loops(k < 6 ? circle(40, 0.1, k) : gaussianCloud(40, 2, k, [0.7, 0.7])),
    );
    for (const kind of ['bottleneck', 'wasserstein', 'sliced'] as const) {
      const distances = diagramDistances(diagrams, kind);
      assert.ok(permutationTest(distances, groups([6, 6]), { seed: 2 }).pValue < 0.02, kind);
    }
  });

  it('depends on the seed alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 9 }),
        fc.nat(),
        (places, seed) => {
          const run = () => permutationTest(onLine(places), groups([2, places.length - 2]), { seed, permutations: 50 });
          assert.deepEqual(run(), run());
          assert.ok(run().pValue >= 1 / 51 && run().pValue <= 1);
        },
      ),
      { seed: 9, numRuns: 50 },
    );
  });

  it('asks whether to stop within each distance, too', () => {
    const diagrams = [0, 1].map(k => loops(circle(40, 0.1, k)));
    for (const kind of ['bottleneck', 'wasserstein', 'sliced'] as const) {
      const cancellation = new Cancellation();
      let asked = 0;
      cancellation.throwIfCancelled = () => void asked++;
      diagramDistances(diagrams, kind, cancellation);
      // Once between distances, of which there is one.
      assert.ok(asked > 1, kind);
    }
  });

  it('refuses groups that are too small, and diagrams that cannot be matched', () => {
    assert.throws(() => permutationTest(onLine([1, 2, 3]), groups([1, 2]), { seed: 0 }), usage);
    assert.throws(() => permutationTest(onLine([1, 2, 3]), groups([3]), { seed: 0 }), usage);
    const endless = { birth: Float64Array.of(0), death: Float64Array.of(Infinity) };
    const none = { birth: new Float64Array(0), death: new Float64Array(0) };
    const distances = diagramDistances([endless, endless, none, none], 'bottleneck');
    assert.throws(() => permutationTest(distances, groups([2, 2]), { seed: 0 }), usage);
  });
});

describe('distanceToMeasure', () => {
  it('is the root of the mean squared distance to the nearest points', () => {
    const cloud = cloudOf([[0], [1], [3], [10]]);
    const places = cloudOf([[0], [5]]);
    const expected = [Math.sqrt((0 + 1) / 2), Math.sqrt((4 + 16) / 2)];
    distanceToMeasure(cloud, places, 0.5).forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-12));
  });

  it('counts a point as often as it was drawn', () => {
    const values = distanceToMeasure(cloudOf([[0], [4]]), cloudOf([[1]]), 0.75, Uint32Array.of(1, 1, 1, 1));
    assert.equal(values[0], 3);
  });
});

describe('bootstrapBand', () => {
  const side = 24;
  const grid = cloudOf(
    Array.from({ length: side * side }, (_, k) => [
      ((k % side) / (side - 1)) * 4 - 2,
      (Math.floor(k / side) / (side - 1)) * 4 - 2,
    ]),
  );
  /** H1 of the sublevel sets of the distance to the measure. */
  const ofMeasure = (cloud: Parameters<typeof distanceToMeasure>[0]) => (indices: Uint32Array) =>
    part(cubicalPersistence([side, side], distanceToMeasure(cloud, grid, 0.1, indices), { construction: 'vertex' }), 1);

  it('finds the loop of a noisy circle and none in a blob', () => {
    const significant = (cloud: Parameters<typeof distanceToMeasure>[0]) => {
      const diagramOf = ofMeasure(cloud);
      const { barLength } = bootstrapBand(cloud.count, diagramOf, { seed: 3, replicates: 60 });
      const { birth, death } = diagramOf(Uint32Array.from({ length: cloud.count }, (_, i) => i));
      return death.filter((value, i) => value - birth[i]! > barLength).length;
    };
    assert.equal(significant(circle(150, 0.1, 4)), 1);
    assert.equal(significant(gaussianCloud(150, 2, 5, [0.7, 0.7])), 0);
  });

  it('covers the diagram of the measure itself in most samples', () => {
    // The circle's own measure, from very many points, stands for the truth.
    const truth = ofMeasure(circle(4000, 0.1, 1000))(Uint32Array.from({ length: 4000 }, (_, i) => i));
    let covered = 0;
    for (let seed = 0; seed < 20; seed++) {
      const diagramOf = ofMeasure(circle(120, 0.1, seed));
      const { width } = bootstrapBand(120, diagramOf, { seed, replicates: 40 });
      const seen = diagramOf(Uint32Array.from({ length: 120 }, (_, i) => i));
      if (bottleneckDistance(seen, truth).distance! <= width) covered++;
    }
    assert.ok(covered >= 17, `${covered} of 20`);
  });

  it('is the order statistic of the moves, and depends on the seed alone', () => {
    const cloud = circle(60, 0.1, 6);
    const run = (seed: number) => bootstrapBand(60, ofMeasure(cloud), { seed, replicates: 20 });
    assert.deepEqual(run(1), run(1));
    assert.notEqual(run(1).width, run(2).width);
    assert.equal(run(1).barLength, 2 * run(1).width);
    // A diagram that every resample leaves as it is.
    const still = { birth: Float64Array.of(0), death: Float64Array.of(1) };
    assert.equal(bootstrapBand(5, () => still, { seed: 0 }).width, 0);
  });

  it('is infinite where resamples have other endless bars', () => {
    let first = true;
    const changing = () => {
      const death = first ? Infinity : 1;
      first = false;
      return { birth: Float64Array.of(0), death: Float64Array.of(death) };
    };
    const { width, incomparable } = bootstrapBand(5, changing, { seed: 0, replicates: 10 });
    assert.equal(width, Infinity);
    assert.equal(incomparable, 10);
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => bootstrapBand(5, () => ({ birth: new Float64Array(0), death: new Float64Array(0) }), { seed: 0, cancellation }), isCancelled); // prettier-ignore
  });
});
