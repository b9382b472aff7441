import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import type { DistanceMatrix } from './distances';
import { ripsKernel, type RipsKernel } from './kernels/ripsKernel';
import { MAX_KERNEL_BYTES, type KernelMemory } from './kernels/webAssembly';

/** The rank of a pair of points that no edge joins, and of a point with itself. */
export const NO_EDGE = 0x7f7f7f7f;

const ABSENT_BYTE = 0x7f;
const DIGITS = 2048;
const HEAP_BYTES = 1 << 20;
/** Of the list of nearest neighbours of one vertex: their number, and eight. */
const NEAREST_BYTES = 36;
/** Edges that a call of the kernel takes: some tenths of a millisecond, and enough calls for the engine to optimise it. */
const CHUNK = 1 << 15;

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
  readonly edgeCount: number = 0;
  /** The smallest, over the points, of the largest distance to another. */
  readonly enclosingRadius: number;
  /** Point of the cloud by vertex. */
  readonly points: Uint32Array;
  readonly kernel: RipsKernel;
  /** Entries in a row of `rank`. */
  readonly stride: number;
  /** Where the kernel may write lists of up to `count` numbers; below the heap. */
  readonly listAddress: number;
  /** Lists of the nearest neighbours of every vertex. */
  readonly nearestAddress: number;
  private readonly memory: KernelMemory;
  private readonly edgesAddress: number;

  /**
   * Sorts the edges up to the threshold (the enclosing radius, where that is smaller or no threshold is given).
   * Throws `too-large` beyond 23,000 points or so.
   */
  constructor(distances: DistanceMatrix, threshold: number | undefined, cancellation: Cancellation) {
    const { count, values } = distances;
    this.count = count;
    this.stride = (count + 3) & ~3;
    const matrixBytes = count * this.stride * 4;
    this.edgesAddress = matrixBytes;
    // One more than there can be: where longer ones go.
    const edgesBytes = Math.ceil((count * (count - 1)) / 4) * 16 + 16;
    this.listAddress = this.edgesAddress + edgesBytes;
    const startsAddress = this.listAddress;
    const sumsAddress = startsAddress + (3 * DIGITS + 4) * 4;
    this.nearestAddress = sumsAddress + this.stride * 4;
    const heapAddress = this.nearestAddress + this.stride * NEAREST_BYTES;
    if (heapAddress + HEAP_BYTES > MAX_KERNEL_BYTES) {
      throw new Fault('too-large', `Rips persistence of ${formatCount(count)} points does not fit into memory.`, {
        hint: 'Take a sample of the points, or choose landmarks (rips --landmarks N): components stay those of all points.',
      });
    }
    const { memory, exports: kernel } = ripsKernel(heapAddress + HEAP_BYTES);
    this.memory = memory;
    this.kernel = kernel;
    kernel.configure(count, this.stride * 4, 0, this.edgesAddress, heapAddress);

    const matrix = new Float32Array(memory.buffer, 0, count * this.stride);
    for (let i = 0; i < count; i++) matrix.set(values.subarray(i * count, (i + 1) * count), i * this.stride);
    cancellation.throwIfCancelled();
    let enclosingRadius = Infinity;
    for (let i = 0; i < count; i++) {
      enclosingRadius = Math.min(enclosingRadius, kernel.rowMaximum(i, sumsAddress + 4 * i));
    }
    this.enclosingRadius = enclosingRadius;
    // From the enclosing radius on the complex is a cone: nothing is born or dies beyond. Lengths are float32: a threshold
    // means all lengths that round to the same. Infinite lengths are no edges.
    const longest = Math.min(enclosingRadius, threshold === undefined ? Infinity : Math.fround(threshold), MAX_FLOAT32);

    const starts = new Uint32Array(memory.buffer, startsAddress, 3 * DIGITS + 1);
    for (let i = 1; i < count; i++) kernel.countDigits(i, longest, startsAddress);
    for (let digit = 0; digit < 3; digit++) {
      this.edgeCount = accumulate(starts.subarray(digit * DIGITS, (digit + 1) * DIGITS));
    }
    starts[3 * DIGITS] = this.edgeCount;
    cancellation.throwIfCancelled();

    const sums = new Float32Array(memory.buffer, sumsAddress, count);
    this.points = Uint32Array.from(sums.keys()).sort((i, j) => compare(sums[i]!, sums[j]!) || i - j);
    const vertices = new Uint32Array(memory.buffer, sumsAddress, count);
    this.points.forEach((point, vertex) => (vertices[point] = vertex));
    for (let i = 1; i < count; i++) kernel.placeRow(i, sumsAddress, longest, startsAddress, this.edgesAddress);
    cancellation.throwIfCancelled();
    // The distances are not needed any more: their place takes the edges after the second digit.
    for (const digit of [1, 2]) {
      const [from, to] = digit === 1 ? [this.edgesAddress, 0] : [0, this.edgesAddress];
      for (let begin = 0; begin < this.edgeCount; begin += CHUNK) {
        const end = Math.min(begin + CHUNK, this.edgeCount);
        kernel.sortPass(from, to, begin, end, 32 + 11 * digit, startsAddress + digit * DIGITS * 4);
      }
      cancellation.throwIfCancelled();
    }
    new Uint8Array(memory.buffer, 0, matrixBytes).fill(ABSENT_BYTE);
    for (let begin = 0; begin < this.edgeCount; begin += CHUNK) {
      kernel.placeRanks(begin, Math.min(begin + CHUNK, this.edgeCount));
    }
    for (let i = 0; i < count; i += 4) kernel.mirrorRows(i);
    // The first edges fill the lists of most vertices; longer lists of outliers are not worth a look at all edges.
    for (let begin = 0; begin < this.edgeCount / 4; begin += CHUNK) {
      kernel.listNearest(begin, Math.min(begin + CHUNK, this.edgeCount), this.nearestAddress);
    }
    cancellation.throwIfCancelled();
  }

  /** Views of the kernel's memory, which may have grown and moved since: to be taken anew by every phase. */
  views(): RipsViews {
    const { memory, edgesAddress, edgeCount, count, stride, listAddress } = this;
    return {
      ends: new Uint16Array(memory.buffer, edgesAddress, 4 * edgeCount),
      lengths: new Float32Array(memory.buffer, edgesAddress, 2 * edgeCount),
      rank: new Int32Array(memory.buffer, 0, count * stride),
      list: new Int32Array(memory.buffer, listAddress, count),
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

const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Infinite values are equal. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Turns numbers of entries into the places of the first ones; returns the sum. */
function accumulate(counts: Uint32Array): number {
  let place = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    counts[i] = place;
    place += count;
  }
  return place;
}
