import assert from 'node:assert/strict';
import { rangeOfDimension, type PersistenceDiagram } from '../../src/topology/diagram';
import { matchWithin, type Pair } from './ripsOracle';

export function pairsOf(diagram: PersistenceDiagram, dimension: number): Pair[] {
  const [from, to] = rangeOfDimension(diagram, dimension);
  return Array.from({ length: to - from }, (_, i): Pair => [diagram.birth[from + i]!, diagram.death[from + i]!]);
}

/** What every diagram of a Rips complex must be: sorted, without pairs of zero persistence, born at 0 in dimension 0. */
export function validate(diagram: PersistenceDiagram, maxDimension: number): void {
  const { dimension, birth, death } = diagram;
  assert.equal(birth.length, dimension.length);
  assert.equal(death.length, dimension.length);
  for (let i = 0; i < dimension.length; i++) {
    assert.ok(dimension[i]! <= maxDimension, `dimension ${dimension[i]}`);
    assert.ok(birth[i]! >= 0 && birth[i]! < death[i]!, `pair ${birth[i]}, ${death[i]}`);
    if (dimension[i] === 0) assert.equal(birth[i], 0);
    if (i === 0 || dimension[i - 1]! < dimension[i]!) continue;
    assert.equal(dimension[i - 1], dimension[i], 'dimensions in order');
    const inOrder = birth[i - 1]! < birth[i]! || (birth[i - 1] === birth[i] && death[i - 1]! <= death[i]!);
    assert.ok(inOrder, 'sorted by birth, then death');
  }
}

/** Equal up to `relative` of the largest finite value, in bottleneck distance. */
export function assertSameDiagram(
  diagram: PersistenceDiagram,
  expected: readonly (readonly Pair[])[],
  relative = 1e-6,
): void {
  validate(diagram, expected.length - 1);
  const finite = expected.flat(2).filter(value => value < Infinity);
  const cost = relative * Math.max(0, ...finite);
  expected.forEach((pairs, dimension) => {
    const found = pairsOf(diagram, dimension);
    assert.ok(
      matchWithin(found, pairs, cost),
      `dimension ${dimension}: ${JSON.stringify(found)} is not ${JSON.stringify(pairs)}`,
    );
  });
}
