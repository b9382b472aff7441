import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { distanceMatrix, precomputedDistances } from '../../src/topology/distances';
import type { Metric } from '../../src/topology/metric';
import type { PointCloud } from '../../src/topology/pointCloud';
import { rips } from '../../src/topology/rips';
import { assertSameDiagram, pairsOf } from '../topology/ripsCheck';
import type { Pair } from '../topology/ripsOracle';

interface Case {
  readonly id: string;
  readonly input: string;
  readonly expected: string;
  readonly metric: Metric;
  readonly maxDim: number;
  readonly threshold: number | null;
  readonly coefficients: number;
  readonly facts?: readonly { readonly dim: number; readonly longerThan: number | null; readonly count: number }[];
}

const folder = path.join(import.meta.dirname, '../fixtures/truth/rips');
const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));

/** The fixtures are float64 in C order: nothing of the reader of files is needed here. */
function readCloud(file: string): PointCloud {
  const bytes = fs.readFileSync(path.join(folder, file));
  const headerEnd = 10 + bytes.readUInt16LE(8);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(bytes.toString('latin1', 10, headerEnd));
  assert.ok(shape, `${file} is a matrix`);
  const [count, width] = [Number(shape[1]), Number(shape[2])];
  const values = Float64Array.from({ length: count * width }, (_, i) => bytes.readDoubleLE(headerEnd + 8 * i));
  return { count, width, values };
}

describe('Rips persistence equals the ground truth', () => {
  const cases = readJson('manifest.json') as Case[];
  assert.ok(cases.length > 0);
  for (const { id, input, expected, metric, maxDim, threshold, coefficients, facts } of cases) {
    it(id, () => {
      const cloud = readCloud(input);
      const distances = metric === 'precomputed' ? precomputedDistances(cloud) : distanceMatrix(cloud, metric);
      const { diagram } = rips(distances, {
        maxDimension: maxDim,
        coefficients,
        ...(threshold === null ? {} : { threshold }),
      });
      const { diagram: truth } = readJson(expected) as { diagram: Record<string, [number, number | null][]> };
      const pairs = Array.from({ length: maxDim + 1 }, (_, dimension) =>
        (truth[dimension] ?? []).map(([birth, death]): Pair => [birth, death ?? Infinity]),
      );
      assertSameDiagram(diagram, pairs);
      for (const { dim, longerThan, count } of facts ?? []) {
        const long = pairsOf(diagram, dim).filter(([birth, death]) =>
          longerThan === null ? death === Infinity : death - birth > longerThan,
        );
        assert.equal(long.length, count, `pairs of dimension ${dim} longer than ${longerThan}`);
      }
    });
  }
});
