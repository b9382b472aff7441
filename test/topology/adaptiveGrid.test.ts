import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { fillGrid } from '../../src/topology/adaptiveGrid';
import { gridRegions } from '../../src/topology/gridRegions';
import { levelSetBetti } from '../../src/topology/levelSet';

type Field = (...coordinates: readonly number[]) => readonly number[];

/** Scores at the vertices of a grid over [−3, 3]ⁿ. */
function scoresOf(shape: readonly number[], field: Field) {
  return (vertex: number): readonly number[] => {
    let rest = vertex;
    const coordinates: number[] = [];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      coordinates.unshift(((rest % shape[axis]!) / Math.max(1, shape[axis]! - 1)) * 6 - 3);
      rest = Math.floor(rest / shape[axis]!);
    }
    return field(...coordinates);
  };
}

function fill(shape: readonly number[], field: Field, coarsest: number, cancellation = Cancellation.never) {
  const scores = scoresOf(shape, field);
  const asked: number[] = [];
  const evaluate = (vertices: Uint32Array) => {
    asked.push(...vertices);
    return Promise.resolve([...vertices].flatMap(vertex => [...scores(vertex)]));
  };
  const width = field(...shape.map(() => 0)).length;
  return fillGrid(shape, { width, evaluate, coarsest, seed: 0, cancellation }).then(filled => ({ ...filled, asked }));
}

const winner = (scores: ArrayLike<number>, from: number, width: number) => {
  if (width === 1) return scores[from]! > 0 ? 1 : 0;
  let best = 0;
  for (let k = 1; k < width; k++) if (scores[from + k]! > scores[from + best]!) best = k;
  return best;
};

describe('fillGrid', () => {
  it('has the boundary of every vertex evaluated, for a fraction of the evaluations', async () => {
    const rings: Field = (y, x) => [Math.sin(2 * Math.hypot(x, y) + 1) + 0.2 * x];
    const shape = [301, 301];
    const { scores, evaluated, asked, check } = await fill(shape, rings, 16);
    const whole = await fill(shape, rings, 1);
    assert.equal(whole.evaluated, 301 * 301);
    assert.deepEqual(levelSetBetti(shape, scores), levelSetBetti(shape, whole.scores));
    for (let k = 0; k < scores.length; k++) assert.equal(scores[k]! > 0, whole.scores[k]! > 0, `vertex ${k}`);
    assert.ok(evaluated < 0.5 * scores.length, `${evaluated}`);
    assert.equal(new Set(asked).size, asked.length, 'no vertex is evaluated twice');
    assert.equal(check.wrong, 0);
    assert.ok(check.points > 0);
  });

  it('follows a boundary that leaves a block between its corners', async () => {
    // A tongue narrower than a block, which one vertex of the lattice meets.
    const tongue: Field = (y, x) => [x > -2.6 && x < 2.6 && Math.abs(y - 0.02) < 0.09 ? 1 : -1];
    const shape = [129, 129];
    const { scores } = await fill(shape, tongue, 16);
    const whole = await fill(shape, tongue, 1);
    assert.deepEqual([...scores].map(Math.sign), [...whole.scores].map(Math.sign));
  });

  it('works in space and with several classes, on sizes that no power of two divides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 2, max: 23 }), { minLength: 2, maxLength: 3 }),
        fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 3 }), // prettier-ignore
        fc.constantFrom(2, 4, 8),
        async (shape, planes, coarsest) => {
          // Linear scores: between corners that agree nothing else can win.
          const field: Field = (...at) => planes.map(([a, b, c, d]) => a! + [b!, c!, d!].reduce((sum, slope, axis) => sum + slope * (at[axis] ?? 0), 0)); // prettier-ignore
          const [some, every] = [await fill(shape, field, coarsest), await fill(shape, field, 1)];
          const width = planes.length;
          for (let vertex = 0; vertex < some.scores.length / width; vertex++) {
            for (let c = 0; c < width; c++)
              assert.ok(Math.abs(some.scores[vertex * width + c]! - every.scores[vertex * width + c]!) < 1e-5);
            const lead = Math.abs(every.scores[vertex * width]!);
            if (lead > 1e-5 || width > 1) continue;
            assert.equal(winner(some.scores, vertex, 1), winner(every.scores, vertex, 1));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('says in its check that it missed an island between the vertices of the lattice, and finds it', async () => {
    const island: Field = (y, x) => [Math.hypot(x - 0.11, y - 0.13) < 0.17 ? 5 : -5];
    const shape = [257, 257];
    const { scores, check } = await fill(shape, island, 32);
    const whole = await fill(shape, island, 1);
    const positive = (values: Float32Array) => values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    assert.ok(positive(whole.scores) > 100);
    assert.equal(positive(scores), positive(whole.scores));
    assert.equal(check.wrong, 0, 'the last draw, after the first one met it');
  });

  it('refuses more scores than fit, and stops when it is told', async () => {
    await assert.rejects(
      fill([20_000, 20_000], () => [1], 16),
      { code: 'too-large' },
    );
    const cancellation = new Cancellation();
    cancellation.cancel();
    await assert.rejects(
      fill([100, 100], () => [1], 16, cancellation),
      { code: 'cancelled' },
    );
  });
});

describe('gridRegions', () => {
  it('has one region more than curves in the plane, and as many that touch no border as closed curves', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 })),
        fc.infiniteStream(fc.constantFrom(-1, 1)),
        ([height, width], stream) => {
          const entries = Int8Array.from({ length: height * width }, () => stream.next().value as number);
          const { regions, regionOf } = gridRegions([height, width], entries);
          const { components, loops } = levelSetBetti([height, width], entries);
          assert.equal(regions.length, components + 1);
          assert.equal(regions.filter(({ touchesBorder }) => !touchesBorder).length, loops);
          assert.equal(
            regions.reduce((sum, { vertices }) => sum + vertices, 0),
            entries.length,
          );
          regionOf.forEach((region, vertex) => assert.equal(regions[region]!.isPositive, entries[vertex]! > 0));
        },
      ),
    );
  });

  it('knows where a region lies farthest from 0', () => {
    const { regions } = gridRegions([1, 6], [1, 3, -1, -4, -4, 2]);
    assert.deepEqual(regions.map(({ peak }) => peak), [1, 3, 5]); // prettier-ignore
  });
});
