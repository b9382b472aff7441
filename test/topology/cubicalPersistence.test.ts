import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import type { CubicalConstruction } from '../../src/topology/rankedGrid';
import { cubicalPersistence } from '../../src/topology/cubicalPersistence';
import type { PersistenceDiagram } from '../../src/topology/diagram';
import { readFixture } from './fixture';

type Pairs = Record<string, [number, number | null][]>;

interface Case {
  readonly id: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly construction: CubicalConstruction;
  readonly superlevel: boolean;
  readonly diagram: Pairs;
}

function pairsOf({ dimension, birth, death }: PersistenceDiagram, dimensions: number): Pairs {
  const pairs: Pairs = {};
  for (let d = 0; d < dimensions; d++) pairs[d] = [];
  dimension.forEach((d, i) => pairs[d]!.push([birth[i]!, Number.isFinite(death[i]) ? death[i]! : null]));
  return pairs;
}

/** By the definition: all cells as sets of vertices, the whole boundary matrix, the plain algorithm. */
function byReduction(shape: readonly number[], values: readonly number[], construction: CubicalConstruction): Pairs {
  const indices = (lengths: readonly number[]): number[][] =>
    lengths.reduce<number[][]>(
      (rows, length) => rows.flatMap(row => Array.from({ length }, (_, i) => [...row, i])),
      [[]],
    );
  const valueAt = (index: readonly number[]) => values[index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0)];
  const doubled = shape.map(length => (construction === 'vertex' ? 2 * length - 1 : 2 * length + 1));
  const cells = indices(doubled).map(place => {
    // The entries that the cell touches: in each axis one or two.
    const touched = indices(place.map(() => 2)).map(
      side =>
      place.map((c, axis) => (construction === 'vertex' ? (c + (c % 2) * (2 * side[axis]! - 1)) / 2 : (c - 1 + (1 - (c % 2)) * (2 * side[axis]! - 1)) / 2)), // prettier-ignore
    );
    const around = touched.map(valueAt).filter((_, k) => touched[k]!.every((i, axis) => i >= 0 && i < shape[axis]!)) as number[]; // prettier-ignore
    return {
      key: place.join(),
      place,
      dimension: place.filter(c => c % 2 === 1).length,
      value: construction === 'vertex' ? Math.max(...around) : Math.min(...around),
    };
  });
  cells.sort((a, b) => a.value - b.value || a.dimension - b.dimension);
  const order = new Map(cells.map((cell, i) => [cell.key, i]));
  const columns = cells.map(({ place }) => {
    const faces = new Set<number>();
    place.forEach((c, axis) => {
      if (c % 2 === 1) for (const step of [-1, 1]) faces.add(order.get(place.map((x, k) => (k === axis ? x + step : x)).join())!); // prettier-ignore
    });
    return faces;
  });
  const pairs: Pairs = {};
  shape.forEach((_, d) => (pairs[d] = []));
  const columnOfPivot = new Map<number, number>();
  const killed = new Set<number>();
  columns.forEach((column, k) => {
    for (;;) {
      const pivot = Math.max(...column);
      const other = columnOfPivot.get(pivot);
      if (column.size === 0 || other === undefined) break;
      for (const face of columns[other]!) if (!column.delete(face)) column.add(face);
    }
    if (column.size === 0) return;
    const pivot = Math.max(...column);
    columnOfPivot.set(pivot, k);
    killed.add(pivot);
    const [birth, death] = [cells[pivot]!, cells[k]!];
    if (birth.value < death.value) pairs[birth.dimension]!.push([birth.value, death.value]);
  });
  columns.forEach((column, k) => {
    if (column.size === 0 && !killed.has(k)) pairs[cells[k]!.dimension]!.push([cells[k]!.value, null]);
  });
  for (const list of Object.values(pairs)) list.sort((a, b) => a[0] - b[0] || (a[1] ?? Infinity) - (b[1] ?? Infinity));
  return pairs;
}

const grids: fc.Arbitrary<{ shape: number[]; values: number[] }> = fc
  .oneof(
    fc.tuple(fc.integer({ min: 1, max: 9 })),
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })),
  )
  .chain(shape => {
    const count = shape.reduce((product, length) => product * length, 1);
    return fc.record({
      shape: fc.constant([...shape]),
      values: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: count, maxLength: count }),
    });
  });
const constructions = fc.constantFrom<CubicalConstruction>('vertex', 'cell');

