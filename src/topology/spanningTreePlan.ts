import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { Random } from '../base/random';
import type { LightestForest, WeightedEdges } from './lightestForest';
import type { PointCloud } from './pointCloud';
import { roughForest } from './roughForest';

/** Points in a panel of the kernel, and in a block, for which limits are made. */
export const PANEL = 8;
export const BLOCK = 512;

/** A squared norm of quantised points must stay below 2²⁹, so that squared distances, at most four times it, stay in 32 bits. */
const LARGEST_NORM = Math.sqrt(2 ** 29 - 1);
/** More than so many times the norm of nearly all points: left out of the panels, lest all others be coarse. */
const OUTLYING = 4;
const NEARLY_ALL = 0.999;
const MAX_COORDINATE = 1e30;

/**
 * What the parts of a large minimum spanning tree share: plain data, whose large arrays are in shared memory, so that threads need no copies.
 * Points have positions: those that the rough tree joins early are near each other.
 */
export interface SpanningTreePlan {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array | Float64Array;
  /** Point at each position; the first `packed` of them are in the panels. */
  readonly order: Uint32Array;
  readonly packed: number;
  /** Panels of 8 points in 16 bits, and the squared norms, as the kernel takes them; quantised coordinates are multiples of `scale`. */
  readonly panels: Int16Array;
  readonly norms: Int32Array;
  readonly coordinatePairs: number;
  readonly scale: number;
  /** At most how far a quantised point is from where it should be. */
  readonly quantisationError: number;
  /** A spanning tree that is not the minimum one. */
  readonly rough: WeightedEdges;
}

/** Throws `empty`, `not-finite` for coordinates that are not finite or beyond 1e30, and `cancelled`. The seed changes how long it takes, and which of equally short trees is found; no length. */
export function planSpanningTree(cloud: PointCloud, seed = 0, cancellation = Cancellation.never): SpanningTreePlan {
  const { count, width } = cloud;
  if (count < 1) throw new Fault('empty', 'The point cloud has no points.');
  const values = shared(cloud.values);
  cancellation.throwIfCancelled();
  for (let i = 0; i < values.length; i++) {
    if ((i & 0xfffff) === 0) cancellation.throwIfCancelled();
    if (!(Math.abs(values[i]!) <= MAX_COORDINATE))
      throw new Fault(
        'not-finite',
        `The point cloud has coordinates that are not finite or beyond ±${MAX_COORDINATE}.`,
      );
  }
  const forest: LightestForest = roughForest({ count, width, values }, new Random(seed, 'spanning tree'), cancellation);

  const mean = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    if ((i & 1023) === 0) cancellation.throwIfCancelled();
    for (let k = 0; k < width; k++) mean[k] = mean[k]! + values[i * width + k]! / count;
  }
  const lengths = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if ((i & 1023) === 0) cancellation.throwIfCancelled();
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (values[i * width + k]! - mean[k]!) ** 2;
    lengths[i] = Math.sqrt(sum);
  }
  const ascending = lengths.slice().sort();
  const usual = ascending[Math.floor(NEARLY_ALL * (count - 1))]!;
  const longest = ascending[count - 1]!;
  const reach = longest <= OUTLYING * usual ? longest : usual;
  // A power of two: whole numbers, and all multiples of one, are then represented exactly, so that ties are seen as such.
  const scale = reach > 0 ? 2 ** Math.ceil(Math.log2(reach / (LARGEST_NORM - 2 * Math.sqrt(width) - 2))) : 1;
  const origin = mean.map(value => scale * Math.round(value / scale));

  const runs = forest.runs();
  const packed = lengths.reduce((sum, length) => sum + Number(length <= reach), 0);
  const order = shared(new Uint32Array(count));
  let inside = 0;
  let outlying = packed;
  for (const point of runs) order[lengths[point]! <= reach ? inside++ : outlying++] = point;

  const coordinatePairs = Math.ceil(width / 2);
  const rows = Math.ceil(packed / PANEL) * PANEL;
  const panels = new Int16Array(new SharedArrayBuffer(rows * coordinatePairs * 4));
  const norms = new Int32Array(new SharedArrayBuffer(rows * 4));
  let worst = 0;
  for (let place = 0; place < packed; place++) {
    if ((place & 1023) === 0) cancellation.throwIfCancelled();
    const row = order[place]! * width;
    const panel = (place >> 3) * PANEL * 2 * coordinatePairs + 2 * (place & 7);
    let norm = 0;
    let missed = 0;
    for (let k = 0; k < width; k++) {
      const exact = (values[row + k]! - origin[k]!) / scale;
      const rounded = Math.round(exact);
      panels[panel + (k >> 1) * 16 + (k & 1)] = rounded;
      norm += rounded * rounded;
      missed += (exact - rounded) ** 2;
    }
    norms[place] = norm;
    worst = Math.max(worst, missed);
  }
  const { from, to, weight } = forest.edges;
  return {
    count,
    width,
    values,
    order,
    packed,
    panels,
    norms,
    coordinatePairs,
    scale,
    // Subtracting the origin rounds too.
    quantisationError: worst === 0 ? 0 : scale * Math.sqrt(worst) * (1 + 1e-9) + 4 * Number.EPSILON * reach,
    rough: { from: shared(from), to: shared(to), weight: shared(weight) },
  };
}

/** The same numbers in memory that threads share. */
function shared<T extends Float32Array | Float64Array | Uint32Array>(values: T): T {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const Kind = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new Kind(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
