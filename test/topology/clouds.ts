import fc from 'fast-check';
import { Random } from '../../src/base/random';
import { DistanceMatrix } from '../../src/topology/distances';
import type { PointCloud } from '../../src/topology/pointCloud';

export function cloudOf(rows: readonly (readonly number[])[]): PointCloud {
  return { count: rows.length, width: rows[0]?.length ?? 0, values: Float64Array.from(rows.flat()) };
}

export function gaussianCloud(count: number, width: number, seed: number, scales?: readonly number[]): PointCloud {
  const random = new Random(seed);
  const values = Float64Array.from({ length: count * width }, (_, i) => (scales?.[i % width] ?? 1) * random.normal());
  return { count, width, values };
}

/** Gaussian clusters of standard deviation `spread` around the given centres. */
export function clusters(
  centres: readonly (readonly number[])[],
  pointsEach: number,
  spread: number,
  seed: number,
): PointCloud {
  const random = new Random(seed);
  return cloudOf(
    centres.flatMap(centre =>
      Array.from({ length: pointsEach }, () => centre.map(coordinate => coordinate + spread * random.normal())),
    ),
  );
}

/** Points on the unit circle in random places, with Gaussian noise. */
export function circle(count: number, noise: number, seed: number): PointCloud {
  const random = new Random(seed);
  return cloudOf(
    Array.from({ length: count }, () => {
      const angle = 2 * Math.PI * random.uniform();
      return [Math.cos(angle) + noise * random.normal(), Math.sin(angle) + noise * random.normal()];
    }),
  );
}

/** Random orthogonal 3 × 3 matrices, a row each: a cloud with homology up to dimension 3, in two parts. */
export function orthogonalMatrices(count: number, seed: number): PointCloud {
  const random = new Random(seed);
  return cloudOf(Array.from({ length: count }, () => orthogonalMatrix(random)));
}

/** One of them, uniformly: normal columns, made orthogonal (Gram and Schmidt). */
export function orthogonalMatrix(random: Random): number[] {
  const columns: number[][] = [];
  while (columns.length < 3) {
    let column = [random.normal(), random.normal(), random.normal()];
    for (const earlier of columns) {
      const along = column.reduce((sum, value, k) => sum + value * earlier[k]!, 0);
      column = column.map((value, k) => value - along * earlier[k]!);
    }
    const length = Math.hypot(...column);
    columns.push(column.map(value => value / length));
  }
  return columns.flat();
}

/** Rotated in the plane of its first two coordinates, moved, and scaled. */
export function moved(cloud: PointCloud, angle: number, shift: number, scale: number): PointCloud {
  const values = Float64Array.from(cloud.values, value => value * scale + shift);
  for (let i = 0; i < cloud.count && cloud.width > 1; i++) {
    const x = values[i * cloud.width]!;
    const y = values[i * cloud.width + 1]!;
    values[i * cloud.width] = Math.cos(angle) * x - Math.sin(angle) * y;
    values[i * cloud.width + 1] = Math.sin(angle) * x + Math.cos(angle) * y;
  }
  return { ...cloud, values };
}

/** Point i of the result is point order[i]. */
export function reordered(cloud: PointCloud, order: Uint32Array): PointCloud {
  const values = new Float64Array(cloud.values.length);
  order.forEach((from, to) => {
    values.set(cloud.values.subarray(from * cloud.width, (from + 1) * cloud.width), to * cloud.width);
  });
  return { ...cloud, values };
}

/** Small clouds of whole-number coordinates, with many ties and duplicates. */
export const tiedClouds = (maxPoints: number): fc.Arbitrary<PointCloud> =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
      minLength: 1,
      maxLength: maxPoints,
    })
    .map(cloudOf);

/** Clouds of up to nine points in the plane or in space, on a coarse grid half of the time: full of ties and duplicates. */
export const smallClouds = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.integer())
  .map(([count, width, coarse, seed]): PointCloud => {
    const { values } = gaussianCloud(count, width, seed);
    return { count, width, values: coarse ? values.map(Math.round) : values };
  });

/** Symmetric matrices that break the triangle inequality, with missing edges, often of few different lengths. */
export const smallMatrices = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(2, 4, 1000), fc.integer())
  .map(([count, lengths, seed]) => {
    const random = new Random(seed);
    const values = new Float32Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        values[i * count + j] = random.uniform() < 0.1 ? Infinity : random.integer(lengths) + 1;
        values[j * count + i] = values[i * count + j]!;
      }
    }
    return new DistanceMatrix(count, values);
  });

/**
 * Distances of up to nine points in groups, far from those of their own group: there is a sphere of a dimension less than there are groups, or many. Lengths differ a little, and
 * often not at all.
 */
export const groupedMatrices = fc
  .tuple(
    fc.array(fc.integer({ min: 2, max: 3 }), { minLength: 2, maxLength: 4 }),
    fc.constantFrom(1, 3, 1000),
    fc.integer(),
  )
  .filter(([sizes]) => sizes.reduce((sum, size) => sum + size, 0) <= 9)
  .map(([sizes, lengths, seed]) => {
    const random = new Random(seed);
    const group = sizes.flatMap((size, g) => Array.from({ length: size }, () => g));
    const count = group.length;
    const values = new Float32Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        values[i * count + j] = (group[i] === group[j] ? 3 : 1) + random.integer(lengths) / lengths;
        values[j * count + i] = values[i * count + j]!;
      }
    }
    return new DistanceMatrix(count, values);
  });
