import { formatCount } from '../base/numbers';
import type { Steps } from '../base/steps';
import type { RipsFiltration } from './ripsFiltration';
import { aligned } from './ripsSpace';

/** Work of a step: some milliseconds. In edges that are only passed by, and in 128-bit words of rows for those that are looked at. */
const PASSED_PER_STEP = 1 << 20;
const FLIPPED_PER_STEP = 1 << 17;
const WORDS_PER_STEP = 1 << 22;

/**
 * A column of dimension 1 over Z/2 whose cochain has become long, such as that of the one loop of a noisy circle: every edge from one side of a cut to the other.
 * A heap of its coboundary would take a row of cofacets for each of them, most of which cancel. Here the cochain is a
 * symmetric matrix C of bits, and nothing is made of the coboundary δC but, rank by rank, what belongs to one latest edge ab, of rank r:
 *
 *     δC(abv) = C(av) + C(bv) + C(ab)   for every v that is joined to a and to b before r,
 *
 * 128 vertices at a time. The cofacets are found in the same order as a heap would give them, so the column ends in the same cochain.
 * Memory: n² / 4 bytes, which are not touched before the first such column.
 */
export class LongEdgeColumn {
  /** Behind the rows: free again. */
  readonly end: number;
  private readonly address: number;
  private isOpen = false;

  /** Makes room behind what the filtration has; throws `too-large`. */
  constructor(private readonly filtration: RipsFiltration) {
    const { count, kernel, space, freeAddress } = filtration;
    this.address = freeAddress;
    this.end = aligned(freeAddress + kernel.edgeRowsBytes());
    space.reserve(this.end, `The edges of ${formatCount(count)} points`);
  }

  /** Begins with a cochain whose coboundary has no cofacets before the edge `rank`. */
  *begin(cochain: Iterable<number>, rank: number): Steps<void> {
    const { kernel } = this.filtration;
    if (!this.isOpen) kernel.openEdgeRows(this.address);
    this.isOpen = true;
    yield* this.add(cochain);
    while (kernel.moveEdgeRows(rank, PASSED_PER_STEP) === 0) yield;
  }

  *add(cochain: Iterable<number>): Steps<void> {
    const { kernel } = this.filtration;
    let added = 0;
    for (const edge of cochain) {
      if (++added % FLIPPED_PER_STEP === 0) yield;
      kernel.flipEdge(edge);
    }
  }

  /** The first triangle of the coboundary, once all apparent columns that begin before it are added; −1 if there is none. */
  *pivot(): Steps<number> {
    const { kernel, edgeCount, count } = this.filtration;
    const words = Math.ceil(count / 128);
    const ranks = Math.ceil(WORDS_PER_STEP / (words + 4));
    for (;;) {
      const from = kernel.cofacetRank();
      if (from >= edgeCount) return -1;
      if (kernel.seekCofacet(Math.min(from + ranks, edgeCount)) !== 0)
        return kernel.cofacetRank() * count + kernel.cofacetThird();
      yield;
    }
  }

  /** The edges of the cochain, in no particular order; none are left. */
  *take(): Steps<Float64Array> {
    const { kernel, count, space } = this.filtration;
    const members = new Float64Array(kernel.edgesOfVertices(0, count) / 2);
    let size = 0;
    for (let from = 0; from < count;) {
      // So many vertices that there is room for all their edges where lists are written.
      let to = from + 1;
      for (let sum = kernel.edgesOfVertices(from, to); to < count; to++) {
        sum += kernel.edgesOfVertices(to, to + 1);
        if (sum > count) break;
      }
      const { listAddress } = this.filtration;
      const found = kernel.takeEdges(from, to, listAddress);
      members.set(new Int32Array(space.crew.buffer, listAddress, found), size);
      size += found;
      from = to;
      yield;
    }
    return members;
  }
}
