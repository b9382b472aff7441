import { Cancellation } from '../base/cancellation';
import { CohomologyColumn } from './cohomologyColumn';
import type { PersistenceDiagram } from './diagram';
import { poll, type FilteredComplex } from './filteredComplex';
import { checkPrime, inverseModulo } from './primeField';

interface ReducedColumn {
  readonly keys: number[];
  readonly coefficients: number[];
}

/**
 * Persistent homology over Z/p of a filtered complex in dimensions 0 … maxDimension, by reducing its boundary matrix from the top dimension down, so that a simplex that gives birth
 * is no column of its own ("clearing"; Chen, Kerber 2011). The complex must hold its simplices up to maxDimension + 1.
 */
export function complexPersistence(
  complex: FilteredComplex,
  maxDimension: number,
  coefficients = 2,
  cancellation = Cancellation.never,
): PersistenceDiagram {
  checkPrime(coefficients);
  const bars: { dimension: number; birth: number; death: number }[] = [];
  const column = new CohomologyColumn(coefficients);
  let births = new Uint8Array(complex.count(maxDimension + 1));
  for (let dimension = maxDimension + 1; dimension >= 1; dimension--) {
    const order = complex.order(dimension);
    const lower = complex.order(dimension - 1);
    const rank = new Uint32Array(lower.length);
    lower.forEach((simplex, place) => (rank[simplex] = place));
    const reduced = new Map<number, ReducedColumn>();
    const lowerBirths = new Uint8Array(lower.length);
    order.forEach((simplex, step) => {
      poll(step, cancellation);
      if (births[simplex] === 1) return;
      column.clear();
      // The column gives smallest keys first, and the latest facet is asked for.
      complex.forEachFacet(dimension, simplex, (facet, place) =>
        column.push(lower.length - 1 - rank[facet]!, place % 2 === 0 ? 1 : coefficients - 1),
      );
      const pivot = reduce(column, reduced, coefficients);
      if (pivot < 0) {
        if (dimension <= maxDimension)
          bars.push({ dimension, birth: complex.value(dimension, simplex), death: Infinity });
        return;
      }
      const born = lower[lower.length - 1 - pivot]!;
      lowerBirths[born] = 1;
      const birth = complex.value(dimension - 1, born);
      const death = complex.value(dimension, simplex);
      if (birth < death) bars.push({ dimension: dimension - 1, birth, death });
    });
    births = lowerBirths;
  }
  // A vertex is born alone: what no edge killed is endless.
  for (let vertex = 0; vertex < complex.count(0); vertex++)
    if (births[vertex] !== 1) bars.push({ dimension: 0, birth: complex.value(0, vertex), death: Infinity });
  bars.sort(
    (a, b) => a.dimension - b.dimension || a.birth - b.birth || (a.death < b.death ? -1 : Number(a.death > b.death)),
  );
  return {
    dimension: Uint8Array.from(bars, bar => bar.dimension),
    birth: Float64Array.from(bars, bar => bar.birth),
    death: Float64Array.from(bars, bar => bar.death),
  };
}

/** Adds earlier columns until the pivot is new, and keeps the column by it; −1 where nothing is left. */
function reduce(column: CohomologyColumn, reduced: Map<number, ReducedColumn>, prime: number): number {
  for (;;) {
    const pivot = column.popPivot();
    if (pivot < 0) return -1;
    const coefficient = column.pivotCoefficient;
    const earlier = reduced.get(pivot);
    if (earlier === undefined) {
      const inverse = inverseModulo(coefficient, prime);
      const keys = [pivot];
      const coefficients = [1];
      for (let key = column.popPivot(); key >= 0; key = column.popPivot()) {
        keys.push(key);
        coefficients.push((column.pivotCoefficient * inverse) % prime);
      }
      reduced.set(pivot, { keys, coefficients });
      return pivot;
    }
    // The pivot, whose coefficient there is 1, is out already.
    for (let k = 1; k < earlier.keys.length; k++)
      column.push(earlier.keys[k]!, ((prime - coefficient) * earlier.coefficients[k]!) % prime);
  }
}
