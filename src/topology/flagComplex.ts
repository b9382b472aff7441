import type { Cancellation } from '../base/cancellation';
import type { FilteredComplex } from './filteredComplex';

/** What all simplices that are added have in common. */
export interface FlagGrowth {
  readonly complex: FilteredComplex;
  /** Of a vertex: the lengths of its edges to smaller ones, by these. */
  readonly lengths: readonly ReadonlyMap<number, number>[];
  readonly topDimension: number;
  readonly cancellation: Cancellation;
}

/**
 * Adds all simplices up to `topDimension` whose first vertex is this one, each with its longest edge, which is at most `longest`. The vertex's own lengths must be those to its smaller
 * neighbours, ascending.
 */
export function addSimplicesOf(growth: FlagGrowth, vertex: number, longest: number): void {
  const own = growth.lengths[vertex]!;
  addCofaces(growth, longest, 0, vertex, 0, [...own.keys()], [...own.values()]);
}

/** `candidates` are smaller vertices, ascending, that are joined with all of the simplex's own, and `reaches` their longest edges to these. */
function addCofaces(
  growth: FlagGrowth,
  longest: number,
  dimension: number,
  simplex: number,
  value: number,
  candidates: readonly number[],
  reaches: readonly number[],
): void {
  const { complex, lengths, topDimension, cancellation } = growth;
  if (dimension === topDimension) return;
  cancellation.throwIfCancelled();
  for (let k = 0; k < candidates.length; k++) {
    const diameter = Math.max(value, reaches[k]!);
    if (diameter > longest) continue;
    const vertex = candidates[k]!;
    const added = complex.add(dimension, simplex, vertex, diameter);
    if (dimension + 1 === topDimension || k === 0) continue;
    const own = lengths[vertex]!;
    const further: number[] = [];
    const furtherReaches: number[] = [];
    for (let j = 0; j < k; j++) {
      const length = own.get(candidates[j]!);
      if (length === undefined) continue;
      further.push(candidates[j]!);
      furtherReaches.push(Math.max(reaches[j]!, length));
    }
    addCofaces(growth, longest, dimension + 1, added, diameter, further, furtherReaches);
  }
}
