import assert from 'node:assert/strict';
import type { PersistenceDiagram } from '../../src/topology/diagram';
import type { Representative } from '../../src/topology/representative';
import type { ChainComplex } from './chainOracle';
import { pairsOf } from './ripsCheck';
import type { Pair } from './ripsOracle';

/** A diagram with a cycle and a cocycle of every bar. */
interface Represented {
  readonly diagram: PersistenceDiagram;
  readonly cycles: readonly Representative[];
  readonly cocycles: readonly Representative[];
}

/** Everything that they promise. Returns how many bars there were in each dimension. */
export function checkRepresentatives(
  complex: ChainComplex,
  { diagram, cycles, cocycles }: Represented,
  maxDimension: number,
  prime: number,
): number[] {
  return Array.from({ length: maxDimension + 1 }, (_, dimension) => {
    const pairs = pairsOf(diagram, dimension);
    const of = (list: readonly Representative[]) => list.filter(found => found.dimension === dimension);
    const chains = of(cycles).map(cycle => checkCycle(complex, cycle, pairs, prime));
    const cochains = of(cocycles).map(cocycle => checkCocycle(complex, cocycle, pairs, prime));
    for (const list of [of(cycles), of(cocycles)])
      assert.deepEqual(list.map(({ pair }) => pair), [...pairs.keys()]); // prettier-ignore
    for (const scale of complex.scales) {
      const alive = [...pairs.keys()].filter(k => pairs[k]![0] <= scale && scale < pairs[k]![1]);
      const [some, others] = [alive.map(k => cochains[k]!), alive.map(k => chains[k]!)];
      assert.ok(complex.areDual(some, others), `bases of dimension ${dimension} at ${scale}`);
    }
    return pairs.length;
  });
}

export function checkCycle(complex: ChainComplex, cycle: Representative, pairs: readonly Pair[], prime: number) {
  const { dimension, pair, coefficients } = cycle;
  const [birth, death] = pairs[pair]!;
  const chain = checkForm(complex, cycle, prime);
  const diameters = complex.diameters(chain);
  assert.equal(complex.boundary(chain).size, 0, 'has no boundary');
  assert.equal(Math.max(...diameters), birth, 'its last simplex is the birth');
  assert.equal(coefficients.at(-1), 1);
  assert.equal(complex.deathOf(chain, dimension), death, 'bounds at the death and not before');
  return chain;
}

export function checkCocycle(complex: ChainComplex, cocycle: Representative, pairs: readonly Pair[], prime: number) {
  const { dimension, pair, coefficients } = cocycle;
  const [birth, death] = pairs[pair]!;
  const cochain = checkForm(complex, cocycle, prime);
  const diameters = complex.diameters(cochain);
  assert.equal(Math.min(...diameters), birth, 'its first simplex is the birth');
  assert.equal(coefficients[0], 1);
  assert.ok(diameters.every(diameter => diameter < death));
  assert.equal(complex.coboundaryFrom(cochain, dimension), death, 'its coboundary is zero until the death');
  assert.ok(!complex.isCoboundary(cochain, dimension, birth), 'is no coboundary');
  return cochain;
}

/** What every representative looks like. */
function checkForm(complex: ChainComplex, representative: Representative, prime: number) {
  const { dimension, vertices, simplices, coefficients } = representative;
  assert.equal(simplices.length, coefficients.length * (dimension + 1));
  assert.deepEqual(
    [...vertices],
    [...new Set(simplices)].sort((a, b) => a - b),
  );
  for (const coefficient of coefficients) assert.ok(coefficient >= 1 && coefficient < prime);
  const chain = complex.chain(representative);
  assert.equal(chain.size, coefficients.length, 'no simplex twice');
  const diameters = complex.diameters(chain);
  assert.deepEqual(diameters, diameters.toSorted((a, b) => a - b), 'in the order of the filtration'); // prettier-ignore
  return chain;
}
