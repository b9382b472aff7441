import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { complexPersistence } from '../../src/topology/complexPersistence';
import { FilteredComplex } from '../../src/topology/filteredComplex';
import { ChainComplex } from './chainOracle';
import { checkRepresentatives } from './representativeCheck';
import { assertSameDiagram } from './ripsCheck';
import { persistenceOracle, type Simplex } from './ripsOracle';

const SEED = 20240401;
const runs = (numRuns: number) => ({ seed: SEED, numRuns });

interface Sample {
  readonly complex: FilteredComplex;
  /** In the order of value, faces first. */
  readonly simplices: readonly Simplex[];
}

/** Simplices at random with all of their faces, in no particular order, and values of few or of many kinds that no face exceeds. */
const samples = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 10 }), fc.constantFrom(1, 3, 1000), fc.integer())
  .map(([count, maximal, kinds, seed]): Sample => {
    const random = new Random(seed);
    const vertices = new Map<string, number[]>();
    const include = (simplex: number[]) => {
      if (vertices.has(simplex.join())) return;
      vertices.set(simplex.join(), simplex);
      if (simplex.length > 1) simplex.forEach((_, k) => include(simplex.filter((__, i) => i !== k)));
    };
    for (let v = 0; v < count; v++) include([v]);
    for (let m = 0; m < maximal; m++) include([...random.sample(count, Math.min(count, 1 + random.integer(4)))]);
    const values = new Map<string, number>();
    const complex = new FilteredComplex(count);
    const indices = new Map(Array.from({ length: count }, (_, v) => [String(v), v]));
    const shuffled = [...random.permutation(vertices.size)].map(i => [...vertices.values()][i]!);
    for (const simplex of shuffled.toSorted((a, b) => a.length - b.length)) {
      const facets = simplex.map((_, k) => values.get(simplex.filter((__, i) => i !== k).join()) ?? 0);
      const value = simplex.length === 1 ? 0 : Math.max(...facets) + random.integer(kinds) / kinds;
      values.set(simplex.join(), value);
      if (simplex.length === 1) continue;
      // Its face without the smallest vertex, and that.
      const [smallest, ...others] = simplex;
      indices.set(simplex.join(), complex.add(simplex.length - 2, indices.get(others.join())!, smallest!, value));
    }
    const simplices = [...vertices.values()].map(list => ({ vertices: list, diameter: values.get(list.join())! }));
    simplices.sort((a, b) => a.diameter - b.diameter || a.vertices.length - b.vertices.length);
    return { complex, simplices };
  });

const upTo = (simplices: readonly Simplex[], dimension: number) =>
  simplices.filter(({ vertices }) => vertices.length <= dimension + 1);

describe('complexPersistence', () => {
  it('equals the reduction of the whole boundary matrix, over Z/2, Z/3 and Z/5', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 3 }), fc.constantFrom(2, 3, 5), (sample, maxDimension, p) => {
        const { diagram } = complexPersistence(sample.complex, { maxDimension, coefficients: p });
        const expected = persistenceOracle(upTo(sample.simplices, maxDimension + 1), maxDimension, p);
        assertSameDiagram(diagram, expected, 0);
      }),
      runs(300),
    );
  });

  it('has exact cycles and cocycles, which are bases at every scale', () => {
    const seen = [0, 0, 0];
    fc.assert(
      fc.property(samples, fc.constantFrom(2, 3, 5), (sample, prime) => {
        const options = { maxDimension: 2, coefficients: prime, cycles: true, cocycles: true };
        const result = complexPersistence(sample.complex, options);
        const complex = new ChainComplex(upTo(sample.simplices, 3), prime);
        checkRepresentatives(complex, result, 2, prime).forEach((count, d) => (seen[d] = seen[d]! + count));
      }),
      runs(300),
    );
    assert.ok(seen[1]! > 100 && seen[2]! > 10, `${seen.join()} bars seen`);
  });

  it('refuses more simplices than are allowed, and stops when it is cancelled', () => {
    const few = new FilteredComplex(3, 4);
    few.add(0, 1, 0, 1);
    assert.throws(
      () => few.add(0, 2, 0, 1),
      (error: unknown) => error instanceof Fault && error.code === 'too-large',
    );
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => complexPersistence(few, { maxDimension: 1, cancellation }), isCancelled);
  });
});
