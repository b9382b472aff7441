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
