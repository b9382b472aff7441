import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../src/base/bytes';
import { openData, openLabels } from '../../src/data/openData';
import type { Rows } from './denseNetwork';

const folder = path.join(import.meta.dirname, '..', '..', 'samples', 'data');

/** All 1,797 digits of the samples, 8 × 8 values from 0 to 1. */
export function digits(): Rows {
  const parts = ['digits-train.npz', 'digits-test.npz'].map(name => {
    const source = new MemorySource(name, new Uint8Array(fs.readFileSync(path.join(folder, name))));
    return { data: openData(source, {}), labels: openLabels(source, { part: 'y' }) };
  });
  return {
    width: 64,
    values: Float32Array.from(parts.flatMap(({ data }) => [...data.values])),
    classes: Int32Array.from(parts.flatMap(({ labels }) => [...labels.values])),
  };
}

/** Some of the rows, in the order given. */
export function rowsOf({ width, values, classes }: Rows, rows: readonly number[]): Rows {
  return {
    width,
    values: Float32Array.from(rows.flatMap(row => [...values.subarray(row * width, (row + 1) * width)])),
    classes: Int32Array.from(rows, row => classes[row]!),
  };
}
