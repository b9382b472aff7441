import { formatCount } from '../base/numbers';
import type { Steps } from '../base/steps';
import type { DistanceMatrix } from './distances';
import { ripsCrew, type RipsKernel } from './kernels/ripsKernel';
import { aligned, MATRIX_ADDRESS, RipsSpace } from './ripsSpace';

/** The rank of a pair of points that no edge joins, and of a point with itself. */
export const NO_EDGE = 0x7f7f7f7f;

/** Of the kernel (`kernels/edges.as`, `kernels/neighbourhoods.as`). */
const BUCKETS = 4096;
const BUCKET_TABLE_BYTES = (BUCKETS + 1) * 4;
const SORTING_TABLE_BYTES = 2 * 1024 * 4;
/** Numbers a point: three, and a list of the nearest neighbours. */
const POINT_NUMBERS = 3 + 9;
const [MAXIMA, MINIMA, SUMS, VERTICES] = [0, 1, 2, 0];
const HEAP_BYTES = 1 << 20;
/** Edges, or entries of the matrix, in a part of a job: some tenths of a millisecond, and enough calls for the engine to optimise it. */
const CHUNK = 1 << 15;

/** Pairs that are counted or placed without a pause, and edges of several buckets that are sorted without one, about: some milliseconds. */
const PAIRS_PER_SHARE = 1 << 21;
const EDGES_PER_SORT = 1 << 20;
/** Distances that are copied without a pause, to memory that may not have been touched: some milliseconds. */
const COPIED_PER_STEP = 1 << 20;

const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * The edges of a Rips complex in order of length. Ranks replace lengths, so that ties vanish: every edge is the latest one of
 * its own set of simplices, and comparing two integers says which simplex comes first.
 *
 * Vertices are points relabelled, central ones first: for most edges some of the first vertices are close to both ends, so that
 * searches for a common neighbour end soon.
 *
 * All of it is in the memory of the kernel: about 8 n² bytes (`edges` first holds what is being sorted, `matrix` distances).
 */
export class RipsFiltration {
  readonly count: number;
  readonly kernel: RipsKernel;
  /** Entries in a row of `rank`. */
  readonly stride: number;

  private constructor(
    readonly space: RipsSpace,
    readonly edgeCount: number,
    /** The smallest, over the points, of the largest distance to another. */
    readonly enclosingRadius: number,
    /** Point of the cloud by vertex. */
    readonly points: Uint32Array,
    /** Where the kernel may write lists of up to `count` numbers. */
    readonly listAddress: number,
    /** From here on the memory is free, and may grow. */
    readonly freeAddress: number,
  ) {
    this.count = space.count;
    this.kernel = space.kernel;
    this.stride = space.stride / 4;
  }

