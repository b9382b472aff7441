import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../src/base/fault';
import { levelSetBetti } from '../../src/topology/levelSet';
import { UnionFind } from '../../src/topology/unionFind';

/** A function of coordinates in [−1, 1] on a grid. */
function sampled(size: number, axes: number, of: (...coordinates: number[]) => number): [number[], number[]] {
  const shape = Array.from({ length: axes }, () => size);
  const values = Array.from({ length: size ** axes }, (_, i) =>
    of(...shape.map((_, axis) => (2 * (Math.floor(i / size ** (axes - 1 - axis)) % size)) / (size - 1) - 1)),
  );
  return [shape, values];
}

const circle = (x: number, y: number, centre = 0, radius = 0.5) => Math.hypot(x - centre, y) - radius;
const torus = (x: number, y: number, z: number) => Math.hypot(Math.hypot(x, y) - 0.55, z) - 0.22;

describe('levelSetBetti', () => {
  const plane: [string, (x: number, y: number) => number, number, number][] = [
    ['a circle is one closed curve', circle, 1, 1],
    ['a line ends on the box', x => x - 0.01, 1, 0],
    ['both borders of a ring', (x, y) => Math.abs(circle(x, y)) - 0.2, 2, 2],
    ['two circles', (x, y) => Math.min(circle(x, y, -0.5, 0.3), circle(x, y, 0.5, 0.3)), 2, 2],
    ['the branches of a hyperbola', (x, y) => x * y - 0.03, 2, 0],
    ['a circle cut by the box', (x, y) => circle(x, y, 1), 1, 0],
    ['nothing where the function is positive', () => 1, 0, 0],
  ];
  for (const [name, of, components, loops] of plane)
    it(`in 2-D: ${name}`, () => {
      assert.deepEqual(levelSetBetti(...sampled(60, 2, of)), { components, loops, voids: undefined });
    });

  const space: [string, (x: number, y: number, z: number) => number, number, number, number][] = [
    ['a sphere', (x, y, z) => Math.hypot(x, y, z) - 0.6, 1, 0, 1],
    ['a torus', torus, 1, 2, 1],
    ['two nested spheres', (x, y, z) => Math.abs(Math.hypot(x, y, z) - 0.55) - 0.2, 2, 0, 2],
    ['a plane is a disc in the box', (x, y, z) => x + 0.3 * y + 0.1 * z - 0.02, 1, 0, 0],
    ['a cylinder cut at both ends', (x, y) => Math.hypot(x, y) - 0.5, 1, 1, 0],
    ['half a torus cut by the box', (x, y, z) => torus(x, y - 1, z), 1, 1, 0],
  ];
  for (const [name, of, components, loops, voids] of space)
    it(`in 3-D: ${name}`, () => {
      assert.deepEqual(levelSetBetti(...sampled(27, 3, of)), { components, loops, voids });
    });

  it('moves with the level', () => {
    const [shape, values] = sampled(40, 2, circle);
    assert.deepEqual(levelSetBetti(shape, values.map(value => value - 5), -5), levelSetBetti(shape, values)); // prettier-ignore
    assert.equal(levelSetBetti(shape, values, -0.6).components, 0);
  });

  /**
   * The box is simply connected, so that every component of the level set cuts one region in two: there are as many as regions above and regions below,
   * less one. Above the level grid neighbours are joined; below also those across a square.
   */
  const regions = (shape: readonly number[], values: readonly number[]): number => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
    const at = (i: number) => shape.map((length, axis) => Math.floor(i / strides[axis]!) % length);
    const sets = new UnionFind(values.length);
    for (let i = 0; i < values.length; i++)
      for (let j = 0; j < i; j++) {
        const steps = at(i).map((c, axis) => Math.abs(c - at(j)[axis]!));
        const moved = steps.filter(step => step > 0).length;
        const near = Math.max(...steps) <= 1;
        if (near && values[i]! > 0 === values[j]! > 0 && moved <= (values[i]! > 0 ? 1 : 2)) sets.union(i, j);
      }
    return sets.count;
  };
  for (const shape of [
    [5, 6],
    [3, 4, 3],
  ])
    // prettier-ignore
    it(`has one component less than there are regions, whatever the signs, in ${shape.length}-D`, () => {
      const count = shape.reduce((product, length) => product * length, 1);
      fc.assert(
        fc.property(fc.array(fc.constantFrom(-1, 1), { minLength: count, maxLength: count }), values => {
          assert.equal(levelSetBetti(shape, values).components, regions(shape, values) - 1);
        }),
        { seed: 81, numRuns: 100 },
      );
    });

  it('has in the plane the Euler characteristic of its points less its segments, two ends a segment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 2, max: 7 }),
        fc.nat(1e6),
        (rows, columns, seed) => {
          const values = Array.from(
            { length: rows * columns },
            (_, i) => (((seed + 7) * (i + 3) * 2654435761) % 97) - 48,
          );
          const above = (i: number, j: number) => values[i * columns + j]! > 0;
          let [points, ends] = [0, 0];
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) {
              // A point on an edge ends a segment on each square beside the edge.
              if (i + 1 < rows && above(i, j) !== above(i + 1, j)) [points, ends] = [points + 1, ends + Number(j > 0) + Number(j + 1 < columns)]; // prettier-ignore
              if (j + 1 < columns && above(i, j) !== above(i, j + 1)) [points, ends] = [points + 1, ends + Number(i > 0) + Number(i + 1 < rows)]; // prettier-ignore
            }
          const { components, loops } = levelSetBetti([rows, columns], values);
          assert.equal(components - loops, points - ends / 2);
        },
      ),
      { seed: 85, numRuns: 200 },
    );
  });

  it('does not change when the grid is turned round or its axes are swapped, whatever the signs', () => {
    const [a, b, c] = [3, 4, 5];
    const signs = fc.array(fc.constantFrom(-1, 1), { minLength: a * b * c, maxLength: a * b * c });
    fc.assert(
      fc.property(signs, values => {
        const plain = levelSetBetti([a, b, c], values);
        const at = (i: number) => [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c] as const;
        const flipped = values.map((_, i) => values[at(i)[0] * b * c + at(i)[1] * c + (c - 1 - at(i)[2])]!);
        assert.deepEqual(levelSetBetti([a, b, c], flipped), plain);
        const swapped = Array.from({ length: a * b * c }, (_, i) => {
          const [z, y, x] = [Math.floor(i / (b * a)), Math.floor(i / a) % b, i % a];
          return values[x * b * c + y * c + z]!;
        });
        assert.deepEqual(levelSetBetti([c, b, a], swapped), plain);
      }),
      { seed: 83, numRuns: 200 },
    );
  });

  it('has in a box of low entries only closed surfaces, with handles: an even number of loops', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 1), { minLength: 64, maxLength: 64 }), inner => {
        const values = Array.from({ length: 216 }, (_, i) => {
          const place = [Math.floor(i / 36), Math.floor(i / 6) % 6, i % 6].map(x => x - 1);
          return place.some(x => x < 0 || x > 3) ? -1 : inner[place[0]! * 16 + place[1]! * 4 + place[2]!]!;
        });
        const { components, loops, voids } = levelSetBetti([6, 6, 6], values);
        assert.equal(voids, components);
        assert.equal(loops % 2, 0);
      }),
      { seed: 84, numRuns: 200 },
    );
  });

  it('is that of the other side but for saddles, which are cut the other way', () => {
    const [shape, values] = sampled(21, 3, torus);
    assert.deepEqual(levelSetBetti(shape, values.map(value => -value)), levelSetBetti(shape, values)); // prettier-ignore
    // Two corners above are kept apart; two corners below are joined.
    assert.equal(levelSetBetti([2, 2], [1, -1, -1, 1]).components, 2);
    const [apart, joined] = [Array.from({ length: 16 }, () => -1), Array.from({ length: 16 }, () => 1)];
    for (const corner of [5, 10]) [apart[corner], joined[corner]] = [1, -1];
    assert.deepEqual(levelSetBetti([4, 4], apart), { components: 2, loops: 2, voids: undefined });
    assert.deepEqual(levelSetBetti([4, 4], joined), { components: 1, loops: 1, voids: undefined });
  });

  it('is refused where it does not fit, with what would', () => {
    const run = (size: number) => levelSetBetti([size, size], new Float64Array(size * size), 0, undefined, 20_000);
    assert.throws(() => run(100), (error: unknown) => error instanceof Fault && error.code === 'too-large' && error.hint!.includes('34×34 would fit')); // prettier-ignore
    run(34);
  });

  it('never has a negative Betti number, whatever the signs', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 1), { minLength: 64, maxLength: 64 }), values => {
        const { components, loops, voids } = levelSetBetti([4, 4, 4], values);
        assert.ok(loops >= 0 && voids! <= components);
      }),
      { seed: 82, numRuns: 300 },
    );
  });

  it('refuses grids of other dimensions and NaN', () => {
    assert.throws(() => levelSetBetti([4], [1, 2, 3, 4]), Fault);
    assert.throws(() => levelSetBetti([1, 2], [1, NaN]), Fault);
  });
});
