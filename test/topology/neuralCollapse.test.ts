import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Matrix, pseudoInverse } from 'ml-matrix';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import {
  meanCosines,
  nearestClassMeans,
  neuralCollapse,
  selfDuality,
  type NeuralCollapse,
} from '../../src/topology/neuralCollapse';
import type { PointCloud } from '../../src/topology/pointCloud';
import { cloudOf } from './clouds';

interface Labelled {
  readonly cloud: PointCloud;
  readonly classOf: Int32Array;
  readonly classes: number;
}

/** `each` copies of the corners of a regular simplex about 0, a class a corner, moved by `shift` and turned into more dimensions. */
function simplex(classes: number, each: number, scale = 1, shift = 0): Labelled {
  const rows = Array.from({ length: classes * each }, (_, i) =>
    Array.from({ length: classes + 2 }, (_, k) =>
      k < classes ? shift + scale * ((k === i % classes ? 1 : 0) - 1 / classes) : shift,
    ),
  );
  return { cloud: cloudOf(rows), classOf: Int32Array.from(rows, (_, i) => i % classes), classes };
}

const labelled = fc
  .record({
    classes: fc.integer({ min: 2, max: 5 }),
    each: fc.integer({ min: 1, max: 6 }),
    width: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(1e6),
  })
  .map(({ classes, each, width, seed }): Labelled => {
    const random = new Random(seed);
    const classOf = Int32Array.from({ length: classes * each + 3 }, (_, i) =>
      i < classes ? i : Math.floor(classes * random.uniform()),
    );
    const centres = Float64Array.from({ length: classes * width }, () => 3 * random.normal());
    const values = Float64Array.from(
      { length: classOf.length * width },
      (_, at) => centres[classOf[Math.floor(at / width)]! * width + (at % width)]! + random.normal(),
    );
    return { cloud: { count: classOf.length, width, values }, classOf, classes };
  });

const measure = ({ cloud, classOf, classes }: Labelled) => neuralCollapse(cloud, classOf, classes);
const MEASURES = ['nc1', 'nc1Ratio', 'nc2Norm', 'nc2Angle'] as const;

