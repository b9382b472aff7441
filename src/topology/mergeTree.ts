import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { radixOrder } from './radixOrder';
import { UnionFind } from './unionFind';

/** A local minimum of a grid, and where its basin joins a deeper one. */
export interface Basin {
  /** In C order. */
  readonly minimum: number;
  readonly birth: number;
  /** The vertex at which it joins a deeper basin; −1 for the deepest. */
  readonly saddle: number;
  /** Infinity for the deepest. */
  readonly death: number;
  /** Place in the list of the basin that it joins; −1 for the deepest. */
  readonly into: number;
}

const STEPS_BETWEEN_POLLS = 1 << 14;

/**
 * The merge tree of the sublevel sets of a grid of 2 dimensions whose entries are vertices, as its basins: the bars of H0 with, for each, the basin that it joins. Of two that meet, the one with the higher
 * minimum ends (the elder rule); equal values come in the order of the grid. Basins of no persistence are left out; the deepest is first, then by birth. Throws `not-finite` for NaN.
 */
export function mergeTree(
  [height, width]: readonly [number, number],
  entries: Float64Array,
  cancellation: Cancellation,
): Basin[] {
  if (entries.some(Number.isNaN)) throw new Fault('not-finite', 'The grid holds NaN.');
  const count = height * width;
  const order = radixOrder(entries, count, cancellation);
  const place = new Int32Array(count);
  order.forEach((vertex, at) => (place[vertex] = at));
  const sets = new UnionFind(count);
  const minimumOf = Int32Array.from({ length: count }, (_, vertex) => vertex);
  const found: { minimum: number; saddle: number; into: number }[] = [];
  for (let at = 0; at < count; at++) {
    if (at % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const vertex = order[at]!;
    const column = vertex % width;
    for (const near of [
      vertex >= width ? vertex - width : -1,
      column > 0 ? vertex - 1 : -1,
      column < width - 1 ? vertex + 1 : -1,
      vertex < count - width ? vertex + width : -1,
    ]) {
      if (near < 0 || place[near]! > at) continue;
      const [a, b] = [minimumOf[sets.find(vertex)]!, minimumOf[sets.find(near)]!];
      if (a === b) continue;
      const [elder, younger] = place[a]! < place[b]! ? [a, b] : [b, a];
      if (entries[younger]! < entries[vertex]!) found.push({ minimum: younger, saddle: vertex, into: elder });
      minimumOf[sets.union(vertex, near)] = elder;
    }
  }
  found.sort((a, b) => place[a.minimum]! - place[b.minimum]!);
  const deepest = order[0]!;
  const places = new Map([[deepest, 0], ...found.map(({ minimum }, k) => [minimum, k + 1] as const)]);
  return [
    { minimum: deepest, birth: entries[deepest]!, saddle: -1, death: Infinity, into: -1 },
    ...found.map(({ minimum, saddle, into }) => ({
      minimum,
      birth: entries[minimum]!,
      saddle,
      death: entries[saddle]!,
      into: places.get(into)!,
    })),
  ];
}
