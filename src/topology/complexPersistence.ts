import { Cancellation } from '../base/cancellation';
import { noProgress, subProgress, type Progress } from '../base/progress';
import { lastingBars, toDiagram } from './bars';
import {
  chosenRepresentatives,
  NO_REPRESENTATIVES,
  representativeChoice,
  type RepresentativeOptions,
  type Representatives,
} from './chosenRepresentatives';
import { ComplexCohomology } from './complexCohomology';
import { ComplexSimplices } from './complexSimplices';
import type { PersistenceDiagram } from './diagram';
import { poll, type FilteredComplex } from './filteredComplex';
import { MemoryBudget } from './memoryBudget';
import { checkPrime } from './primeField';
import { componentPairs } from './rankPairs';
import { UnionFind } from './unionFind';

export interface ComplexPersistenceOptions extends RepresentativeOptions {
  readonly maxDimension: number;
  /** A prime; 2 unless given. */
  readonly coefficients?: number;
  /** Names of the vertices, for cycles and cocycles; their numbers unless given. */
  readonly points?: Uint32Array;
  /** What cycles may take; nothing bounds it unless given. */
  readonly memoryLimitBytes?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

export interface ComplexPersistence extends Representatives {
  readonly diagram: PersistenceDiagram;
}

/**
 * Persistent homology over Z/p of a filtered complex whose vertices are born at 0, in dimensions 0 … maxDimension, with cycles and cocycles where they are asked for. The
 * complex must hold its simplices up to maxDimension + 1. Throws `usage` for coefficients that are no prime, and `cancelled`.
 */
export function complexPersistence(complex: FilteredComplex, options: ComplexPersistenceOptions): ComplexPersistence {
  const { maxDimension, coefficients = 2, points, memoryLimitBytes = Infinity } = options;
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  checkPrime(coefficients);
  const simplices = new ComplexSimplices(complex, maxDimension + 1, cancellation, points);
  const forest = spanningForest(simplices, cancellation);
  const choice = representativeChoice(options);
  const keepCochains = choice?.cocycles.some(dimension => dimension > 0) ?? false;
  const reductionShare = choice === undefined ? 1 : 0.8;
  const pairs = [componentPairs(complex.vertexCount, forest)];
  if (maxDimension > 0) {
    const cohomology = new ComplexCohomology(simplices, forest, coefficients, keepCochains, cancellation);
    const share = reductionShare / maxDimension;
    for (let dimension = 1; dimension <= maxDimension; dimension++) {
      const part = subProgress(progress, (dimension - 1) * share, dimension * share);
      pairs.push(cohomology.nextDimension(fraction => part(fraction, `reducing dimension ${dimension}`)));
    }
  }
  const bars = pairs.map((list, dimension) =>
    lastingBars(
      list,
      key => simplices.diameter(key, dimension),
      key => simplices.diameter(key, dimension + 1),
      cancellation,
    ),
  );
  const representatives =
    choice &&
    chosenRepresentatives(
      { simplices, forest, pairs, bars, prime: coefficients, budget: new MemoryBudget(memoryLimitBytes) },
      choice,
      cancellation,
      subProgress(progress, reductionShare, 1),
    );
  return { diagram: toDiagram(bars), ...(representatives ?? NO_REPRESENTATIVES) };
}

/** Keys, ascending, of the edges that join two components when edges come in order (Kruskal 1956). */
function spanningForest(simplices: ComplexSimplices, cancellation: Cancellation): Uint32Array {
  const components = new UnionFind(simplices.limit(0));
  const ends = new Int32Array(2);
  const forest: number[] = [];
  for (let key = 0; key < simplices.limit(1); key++) {
    poll(key, cancellation);
    simplices.readVertices(key, 1, ends);
    if (components.union(ends[0]!, ends[1]!) >= 0) forest.push(key);
  }
  return Uint32Array.from(forest);
}
