import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';

/** Throws `too-large` where even a complex that barely holds together could not be numbered, whatever its threshold. */
export function refuseUnnumbered(count: number, maxDimension: number): void {
  if (count * choose(count, maxDimension) > Number.MAX_SAFE_INTEGER) throw tooManySimplices(count, maxDimension);
}

function tooManySimplices(count: number, maxDimension: number): Fault {
  let fit = maxDimension + 2;
  while (choose(fit + 1, 2) * choose(fit + 1, maxDimension) <= Number.MAX_SAFE_INTEGER) fit++;
  return new Fault(
    'too-large',
    `${formatCount(count)} points have more simplices of dimension ${maxDimension + 1} than can be numbered.`,
    { hint: `About ${formatCount(Math.min(fit, count - 1))} points would fit, or a lower dimension.` },
  );
}

function choose(count: number, size: number): number {
  let sets = 1;
  for (let i = 0; i < size; i++) sets *= (count - i) / (i + 1);
  return sets;
}

/**
 * Numbers the simplices of a Rips filtration so that the order of the numbers is an order of the filtration. A simplex of
 * dimension d is its latest edge and the d − 1 vertices beside it ("rest", ascending); its key is
 *
 *     rank of the latest edge · C(n, d − 1) + Σ C(rest[i], i + 1)      (combinatorial number system),
 *
 * an exact integer in a float64. Among simplices with the same latest edge the one with the smaller largest rest vertex comes
 * first; hence the first cofacet of a simplex adds its smallest common neighbour, and the latest facet lacks the smallest rest vertex.
 */
export class SimplexKeys {
  /** choose[j * (count + 1) + v] = C(v, j). */
  private readonly choose: Float64Array;
  private readonly stride: number;

  /** For simplices of dimension 1 … topDimension; throws `too-large` where keys would not be exact. */
  constructor(count: number, edgeCount: number, topDimension: number) {
    const sizes = Math.max(1, topDimension - 1);
    this.stride = count + 1;
    this.choose = new Float64Array((sizes + 1) * this.stride).fill(1, 0, this.stride);
    for (let j = 1; j <= sizes; j++) {
      for (let v = 1; v <= count; v++) {
        this.choose[j * this.stride + v] =
          this.choose[j * this.stride + v - 1]! + this.choose[(j - 1) * this.stride + v - 1]!;
      }
    }
    if (edgeCount * this.restCount(topDimension - 1) > Number.MAX_SAFE_INTEGER)
      throw tooManySimplices(count, topDimension - 1);
  }

  /** Number of sets of `size` vertices: what separates two ranks in a key. */
  restCount(size: number): number {
    return Math.max(1, this.choose[(size + 1) * this.stride - 1]!);
  }

  /** C(vertex, size): what a vertex at place `size` of the rest (from 1) adds to the index. */
  term(vertex: number, size: number): number {
    return this.choose[size * this.stride + vertex]!;
  }

  /** Index of the first `size` vertices of `rest`, which are in ascending order. */
  restIndex(rest: Int32Array, size: number): number {
    let index = 0;
    for (let i = 0; i < size; i++) index += this.choose[(i + 1) * this.stride + rest[i]!]!;
    return index;
  }

  /** The inverse of `restIndex`: writes `size` vertices in ascending order. */
  restVertices(index: number, size: number, rest: Int32Array): void {
    let above = this.stride - 1;
    for (let j = size; j > 0; j--) {
      // The largest v with C(v, j) ≤ index.
      let low = j - 1;
      let high = above;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (this.choose[j * this.stride + middle]! <= index) low = middle;
        else high = middle;
      }
      rest[j - 1] = low;
      index -= this.choose[j * this.stride + low]!;
      above = low;
    }
  }
}

/** Inserts into the first `size` entries, which are ascending. */
export function insert(sorted: Int32Array, size: number, value: number): void {
  let at = size;
  for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
  sorted[at] = value;
}
