import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { distanceKernel } from './kernels/distanceKernel';
import { MAX_KERNEL_BYTES } from './kernels/webAssembly';
import type { CoordinateMetric } from './metric';
import type { PointCloud } from './pointCloud';
import { unitRows } from './unitRows';

/**
 * A dense symmetric n × n matrix of distances, diagonal 0, in C order. Distances are computed in double precision and
 * stored as float32 (relative rounding 6e-8), so that 5,000 points take 100 MB. Infinity: never joined.
 */
export class DistanceMatrix {
  constructor(
    readonly count: number,
    readonly values: Float32Array,
  ) {}

  at(i: number, j: number): number {
    return this.values[i * this.count + j]!;
  }
}

/** Points in a panel of the kernel, and panels that stay in the cache while others pass by. */
const PANEL = 4;
const BLOCK = 8;
/** Beyond this, distances would leave the range of float32. */
const MAX_SQUARED_LENGTH = 1e60;

/**
 * All pairwise distances of a cloud. `cosine` is 1 − cos of the angle and `correlation` 1 − Pearson's r, both in [0, 2];
 * a row without direction (all zero; constant for correlation) has distance 1 to every other.
 * Throws `empty` for no points, `not-finite` for coordinates that are not finite or beyond 1e30 or so, `too-large` for what does not fit
 * into the kernel's memory, and `cancelled`.
 */
export function distanceMatrix(
  cloud: PointCloud,
  metric: CoordinateMetric,
  cancellation: Cancellation = Cancellation.never,
): DistanceMatrix {
  const { count, width } = cloud;
  if (count < 1) throw new Fault('empty', 'The point cloud has no points.');
  const panels = Math.ceil(count / PANEL);
  const panelBytes = width * PANEL * 8;
  const stride = panels * PANEL;
  const lengthsAddress = panels * panelBytes;
  const matrixAddress = lengthsAddress + stride * 8;
  const bytes = matrixAddress + stride * stride * 4;
  if (bytes > MAX_KERNEL_BYTES) {
    throw new Fault(
      'too-large',
      `The distances of ${formatCount(count)} points in ${formatCount(width)} dimensions do not fit into memory.`,
      {
        hint: 'Take a sample of the points, or choose landmarks (rips --landmarks N): components stay those of all points.',
      },
    );
  }
  const directional = metric === 'cosine' || metric === 'correlation';
  const directions = directional ? unitRows(cloud, metric === 'correlation') : undefined;
  const { memory, exports: kernel } = distanceKernel(bytes);
  packPanels(
    directions?.values ?? cloud.values,
    count,
    width,
    new Float64Array(memory.buffer, 0, panels * PANEL * width),
  );

  for (let panel = 0; panel < panels; panel++) {
    kernel.squaredLengths(panel * panelBytes, width, lengthsAddress + panel * PANEL * 8);
  }
  checkLengths(new Float64Array(memory.buffer, lengthsAddress, count));
  for (let from = 0; from < panels; from += BLOCK) {
    const to = Math.min(from + BLOCK, panels);
    for (let panel = 0; panel < to; panel++) {
      // Tiles on and above the diagonal; the kernel writes their mirror images too.
      const first = Math.max(from, panel);
      const out = matrixAddress + (panel * stride + first) * PANEL * 4;
      const across = matrixAddress + (first * stride + panel) * PANEL * 4;
      const [i, j, panelCount] = [panel * panelBytes, first * panelBytes, to - first];
      if (metric === 'manhattan' || metric === 'chebyshev') {
        kernel[metric](i, j, panelCount, width, out, across, stride * 4);
      } else {
        const [own, others] = [lengthsAddress + panel * PANEL * 8, lengthsAddress + first * PANEL * 8];
        kernel.products(i, j, panelCount, width, out, across, stride * 4, own, others, directional ? 1 : 0);
      }
    }
    cancellation.throwIfCancelled();
  }
  // Rows move together in place: `values` is a view of the kernel's memory, which nobody else will use.
  const padded = new Float32Array(memory.buffer, matrixAddress, stride * stride);
  if (stride > count) for (let i = 1; i < count; i++) padded.copyWithin(i * count, i * stride, i * stride + count);
  const values = padded.subarray(0, count * count);
  for (const i of directions?.undirected ?? []) {
    for (let j = 0; j < count; j++) {
      values[i * count + j] = i === j ? 0 : 1;
      values[j * count + i] = i === j ? 0 : 1;
    }
  }
  return new DistanceMatrix(count, values);
}

