import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { Random } from '../base/random';
import type { LightestForest, WeightedEdges } from './lightestForest';
import type { PointCloud } from './pointCloud';
import { packPanels, PANEL, pointGrid } from './pointGrid';
import { roughForest } from './roughForest';

/** Points in a block, for which limits are made. */
export const BLOCK = 512;

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
  /** The same of the leading coordinates, of which there are `leadingPairs` pairs. */
  readonly leads: Int32Array;
  readonly leadingPairs: number;
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

  const points = { count, width, values };
  const runs = forest.runs();
  const grid = pointGrid(points, runs, cancellation);
  // Outliers are left out of the panels, lest all others be coarse.
  const { lengths, reach, scale } = grid;
  const packed = lengths.reduce((sum, length) => sum + Number(length <= reach), 0);
  const order = shared(new Uint32Array(count));
  let inside = 0;
  let outlying = packed;
  runs.forEach((point, place) => (order[lengths[place]! <= reach ? inside++ : outlying++] = point));

  const coordinatePairs = Math.ceil(width / 2);
  const rows = Math.ceil(packed / PANEL) * PANEL;
  const panels = new Int16Array(new SharedArrayBuffer(rows * coordinatePairs * 4));
  const norms = new Int32Array(new SharedArrayBuffer(rows * 4));
  const leads = new Int32Array(new SharedArrayBuffer(rows * 4));
  const within = { ...grid, lengths: lengths.filter(length => length <= reach) };
  const quantisationError = packPanels(points, order, packed, within, { panels, norms, leads }, cancellation);
  const { from, to, weight } = forest.edges;
  return {
    count,
    width,
    values,
    order,
    packed,
    panels,
    norms,
    leads,
    leadingPairs: grid.leading / 2,
    coordinatePairs,
    scale,
    quantisationError,
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
