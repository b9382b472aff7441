import fc from 'fast-check';
import { Random } from '../../src/base/random';
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
