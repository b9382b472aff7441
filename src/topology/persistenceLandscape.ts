import { Fault } from '../base/fault';
import type { DiagramPoints } from './diagramPoints';

/** The first functions of a landscape at given scales. */
export interface PersistenceLandscape {
  /** Ascending. */
  readonly scales: Float64Array;
  readonly depth: number;
  /** λ_k at scale s is values[(k − 1) · scales + s]. */
  readonly values: Float64Array;
}

/**
 * The persistence landscape of one dimension (Bubenik, "Statistical topological data analysis using persistence landscapes", JMLR 16, 2015):
 * λ_k(t) is the k-th largest, over the points, of max(0, min(t − birth, death − t)). Exact at every scale; 0 where there are fewer than k tents.
 * In the supremum norm two landscapes are no farther apart than their diagrams in bottleneck distance (proved there).
 *
 * Essential points would have tents without an end: they are left out, unless `end` closes them there. O(scales · (points + depth · tents)).
 * Throws `usage` unless depth is a whole number of at least 1.
 */
export function persistenceLandscape(
  points: DiagramPoints,
  scales: Float64Array,
  depth: number,
  end?: number,
): PersistenceLandscape {
  if (!(Number.isInteger(depth) && depth >= 1))
    throw new Fault('usage', `A landscape needs a whole number of functions, at least 1, not ${depth}.`);
  const { birth, death } = points;
  const width = scales.length;
  const values = new Float64Array(depth * width);
  const top = new Float64Array(depth);
  for (let s = 0; s < width; s++) {
    const scale = scales[s]!;
    top.fill(0);
    for (let i = 0; i < birth.length; i++) {
      const last = death[i] === Infinity ? (end ?? -Infinity) : death[i]!;
      const height = Math.min(scale - birth[i]!, last - scale);
      if (!(height > top[depth - 1]!)) continue;
      let at = depth - 1;
      for (; at > 0 && top[at - 1]! < height; at--) top[at] = top[at - 1]!;
      top[at] = height;
    }
    for (let k = 0; k < depth; k++) values[k * width + s] = top[k]!;
  }
  return { scales, depth, values };
}

/** The mean of landscapes at the same scales: what Bubenik's law of large numbers is about. Throws `usage` unless scales and depth are the same. */
export function meanLandscape(landscapes: readonly PersistenceLandscape[]): PersistenceLandscape {
  const first = landscapes[0];
  if (first === undefined) throw new Fault('empty', 'There are no landscapes to take the mean of.');
  const { scales, depth } = first;
  const values = new Float64Array(depth * scales.length);
  for (const other of landscapes) {
    if (other.depth !== depth || other.scales.length !== scales.length || other.scales.some((t, s) => t !== scales[s]))
      throw new Fault('usage', 'Landscapes have a mean only at the same scales and to the same depth.');
    for (let i = 0; i < values.length; i++) values[i] = values[i]! + other.values[i]! / landscapes.length;
  }
  return { scales, depth, values };
}
