import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { complexPersistence } from './complexPersistence';
import { FilteredComplex, MOST_SIMPLICES, poll } from './filteredComplex';

/** Simplices of one dimension of a nerve, by their vertices. */
export interface NerveSimplices {
  /** Vertices of simplex s, ascending: [s·(dimension + 1), (s + 1)·(dimension + 1)). */
  readonly vertices: Uint32Array;
  /** Points that all of a simplex's vertices have in common. */
  readonly shared: Uint32Array;
}

export interface Nerve {
  /** By dimension − 1: edges first. */
  readonly simplices: readonly NerveSimplices[];
  readonly complex: FilteredComplex;
}

/**
 * The nerve of some sets of points up to a dimension: a simplex for any sets that have a point in common. Points that are in the same sets are looked at once.
 * Throws `too-large`.
 */
export function nerve(
  sets: readonly { readonly members: Uint32Array }[],
  points: number,
  maxDimension: number,
  cancellation: Cancellation,
): Nerve {
  const complex = new FilteredComplex(sets.length);
  const children = Array.from({ length: maxDimension }, () => new Map<number, number>());
  const shared = Array.from({ length: maxDimension }, (): number[] => []);
  let size = 0;
  let steps = 0;
  // Vertices descend, as they do in the complex.
  const extend = (list: readonly number[], after: number, dimension: number, face: number, times: number) => {
    for (let place = after; place < list.length; place++) {
      poll(steps++, cancellation);
      const key = face * sets.length + list[place]!;
      let simplex = children[dimension]!.get(key);
      if (simplex === undefined) {
        if (++size > MOST_SIMPLICES)
          throw new Fault('too-large', `The nerve has more than ${MOST_SIMPLICES} simplices.`, {
            hint: 'Take a lower dimension of the nerve, a smaller overlap, or fewer lenses.',
            source: 'nerveDimension',
          });
        simplex = complex.add(dimension, face, list[place]!, 0);
        children[dimension]!.set(key, simplex);
        shared[dimension]!.push(0);
      }
      shared[dimension]![simplex] = shared[dimension]![simplex]! + times;
      if (dimension + 1 < maxDimension) extend(list, place + 1, dimension + 1, simplex, times);
    }
  };
  for (const { list, times } of distinctLists(sets, points))
    list.forEach((vertex, place) => extend(list, place + 1, 0, vertex, times));

  const simplices = shared.map((counts, index) => sorted(complex, index + 1, counts));
  return { simplices, complex };
}

/** Betti numbers of a nerve over Z/2 in the dimensions below its own; the highest would need more simplices. */
export function nerveBetti({ simplices, complex }: Nerve, cancellation: Cancellation): number[] {
  // All values are equal: what has a bar at all is endless.
  const { diagram } = complexPersistence(complex, { maxDimension: simplices.length - 1, cancellation });
  return simplices.map((_, d) => diagram.dimension.reduce((count, other) => count + Number(other === d), 0));
}

/** The sets that a point is in, descending, and how many points are in just these; by the first such point. */
function distinctLists(
  sets: readonly { readonly members: Uint32Array }[],
  points: number,
): Iterable<{ readonly list: number[]; times: number }> {
  const lists: number[][] = Array.from({ length: points }, () => []);
  for (let set = sets.length - 1; set >= 0; set--) for (const point of sets[set]!.members) lists[point]!.push(set);
  const distinct = new Map<string, { readonly list: number[]; times: number }>();
  for (const list of lists) {
    if (list.length < 2) continue;
    const name = list.join();
    const known = distinct.get(name);
    if (known === undefined) distinct.set(name, { list, times: 1 });
    else known.times++;
  }
  return distinct.values();
}

/** By their vertices, the first one first. */
function sorted(complex: FilteredComplex, dimension: number, counts: readonly number[]): NerveSimplices {
  const size = dimension + 1;
  const unsorted = new Uint32Array(counts.length * size);
  for (let s = 0; s < counts.length; s++) {
    let place = s * size;
    complex.forEachVertex(dimension, s, vertex => (unsorted[place++] = vertex));
  }
  const order = Uint32Array.from(counts.keys()).sort((a, b) => {
    for (let k = 0; k < size; k++) {
      const difference = unsorted[a * size + k]! - unsorted[b * size + k]!;
      if (difference !== 0) return difference;
    }
    return 0;
  });
  const vertices = new Uint32Array(unsorted.length);
  order.forEach((from, to) => vertices.set(unsorted.subarray(from * size, (from + 1) * size), to * size));
  return { vertices, shared: Uint32Array.from(order, s => counts[s]!) };
}