/**
 * Four points side by side, coordinate by coordinate, with the first point as the origin (which keeps the squared lengths small, and
 * rounds differences of a cloud far away less than a mean would); the last panel is filled up with zeros.
 */
function packPanels(values: Float32Array | Float64Array, count: number, width: number, packed: Float64Array): void {
  for (let i = 0; i < count; i += PANEL) {
    const panel = i * width;
    const rows = Math.min(PANEL, count - i);
    for (let k = 0; k < width; k++) {
      const origin = values[k]!;
      for (let r = 0; r < rows; r++) packed[panel + k * PANEL + r] = values[panel + r * width + k]! - origin;
    }
  }
}

/** One coordinate that is not finite makes its row's length so, or all lengths, where it is the first row's. */
function checkLengths(squaredLengths: Float64Array): void {
  if (squaredLengths.every(length => length <= MAX_SQUARED_LENGTH)) return;
  throw new Fault(
    'not-finite',
    'The point cloud has coordinates that are not finite, or so large that distances are not.',
    {
      hint: 'Leave out the rows in question, or scale the coordinates.',
    },
  );
}

/**
 * A matrix of distances that is given. Throws `shape-mismatch` unless it is square, symmetric (to 1e-6 of the smaller of the two
 * entries), zero on the diagonal and nowhere negative or NaN. Infinite entries are allowed; the triangle inequality is not needed.
 */
export function precomputedDistances(cloud: PointCloud): DistanceMatrix {
  const { count, width, values: given } = cloud;
  if (count < 1) throw new Fault('empty', 'The distance matrix has no rows.');
  const refuse = (message: string) =>
    new Fault('shape-mismatch', message, {
      hint: 'A precomputed matrix holds the distance of points i and j at [i, j] and at [j, i]. For coordinates choose another metric.',
    });
  if (count !== width) throw refuse(`A distance matrix must be square, but this one is ${count} × ${width}.`);
  const values = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    if (given[i * count + i] !== 0)
      throw refuse(`Entry [${i}, ${i}] of the diagonal is ${given[i * count + i]}, not 0.`);
    for (let j = 0; j < i; j++) {
      const below = given[i * count + j]!;
      const above = given[j * count + i]!;
      if (!(below >= 0)) throw refuse(`Entry [${i}, ${j}] is ${below}, which is no distance.`);
      if (!(below === above || Math.abs(below - above) <= 1e-6 * Math.min(below, above))) {
        throw refuse(`The matrix is not symmetric: [${i}, ${j}] is ${below}, but [${j}, ${i}] is ${above}.`);
      }
      values[i * count + j] = below;
      values[j * count + i] = below;
    }
  }
  return new DistanceMatrix(count, values);
}

/** The median of the distances between two points i < j (the mean of the middle two of an even number); 0 for one point. */
export function medianDistance(distances: DistanceMatrix): number {
  const pairs = (distances.count * (distances.count - 1)) / 2;
  if (pairs === 0) return 0;
  const middle = Math.floor(pairs / 2);
  const upper = distanceOfRank(distances, middle);
  return pairs % 2 === 1 ? upper : (distanceOfRank(distances, middle - 1) + upper) / 2;
}

/**
 * The distance that `rank` others do not exceed, in two counting passes: the bits of floats that are not negative, read as integers, have
 * the order of the floats.
 */
function distanceOfRank({ count, values }: DistanceMatrix, rank: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(1 << 16);
  for (let i = 0; i < count; i++) for (let k = i * count + i + 1; k < (i + 1) * count; k++) counts[bits[k]! >>> 16]!++;
  let high = 0;
  while (counts[high]! <= rank) rank -= counts[high++]!;
  counts.fill(0);
  for (let i = 0; i < count; i++)
    for (let k = i * count + i + 1; k < (i + 1) * count; k++)
      if (bits[k]! >>> 16 === high) counts[bits[k]! & 0xffff]!++;
  let low = 0;
  while (counts[low]! <= rank) rank -= counts[low++]!;
  return new Float32Array(Uint32Array.of(high * 0x1_0000 + low).buffer)[0]!;
}
