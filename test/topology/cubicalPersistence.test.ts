import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Cancellation } from '../../src/base/cancellation';
import { Fault, isCancelled } from '../../src/base/fault';
import type { CubicalConstruction } from '../../src/topology/cubicalGrid';
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

/** Cells of the vertices up to a level, with signs by dimension. */
function eulerCharacteristic(shape: readonly number[], values: readonly number[], level: number): number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  let sum = 0;
  values.forEach((_, vertex) => {
    for (let axes = 0; axes < 1 << shape.length; axes++) {
      const along = shape.map((_, axis) => axis).filter(axis => (axes >> axis) & 1);
      if (along.some(axis => (Math.floor(vertex / strides[axis]!) % shape[axis]!) + 1 >= shape[axis]!)) continue;
      const corners = along.reduce((list, axis) => list.concat(list.map(corner => corner + strides[axis]!)), [vertex]);
      if (corners.every(corner => values[corner]! <= level)) sum += along.length % 2 === 0 ? 1 : -1;
    }
  });
  return sum;
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

  it('equals the plain reduction where no two values are the same, in space', () => {
    const distinct = fc.shuffledSubarray(
      Array.from({ length: 80 }, (_, i) => i - 30),
      { minLength: 80, maxLength: 80 },
    );
    fc.assert(
      fc.property(distinct, constructions, (values, construction) => {
        const pairs = pairsOf(cubicalPersistence([4, 5, 4], values, { construction }), 3);
        assert.deepEqual(pairs, byReduction([4, 5, 4], values, construction));
      }),
      { seed: 76, numRuns: 60 },
    );
  });

  it('has at every level the Euler characteristic of the cells up to it', () => {
    fc.assert(
      fc.property(grids, fc.integer({ min: -3, max: 3 }), ({ shape, values }, level) => {
        const { dimension, birth, death } = cubicalPersistence(shape, values, { construction: 'vertex' });
        let alternating = 0;
        dimension.forEach((d, i) => {
          if (birth[i]! <= level && death[i]! > level) alternating += d % 2 === 0 ? 1 : -1;
        });
        assert.equal(alternating, eulerCharacteristic(shape, values, level));
      }),
      { seed: 77, numRuns: 150 },
    );
  });

  it('is not changed by a finer grid with the same function, nor by turning an axis round', () => {
    fc.assert(
      fc.property(grids, fc.nat(2), ({ shape, values }, k) => {
        const axis = k % shape.length;
        const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
        const length = shape[axis]!;
        const at = (i: number, of: number) => Math.floor(i / inner) % of;
        const turned = values.map((_, i) => values[i + (length - 1 - 2 * at(i, length)) * inner]!);
        for (const construction of ['vertex', 'cell'] as const) {
          const plain = pairsOf(cubicalPersistence(shape, values, { construction }), shape.length);
          assert.deepEqual(pairsOf(cubicalPersistence(shape, turned, { construction }), shape.length), plain);
          // A cube becomes two of the same value; between two vertices comes one with the larger value, when the interval comes.
          const finer = construction === 'cell' ? 2 * length : 2 * length - 1;
          const source = (i: number, up: 0 | 1) => {
            const outer = Math.floor(i / (inner * finer));
            const place = (at(i, finer) + (construction === 'vertex' ? up : 0)) >> 1;
            return values[(outer * length + place) * inner + (i % inner)]!;
          };
          const count = (values.length / length) * finer;
          const subdivided = Array.from({ length: count }, (_, i) => Math.max(source(i, 0), source(i, 1)));
          const finerShape = shape.map((side, other) => (other === axis ? finer : side));
          assert.deepEqual(pairsOf(cubicalPersistence(finerShape, subdivided, { construction }), shape.length), plain);
        }
      }),
      { seed: 78, numRuns: 100 },
    );
  });

  it('is refused before memory is taken, with what would fit', () => {
    const flat = (size: number, memoryLimitBytes: number) =>
      cubicalPersistence([size, size], new Float64Array(size * size), { construction: 'vertex', memoryLimitBytes });
    const refusal = (run: () => unknown): Fault => {
      try {
        run();
      } catch (error) {
        if (error instanceof Fault && error.code === 'too-large') return error;
      }
      throw new Error('It was not refused.');
    };
    const { hint } = refusal(() => flat(200, 2e5));
    const fitting = Number(/: (\d+)×\1 would fit/.exec(hint ?? '')![1]);
    flat(fitting, 2e5);
    assert.throws(() => flat(fitting + 30, 2e5));
    // Saddles are counted before they are sorted: the same grid with noise needs more.
    const noise = Float64Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 40_009);
    const run = (values: Float64Array) => cubicalPersistence([200, 200], values, { construction: 'vertex', memoryLimitBytes: 8e5 }); // prettier-ignore
    run(noise.map((_, i) => i));
    refusal(() => run(noise));
    const huge = { length: 0x7fffffff } as ArrayLike<number>;
    const tooMany = refusal(() => cubicalPersistence([0x7fffffff], huge, { construction: 'vertex', memoryLimitBytes: 2 ** 50 })); // prettier-ignore
    assert.match(tooMany.hint ?? '', /every \d+th/);
  });

  /** Counts how often it is asked, and is cancelled when it has been so often. */
  class Counting extends Cancellation {
    polls = 0;
    constructor(private readonly most = Infinity) {
      super();
    }
    override throwIfCancelled(): void {
      if (++this.polls > this.most) this.cancel();
      super.throwIfCancelled();
    }
  }
  const noisy = (shape: readonly number[]) => {
    let state = 1;
    return Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => (state = (state * 48271) % 0x7fffffff));
  };

  it('asks in every phase, and at least once in 2^18 vertices of each, whether it is cancelled', () => {
    for (const shape of [
      [700, 700],
      [60, 60, 60],
    ]) {
      const cancellation = new Counting();
      const polls = new Map<string, number>();
      let [phase, before] = ['', 0];
      const progress = (_: number, phrase: string) => {
        polls.set(phase, cancellation.polls - before);
        [phase, before] = [phrase, cancellation.polls];
      };
      const values = noisy(shape);
      cubicalPersistence(shape, values, { construction: 'cell', cancellation, progress });
      progress(1, '');
      polls.delete('');
      assert.ok(polls.size >= 5 || shape.length === 2);
      for (const [name, count] of polls) assert.ok(count > values.length / (1 << 18), `${name}: ${count}`);
    }
  });

  it('stops wherever it is when it is cancelled', () => {
    const shape = [24, 24, 24];
    const values = noisy(shape);
    const all = new Counting();
    cubicalPersistence(shape, values, { construction: 'vertex', cancellation: all });
    for (let k = 0; k < all.polls; k++)
      assert.throws(() => cubicalPersistence(shape, values, { construction: 'vertex', cancellation: new Counting(k) }), isCancelled); // prettier-ignore
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
