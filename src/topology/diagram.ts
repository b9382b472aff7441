/**
 * A persistence diagram as a struct of arrays, sorted by dimension, then birth, then death. Essential classes have
 * `death = Infinity`; pairs of zero persistence are left out. Rips values are diameters (edge lengths).
 */
export interface PersistenceDiagram {
  /** Length: number of pairs. */
  readonly dimension: Uint8Array;
  readonly birth: Float64Array;
  readonly death: Float64Array;
}

/** The pairs [from, to) of one dimension. */
export function rangeOfDimension(diagram: PersistenceDiagram, dimension: number): readonly [from: number, to: number] {
  let from = 0;
  while (from < diagram.dimension.length && diagram.dimension[from]! < dimension) from++;
  let to = from;
  while (to < diagram.dimension.length && diagram.dimension[to]! === dimension) to++;
  return [from, to];
}

/** The sum of the lengths of the finite bars of one dimension. */
export function totalPersistence(diagram: PersistenceDiagram, dimension: number): number {
  const [from, to] = rangeOfDimension(diagram, dimension);
  let sum = 0;
  for (let i = from; i < to; i++) if (diagram.death[i]! < Infinity) sum += diagram.death[i]! - diagram.birth[i]!;
  return sum;
}