function assertClose(actual: number | null, expected: number | null, name = '', tolerance = 1e-7): void {
  if (actual === null || expected === null) assert.equal(actual, expected, name);
  else assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${name} ${actual} is not ${expected}`); // prettier-ignore
}

function assertSame(a: NeuralCollapse, b: NeuralCollapse): void {
  for (const name of MEASURES) assertClose(a[name], b[name], name);
}

/** NC1 as it is written: both covariances whole, and the pseudo-inverse of one. */
function nc1ByDefinition({ cloud: { count, width, values }, classOf, classes }: Labelled): number {
  const rows = Array.from({ length: count }, (_, i) => Array.from(values.subarray(i * width, (i + 1) * width)));
  const mean = (of: readonly (readonly number[])[]) => Matrix.columnVector(Array.from({ length: width }, (_, k) => of.reduce((sum, row) => sum + row[k]!, 0) / of.length)); // prettier-ignore
  const all = mean(rows);
  const means = Array.from({ length: classes }, (_, c) => mean(rows.filter((_, i) => classOf[i] === c)));
  const square = (vector: Matrix) => vector.mmul(vector.transpose());
  const within = Matrix.zeros(width, width);
  rows.forEach((row, i) => within.add(square(Matrix.columnVector(row).sub(means[classOf[i]!]!)).div(count)));
  const between = Matrix.zeros(width, width);
  for (const one of means) between.add(square(Matrix.sub(one, all)).div(classes));
  return within.mmul(pseudoInverse(between, 1e-9)).trace() / classes;
}

describe('neuralCollapse', () => {
  it('is all zeros for classes at the corners of a regular simplex', () => {
    for (const classes of [2, 3, 10]) {
      const data = simplex(classes, 4, 2.5, 7);
      const result = measure(data);
      for (const name of MEASURES) assertClose(result[name], 0, `${name} of ${classes}`, 1e-12);
      assert.equal(selfDuality(result.centredMeans.map(value => 3 * value), result.centredMeans)! < 1e-12, true); // prettier-ignore
      assert.deepEqual(nearestClassMeans(data.cloud, result), data.classOf);
      const cosines = meanCosines(result.centredMeans, classes, data.cloud.width);
      assertClose(cosines[1]!, -1 / (classes - 1), 'the cosine of two corners', 1e-12);
    }
  });

  it('equals its definition, with both covariances and a pseudo-inverse written out', () => {
    fc.assert(
      fc.property(labelled, data => assertClose(measure(data).nc1, nc1ByDefinition(data), 'nc1', 1e-6)),
      { numRuns: 200 },
    );
  });

  it('does not see rotations, shifts and scales of the features', () => {
    fc.assert(
      fc.property(labelled, fc.double({ min: 0.1, max: 50, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }), (data, scale, angle) => {
        const { width, values } = data.cloud;
        const moved = Float64Array.from(values);
        if (width > 1)
          for (let at = 0; at < values.length; at += width) {
            const [x, y] = [values[at]!, values[at + 1]!];
            moved[at] = Math.cos(angle) * x - Math.sin(angle) * y;
            moved[at + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
          }
        assertSame(measure({ ...data, cloud: { ...data.cloud, values: moved.map(value => scale * value - 4) } }), measure(data));
      }),
    ); // prettier-ignore
  });

  it('does not depend on the order of rows or the numbers of classes', () => {
    fc.assert(
      fc.property(labelled, data => {
        const { cloud, classOf, classes } = data;
        const order = Array.from(classOf, (_, i) => classOf.length - 1 - i);
        const values = Float64Array.from(order.flatMap(i => [...cloud.values.subarray(i * cloud.width, (i + 1) * cloud.width)])); // prettier-ignore
        const renamed = Int32Array.from(order, i => classes - 1 - classOf[i]!);
        assertSame(neuralCollapse({ ...cloud, values }, renamed, classes), measure(data));
      }),
    );
  });

  it('grows with the spread within classes: twice the spread is four times NC1', () => {
    fc.assert(
      fc.property(labelled, data => {
        const { cloud, classOf, classes } = data;
        const first = measure(data);
        const { width } = cloud;
        const spread = cloud.values.map((value, at) => {
          const k = at % width;
          const mean = first.centredMeans[classOf[Math.floor(at / width)]! * width + k]! + first.globalMean[k]!;
          return mean + 2 * (value - mean);
        });
        const wider = neuralCollapse({ ...cloud, values: spread }, classOf, classes);
        assertClose(wider.nc1, 4 * first.nc1!, 'nc1', 1e-6);
        assertClose(wider.nc1Ratio, 4 * first.nc1Ratio!, 'nc1Ratio', 1e-6);
        assertClose(wider.nc2Angle, first.nc2Angle, 'nc2Angle', 1e-6);
      }),
    );
  });

  it('is not defined where all class means are equal', () => {
    const rows = [[0.1, 1], [0.3, -1], [0.3, -1], [0.1, 1]]; // prettier-ignore
    const result = neuralCollapse(cloudOf(rows), [0, 0, 1, 1], 2);
    assert.equal(result.nc1, null);
    assert.equal(result.nc1Ratio, null);
  });

  it('refuses a single class, and a class without rows', () => {
    const cloud = cloudOf([[0], [1]]);
    assert.throws(() => neuralCollapse(cloud, [0, 0], 1), (error: unknown) => error instanceof Fault && error.code === 'empty'); // prettier-ignore
    assert.throws(() => neuralCollapse(cloud, [0, 2], 3), /Class 1 has no rows/);
  });
});

describe('selfDuality', () => {
  it('is 0 for proportional directions, 2 for opposite ones, √2 for orthogonal ones, and not defined for none', () => {
    assertClose(selfDuality([2, 4], [1, 2]), 0);
    assertClose(selfDuality([-1, -2], [1, 2]), 2);
    assertClose(selfDuality([2, -1], [1, 2]), Math.SQRT2);
    assert.equal(selfDuality([0, 0], [1, 2]), null);
  });
});
