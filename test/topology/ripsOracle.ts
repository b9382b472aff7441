import type { DistanceMatrix } from '../../src/topology/distances';

export type Pair = readonly [birth: number, death: number];

/** A simplex of the complex: its vertices in order and its longest edge. */
export interface Simplex {
  readonly vertices: readonly number[];
  readonly diameter: number;
}

/** A column over Z/p: coefficient by row. */
export type Column = Map<number, number>;

/**
 * Rips persistence as the textbook has it: all simplices in order, their boundary matrix, columns reduced from left to right
 * over Z/p. Pairs by dimension, without those of zero persistence, by birth, then death. For a dozen points or so.
 */
export function ripsOracle(distances: DistanceMatrix, maxDimension: number, longest = Infinity, prime = 2): Pair[][] {
  return persistenceOracle(allSimplices(distances, maxDimension + 1, longest), maxDimension, prime);
}

/** The same of any filtered complex, whose simplices are given in order, up to a dimension above. */
export function persistenceOracle(simplices: readonly Simplex[], maxDimension: number, prime = 2): Pair[][] {
  const indexOf = new Map(simplices.map(({ vertices }, i) => [vertices.join(), i]));
  const columnByLow = new Map<number, Column>();
  const paired = new Set<number>();
  const pairs: Pair[][] = Array.from({ length: maxDimension + 1 }, () => []);
  simplices.forEach(({ vertices, diameter }, i) => {
    const column = boundary(vertices, indexOf, prime);
    reduce(column, columnByLow, prime);
    if (column.size === 0) return;
    const low = Math.max(...column.keys());
    columnByLow.set(low, column);
    paired.add(low).add(i);
    const birth = simplices[low]!.diameter;
    if (birth < diameter) pairs[vertices.length - 2]!.push([birth, diameter]);
  });
  simplices.forEach(({ vertices, diameter }, i) => {
    if (!paired.has(i)) pairs[vertices.length - 1]?.push([diameter, Infinity]);
  });
  return pairs.map(list => list.sort(([a, b], [c, d]) => a - c || (b < d ? -1 : b > d ? 1 : 0)));
}

/** All simplices up to a dimension with edges up to `longest`, faces before cofaces. */
export function allSimplices(distances: DistanceMatrix, topDimension: number, longest: number): Simplex[] {
  const found: Simplex[] = [];
  const extend = (vertices: readonly number[], diameter: number) => {
    if (vertices.length > 0) found.push({ vertices, diameter });
    if (vertices.length > topDimension) return;
    for (let v = (vertices.at(-1) ?? -1) + 1; v < distances.count; v++) {
      const next = Math.max(diameter, ...vertices.map(u => distances.at(u, v)));
      if (next <= longest && next < Infinity) extend([...vertices, v], next);
    }
  };
  extend([], 0);
  return found.sort((s, t) => s.diameter - t.diameter || s.vertices.length - t.vertices.length);
}

export function boundary(vertices: readonly number[], indexOf: ReadonlyMap<string, number>, prime: number): Column {
  if (vertices.length === 1) return new Map();
  return new Map(
    vertices.map((_, k) => [indexOf.get(vertices.filter((__, i) => i !== k).join())!, k % 2 === 0 ? 1 : prime - 1]),
  );
}

/** Adds earlier columns until none has the same lowest row. */
export function reduce(column: Column, columnByLow: ReadonlyMap<number, Column>, prime: number): void {
  while (column.size > 0) {
    const low = Math.max(...column.keys());
    const earlier = columnByLow.get(low);
    if (earlier === undefined) return;
    let factor = 1;
    while ((column.get(low)! + factor * earlier.get(low)!) % prime !== 0) factor++;
    for (const [row, coefficient] of earlier) {
      const sum = ((column.get(row) ?? 0) + factor * coefficient) % prime;
      if (sum === 0) column.delete(row);
      else column.set(row, sum);
    }
  }
}

/** Whether two lists of pairs can be matched, pairs to pairs or to the diagonal, at no more than `cost` (L∞). */
export function matchWithin(a: readonly Pair[], b: readonly Pair[], cost: number): boolean {
  const halfLength = ([birth, death]: Pair) => (death - birth) / 2;
  const near = (p: Pair, q: Pair) => Math.abs(p[0] - q[0]) <= cost && (p[1] === q[1] || Math.abs(p[1] - q[1]) <= cost);
  // Every pair that is too long for the diagonal needs a partner; augmenting paths (Kuhn) from both sides in turn suffice, since
  // a matching that covers some of A and one that covers some of B have one that covers both (Mendelsohn and Dulmage 1958).
  const covers = (from: readonly Pair[], to: readonly Pair[]) => {
    const partner = new Map<number, number>();
    const augment = (i: number, seen: Set<number>): boolean =>
      to.some((q, j) => {
        if (seen.has(j) || !near(from[i]!, q)) return false;
        seen.add(j);
        if (partner.has(j) && !augment(partner.get(j)!, seen)) return false;
        partner.set(j, i);
        return true;
      });
    return from.every((p, i) => halfLength(p) <= cost || augment(i, new Set()));
  };
  return covers(a, b) && covers(b, a);
}
