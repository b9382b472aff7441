import type { Cancellation } from '../base/cancellation';
import type { FilteredComplex } from './filteredComplex';

/**
 * Adds all simplices up to `topDimension` that contain this one as their first vertices, each with its longest edge, which is at most `longest`. `lengths` of a vertex are those of its edges to
 * smaller ones; `candidates` are smaller vertices, ascending, that are joined with all of the simplex's own.
 */
export function addCofaces(
  complex: FilteredComplex,
  lengths: readonly Map<number, number>[],
  topDimension: number,
  longest: number,
  dimension: number,
  simplex: number,
  value: number,
  candidates: readonly number[],
  cancellation: Cancellation,
): void {
  if (dimension === topDimension) return;
  cancellation.throwIfCancelled();
  candidates.forEach((vertex, k) => {
    const diameter = diameterWith(complex, lengths, dimension, simplex, vertex, value);
    if (diameter > longest) return;
    const added = complex.add(dimension, simplex, vertex, diameter);
    const further = candidates.slice(0, k).filter(other => lengths[vertex]!.has(other));
    addCofaces(complex, lengths, topDimension, longest, dimension + 1, added, diameter, further, cancellation);
  });
}

function diameterWith(
  complex: FilteredComplex,
  lengths: readonly Map<number, number>[],
  dimension: number,
  simplex: number,
  vertex: number,
  value: number,
): number {
  let diameter = value;
  complex.forEachVertex(dimension, simplex, other => {
    diameter = Math.max(diameter, lengths[other]!.get(vertex)!);
  });
  return diameter;
}
