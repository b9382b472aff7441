import { Random } from '../../../src/base/random';
import type { ImageLayout } from '../../../src/probes/piecewise/linearMap';
import { rectifier } from '../../../src/probes/piecewise/monotoneFunctions';
import { PiecewiseBuilder } from '../../../src/probes/piecewise/piecewiseBuilder';
import type { MonotoneFunction, PiecewiseNetwork } from '../../../src/probes/piecewise/piecewiseNetwork';

const normals = (random: Random, count: number, scale: number) =>
  Float64Array.from({ length: count }, () => Math.fround(scale * random.normal()));

/** Dense layers with a function between them. */
export function denseNetwork(
  seed: number,
  sizes: readonly number[],
  between: MonotoneFunction = rectifier(0),
): PiecewiseNetwork {
  const random = new Random(seed, 'network');
  const builder = new PiecewiseBuilder(sizes[0]!);
  let value = 0;
  sizes.slice(1).forEach((rows, at) => {
    const columns = sizes[at]!;
    const weights = normals(random, rows * columns, Math.sqrt(2 / columns));
    value = builder.dense(value, rows, columns, 1, weights, normals(random, rows, 0.1), `fc${at}`);
    if (at + 2 < sizes.length) value = builder.function(value, between);
  });
  return builder.network(value);
}

/** An image of 2 × 5 × 4 through a convolution, ReLU, a residual sum, pooling, a normalisation and a dense layer to three scores. */
export function imageNetwork(seed: number, channelsLast = false): PiecewiseNetwork {
  const random = new Random(seed, 'network');
  const image: ImageLayout = { channels: 2, height: 5, width: 4, channelsLast };
  const builder = new PiecewiseBuilder(40);
  const window = {
    kernel: [3, 3],
    strides: [1, 1],
    dilations: [1, 1],
    padsBefore: [1, 1],
    padsAfter: [1, 1],
  } as const;
  const first = builder.convolution(0, image, { filters: 4, groups: 1, window }, normals(random, 72, 0.4), normals(random, 4, 0.1), 'first'); // prettier-ignore
  const bent = builder.function(first.value, rectifier(0.1));
  const second = builder.convolution(bent, first.after, { filters: 4, groups: 2, window }, normals(random, 72, 0.4), undefined, 'second'); // prettier-ignore
  const joined = builder.sum(second.value, bent, seed % 2 === 0 ? 1 : -1);
  const pool = { ...window, kernel: [2, 2], strides: [2, 2], padsBefore: [0, 0], padsAfter: [1, 0] } as const;
  const pooled = builder.maximum(joined, second.after, pool);
  const size = pooled.after.channels * pooled.after.height * pooled.after.width;
  const shift = normals(random, size, 0.2);
  const scaled = builder.scale(pooled.value, normals(random, size, 1), shift, shift.map(Math.abs), 'scale');
  const mean = builder.average(
    scaled,
    pooled.after,
    { ...pool, kernel: [2, 1], strides: [1, 1], padsAfter: [0, 0] },
    false,
  );
  const flat = mean.after.channels * mean.after.height * mean.after.width;
  return builder.network(builder.dense(mean.value, 3, flat, 1, normals(random, 3 * flat, 0.5), normals(random, 3, 0.1), 'head')); // prettier-ignore
}

export function randomRow(seed: number, width: number): Float64Array {
  const random = new Random(seed, 'row');
  return Float64Array.from({ length: width }, () => Math.fround(random.normal()));
}

export const largestOf = (scores: ArrayLike<number>) => Array.from(scores).indexOf(Math.max(...Array.from(scores)));