describe('cubicalPersistence', () => {
  for (const { id, shape, values, construction, superlevel, diagram } of readFixture<Case>('cubical.json'))
    it(`equals the reference: ${id}`, () => {
      assert.deepEqual(pairsOf(cubicalPersistence(shape, values, { construction, superlevel }), shape.length), diagram);
    });

  it('equals the plain reduction of the whole complex, in 1 to 3 dimensions', () => {
    fc.assert(
      fc.property(grids, constructions, ({ shape, values }, construction) => {
        assert.deepEqual(
          pairsOf(cubicalPersistence(shape, values, { construction }), shape.length),
          byReduction(shape, values, construction),
        );
      }),
      { seed: 71, numRuns: 150 },
    );
  });

  it('says at which entries every class is born and dies', () => {
    fc.assert(
      fc.property(grids, constructions, fc.boolean(), ({ shape, values }, construction, superlevel) => {
        const { birth, death, birthCell, deathCell } = cubicalPersistence(shape, values, { construction, superlevel });
        const never = superlevel ? -Infinity : Infinity;
        assert.deepEqual(Array.from(birthCell, entry => values[entry]! + 0), [...birth]); // prettier-ignore
        assert.deepEqual(Array.from(deathCell, entry => (entry < 0 ? never : values[entry]! + 0)), [...death]); // prettier-ignore
      }),
      { seed: 75, numRuns: 100 },
    );
  });

  it('is refused where it does not fit, with what would', () => {
    const run = () => cubicalPersistence([64, 64], new Float64Array(4096), { construction: 'cell', memoryLimitBytes: 1e5 }); // prettier-ignore
    assert.throws(run, (error: unknown) => error instanceof Fault && error.code === 'too-large' && /every/.test(error.hint ?? '')); // prettier-ignore
  });

  it('of superlevels is that of sublevels of the negated grid, negated', () => {
    fc.assert(
      fc.property(grids, constructions, ({ shape, values }, construction) => {
        const above = pairsOf(cubicalPersistence(shape, values, { construction, superlevel: true }), shape.length);
        const below = pairsOf(cubicalPersistence(shape, values.map(value => -value), { construction }), shape.length); // prettier-ignore
        const negated = (pairs: Pairs) => Object.values(pairs).map(list => list.map(([b, d]) => `${0 - b} ${d === null ? d : 0 - d}`).sort()); // prettier-ignore
        const plain = (pairs: Pairs) => Object.values(pairs).map(list => list.map(([b, d]) => `${b} ${d}`).sort());
        assert.deepEqual(negated(below), plain(above));
      }),
      { seed: 72, numRuns: 100 },
    );
  });

  it('is not changed by an order-preserving change of values but in the values, nor by swapping axes', () => {
    fc.assert(
      fc.property(
        grids.filter(grid => grid.shape.length === 2),
        constructions,
        ({ shape, values }, construction) => {
          const [rows, columns] = shape as [number, number];
          const plain = pairsOf(cubicalPersistence(shape, values, { construction }), 2);
          const turned = Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
          assert.deepEqual(pairsOf(cubicalPersistence([columns, rows], turned, { construction }), 2), plain);
          const scaled = pairsOf(cubicalPersistence(shape, values.map(value => 1e9 * value), { construction }), 2); // prettier-ignore
          assert.deepEqual(scaled, Object.fromEntries(Object.entries(plain).map(([d, list]) => [d, list.map(([b, e]) => [1e9 * b, e === null ? e : 1e9 * e])]))); // prettier-ignore
        },
      ),
      { seed: 73, numRuns: 100 },
    );
  });

  it('finds the void of a shell and the loop of a ring', () => {
    const size = 17;
    const shell = Array.from({ length: size ** 3 }, (_, i) => Math.abs(Math.hypot((i % size) - 8, (Math.floor(i / size) % size) - 8, Math.floor(i / size / size) - 8) - 5)); // prettier-ignore
    const long = (pairs: [number, number | null][]) => pairs.filter(([b, d]) => d === null || d - b > 2).length;
    const pairs = pairsOf(cubicalPersistence([size, size, size], shell, { construction: 'vertex' }), 3);
    assert.deepEqual([long(pairs[0]!), long(pairs[1]!), long(pairs[2]!)], [1, 0, 1]);
    const ring = pairsOf(cubicalPersistence([size, size], shell.slice(8 * size * size, 9 * size * size), { construction: 'cell' }), 2); // prettier-ignore
    assert.deepEqual([long(ring[0]!), long(ring[1]!)], [1, 1]);
  });

  it('refuses what is no grid of numbers, and stops when it is cancelled', () => {
    const code = (wanted: string) => (error: unknown) => error instanceof Fault && error.code === wanted;
    assert.throws(() => cubicalPersistence([1, 1, 1, 1], [0], { construction: 'vertex' }), code('unsupported'));
    assert.throws(() => cubicalPersistence([2], [0, NaN], { construction: 'vertex' }), code('not-finite'));
    assert.throws(() => cubicalPersistence([0, 3], [], { construction: 'cell' }), code('empty'));
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => cubicalPersistence([2, 2], [1, 2, 3, 4], { construction: 'cell', cancellation }), isCancelled);
  });
});
