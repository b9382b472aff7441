import { inverseModulo } from './primeField';

/**
 * A cycle or a cocycle over Z/p that stands for a bar: simplices with coefficients.
 *
 * A *cycle* of a bar [birth, death) is made of simplices that are there at the birth (the last of them is what gives birth), has no boundary, and is itself
 * the boundary of a chain at the death, not before. A *cocycle* is made of simplices that are born before the death (the first of them is what gives birth);
 * its coboundary is zero on all simplices that are born before the death, but not on those that are born with it, and no cochain on what is there between
 * birth and death has it for its coboundary.
 *
 * The cycles of all bars that are alive at a scale are a basis of the homology at that scale, the cocycles one of the cohomology. Both are choices: a bar
 * has many.
 */
export interface Representative {
  readonly dimension: number;
  /** Index into the bars of that dimension. */
  readonly pair: number;
  /** Points of its simplices, ascending. */
  readonly vertices: Uint32Array;
  /** Simplices, dimension + 1 points each, flat: ascending within a simplex, and simplices in the order of the filtration (by diameter). */
  readonly simplices: Uint32Array;
  /** 1 … p − 1, one a simplex, oriented by its ascending points; 1 for the simplex that gives birth. */
  readonly coefficients: Uint16Array;
}

/**
 * The same with other names for its points, such as points of a cloud for landmarks. `born` says which simplex gives birth, and has coefficient 1 again: the
 * first one of a cocycle, the last one of a cycle.
 */
export function renamed(
  { dimension, pair, simplices, coefficients }: Representative,
  names: Uint32Array,
  born: 'first' | 'last',
  prime: number,
): Representative {
  const size = dimension + 1;
  const own = simplices.map(vertex => names[vertex]!);
  const oriented = coefficients.slice();
  for (let k = 0; k < coefficients.length; k++) {
    if (sortSimplex(own, k * size, size) % 2 === 1) oriented[k] = prime - coefficients[k]!;
  }
  const inverse = inverseModulo(oriented[born === 'first' ? 0 : oriented.length - 1]!, prime);
  return {
    dimension,
    pair,
    vertices: Uint32Array.from(new Set(own)).sort(),
    simplices: own,
    coefficients: oriented.map(coefficient => (coefficient * inverse) % prime),
  };
}

/** Sorts `size` entries from a place on; returns how many swaps of neighbours that took. */
function sortSimplex(list: Uint32Array, from: number, size: number): number {
  let swaps = 0;
  for (let i = from + 1; i < from + size; i++) {
    const vertex = list[i]!;
    let at = i;
    for (; at > from && list[at - 1]! > vertex; at--) list[at] = list[at - 1]!;
    list[at] = vertex;
    swaps += i - at;
  }
  return swaps;
}

/** A chain or cochain as keys of simplices, ascending, with their coefficients. */
export interface Chain {
  readonly keys: Float64Array;
  readonly coefficients: Int32Array;
}

/** The same in ascending order, without what `keep` leaves out. */
export function sortedChain(
  keys: Float64Array,
  coefficients: Int32Array | undefined,
  keep: (key: number) => boolean = () => true,
): Chain {
  const order: number[] = [];
  for (let i = 0; i < keys.length; i++) if (keep(keys[i]!)) order.push(i);
  order.sort((i, j) => keys[i]! - keys[j]!);
  return {
    keys: Float64Array.from(order, i => keys[i]!),
    coefficients: Int32Array.from(order, i => coefficients?.[i] ?? 1),
  };
}