  /**
   * Sorts the edges up to the threshold (the enclosing radius, where that is smaller or no threshold is given). The distances are used up where `consume` says so.
   * Throws `too-large` beyond 23,000 points or so.
   */
  static *of(distances: DistanceMatrix, threshold: number | undefined, consume: boolean): Steps<RipsFiltration> {
    const { count } = distances;
    const what = `The edges of ${formatCount(count)} points`;
    const taken = consume ? distances.takeSpace() : undefined;
    const space = taken ?? new RipsSpace(ripsCrew(), count);
    const { crew, kernel, stride, edgesAddress } = space;
    const pairs = (count * (count - 1)) / 2;
    const shares = Math.max(crew.size === 1 ? 1 : 2 * crew.size, Math.ceil(pairs / PAIRS_PER_SHARE));
    // Every share has a place for what is too long.
    const pointTables = edgesAddress + (pairs + shares) * 8;
    const bucketTables = pointTables + count * POINT_NUMBERS * 4;
    const listAddress = bucketTables + shares * BUCKET_TABLE_BYTES + crew.size * SORTING_TABLE_BYTES;
    const freeAddress = aligned(listAddress + count * 4);
    space.reserve(freeAddress + HEAP_BYTES, what);
    space.tell({ count, stride, matrix: MATRIX_ADDRESS, edges: edgesAddress, pointTables, shares, bucketTables });
    if (taken === undefined) yield* copy(distances.values, space.distances());

    const rowGrain = Math.ceil(CHUNK / count);
    const pointTable = (index: number) => pointTables + index * count * 4;
    yield* crew.run('measureRows', count, rowGrain);
    const maxima = new Float32Array(crew.buffer, pointTable(MAXIMA), count);
    const enclosingRadius = maxima.reduce((a, b) => Math.min(a, b));
    // From the enclosing radius on the complex is a cone: nothing is born or dies beyond. Lengths are float32: a threshold
    // means all lengths that round to the same. Infinite lengths are no edges.
    const longest = Math.min(enclosingRadius, threshold === undefined ? Infinity : Math.fround(threshold), MAX_FLOAT32);
    const shortest = new Float32Array(crew.buffer, pointTable(MINIMA), count).reduce((a, b) => Math.min(a, b));
    const [shortestBits, longestBits] = [bitsOf(shortest), bitsOf(longest)];
    // As many as tell all lengths of one of the buckets apart.
    const bucketBits = Math.max(0, 32 - Math.clz32(Math.max(0, longestBits - shortestBits)) - Math.log2(BUCKETS));
    space.tell({ longest, shortestBits, bucketBits });

    yield* crew.run('countLengths', shares, 1);
    const edgeCount = kernel.startBuckets();
    space.tell({ edgeCount });
    const points = centralFirst(new Float32Array(crew.buffer, pointTable(SUMS), count));
    const vertices = new Uint32Array(crew.buffer, pointTable(VERTICES), count);
    points.forEach((point, vertex) => (vertices[point] = vertex));
    yield* crew.run('placeEdges', shares, 1);
    // Lengths may crowd into few buckets, as beside many of zero, so that one part may hold most edges.
    yield* crew.run('sortBuckets', BUCKETS, edgeCount > EDGES_PER_SORT ? 1 : BUCKETS / 32);
    yield* crew.run('clearRanks', count, rowGrain * 4);
    yield* crew.run('placeRanks', edgeCount, CHUNK);
    yield* crew.run('mirrorRanks', Math.ceil(count / 4), Math.ceil(rowGrain / 4));
    return new RipsFiltration(space, edgeCount, enclosingRadius, points, listAddress, freeAddress);
  }

  /** Views of the kernel's memory, which may have grown and moved since: to be taken anew by every phase. */
  views(): RipsViews {
    const { space, edgeCount, count, stride, listAddress } = this;
    const { buffer } = space.crew;
    return {
      ends: new Uint16Array(buffer, space.edgesAddress, 4 * edgeCount),
      lengths: new Float32Array(buffer, space.edgesAddress, 2 * edgeCount),
      rank: new Int32Array(buffer, MATRIX_ADDRESS, count * stride),
      list: new Int32Array(buffer, listAddress, count),
    };
  }
}

export interface RipsViews {
  /** Edge r joins ends[4r] < ends[4r + 1]. */
  readonly ends: Uint16Array;
  /** Edge r has length lengths[2r + 1]; ascending. */
  readonly lengths: Float32Array;
  /** rank[a * stride + b] of the edge between two vertices, or NO_EDGE. */
  readonly rank: Int32Array;
  /** Numbers that the kernel writes. */
  readonly list: Int32Array;
}

function* copy(from: Float32Array, to: Float32Array): Steps<void> {
  for (let at = 0; at < from.length; at += COPIED_PER_STEP) {
    to.set(from.subarray(at, at + COPIED_PER_STEP), at);
    yield;
  }
}

/** Points by the sum of their distances. Of floats that are not negative the bits have the order of the numbers; equal ones stay in order. */
function centralFirst(sums: Float32Array): Uint32Array {
  const bits = new Uint32Array(Float32Array.from(sums).buffer);
  const keys = Float64Array.from(bits, (sum, point) => sum * 0x1_0000 + point).sort();
  return Uint32Array.from(keys, key => key % 0x1_0000);
}

/** −0 is 0. */
function bitsOf(length: number): number {
  return new Uint32Array(Float32Array.of(length).buffer)[0]! & 0x7fffffff;
}
