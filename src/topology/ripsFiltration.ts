import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { DistanceMatrix } from './distances';

/** The rank of a pair of points that no edge joins, and of a point with itself. */
export const NO_EDGE = 0x7fffffff;

/**
 * The edges of a Rips complex in order of length. Ranks replace lengths, so that ties vanish: every edge is the latest one of
 * its own set of simplices, and comparing two integers says which simplex comes first.
 *
 * Vertices are points relabelled by centrality: for most edges the first vertices are close to both ends, so that
 * searches for a common neighbour end after a step or two.
 */
export interface RipsFiltration {
  readonly count: number;
  /** Point of the cloud by vertex. */
  readonly points: Uint32Array;
  readonly enclosingRadius: number;
  /** Lengths in ascending order. */
  readonly lengths: Float32Array;
  /** Edge r joins ends[2r] < ends[2r + 1]. */
  readonly ends: Uint16Array;
  /** rank[a * count + b] of the edge between two vertices, or NO_EDGE. */
  readonly rank: Int32Array;
}

const MAX_POINTS = 0xffff;

/** Sorts the edges that are not longer than the threshold (the enclosing radius without one). */
export function ripsFiltration(
  distances: DistanceMatrix,
  threshold: number | undefined,
  cancellation: Cancellation,
): RipsFiltration {
  const { count, values } = distances;
  if (count > MAX_POINTS) {
    throw new Fault('too-large', `Rips persistence takes at most ${MAX_POINTS} points, but there are ${count}.`, {
      hint: 'Take a sample of the points, or landmarks (witness complex).',
    });
  }
  const { radii, enclosingRadius } = eccentricities(distances);
  const points = Uint32Array.from({ length: count }, (_, i) => i).sort((i, j) => radii[i]! - radii[j]! || i - j);
  // Lengths are float32: a threshold means all lengths that round to the same.
  // From the enclosing radius on the complex is a cone: nothing is born or dies beyond.
  const longest = Math.min(enclosingRadius, threshold === undefined ? Infinity : Math.fround(threshold));

  let edgeCount = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const length = values[i * count + j]!;
      if (length <= longest && length < Infinity) edgeCount++;
    }
  }
  const unsorted = new Float32Array(edgeCount);
  const unsortedEnds = new Uint32Array(edgeCount);
  for (let a = 0, edge = 0; a < count; a++) {
    const row = points[a]! * count;
    for (let b = a + 1; b < count; b++) {
      const length = values[row + points[b]!]!;
      if (!(length <= longest && length < Infinity)) continue;
      unsorted[edge] = length;
      unsortedEnds[edge] = a | (b << 16);
      edge++;
    }
  }
  cancellation.throwIfCancelled();
  const { lengths, ends } = sortByLength(unsorted, unsortedEnds);
  cancellation.throwIfCancelled();
  const rank = new Int32Array(count * count).fill(NO_EDGE);
  const pairs = new Uint16Array(ends.buffer);
  for (let r = 0; r < edgeCount; r++) {
    const a = pairs[2 * r]!;
    const b = pairs[2 * r + 1]!;
    rank[a * count + b] = r;
    rank[b * count + a] = r;
  }
  return { count, points, enclosingRadius, lengths, ends: pairs, rank };
}

/** Per point the largest distance to another, and the smallest of these; 0 for one point. */
function eccentricities({ count, values }: DistanceMatrix): { radii: Float32Array; enclosingRadius: number } {
  const radii = new Float32Array(count);
  let enclosingRadius = Infinity;
  for (let i = 0; i < count; i++) {
    let radius = 0;
    for (let j = i * count; j < (i + 1) * count; j++) radius = Math.max(radius, values[j]!);
    radii[i] = radius;
    enclosingRadius = Math.min(enclosingRadius, radius);
  }
  return { radii, enclosingRadius };
}

/** Stable radix sort by three digits of 11 bits: the bits of floats that are not negative are ordered as integers. */
function sortByLength(
  lengths: Float32Array<ArrayBuffer>,
  ends: Uint32Array<ArrayBuffer>,
): { lengths: Float32Array; ends: Uint32Array<ArrayBuffer> } {
  let keys = new Uint32Array(lengths.buffer);
  let payload: Uint32Array<ArrayBuffer> = ends;
  let otherKeys = new Uint32Array(keys.length);
  let otherPayload = new Uint32Array(keys.length);
  for (let shift = 0; shift < 33; shift += 11) {
    const starts = new Uint32Array(2049);
    for (const key of keys) starts[((key >>> shift) & 2047) + 1]!++;
    for (let digit = 0; digit < 2048; digit++) starts[digit + 1]! += starts[digit]!;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const to = starts[(key >>> shift) & 2047]!++;
      otherKeys[to] = key;
      otherPayload[to] = payload[i]!;
    }
    [keys, otherKeys] = [otherKeys, keys];
    [payload, otherPayload] = [otherPayload, payload];
  }
  return { lengths: new Float32Array(keys.buffer), ends: payload };
}
