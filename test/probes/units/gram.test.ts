import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/random';
import { Gram } from '../../../src/probes/units/gram';

describe('moments of features, with targets or none', () => {
  it('are those of the samples that are finite, divided by their number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 0, max: 1e6 }),
        (width, targets, samples, seed) => {
          const random = new Random(seed, 'moments');
          const gram = new Gram(width, targets);
          const rows: number[][] = [];
          for (let i = 0; i < samples; i++) {
            const row = Array.from({ length: width + targets }, () => (random.uniform() < 0.2 ? 0 : random.normal()));
            if (i % 7 === 3) row[i % row.length] = NaN;
            else rows.push(row);
            gram.add(Float64Array.from(row));
          }
          const found = gram.finish();
          assert.equal(found.samples, rows.length);
          const mean = (at: number) => rows.reduce((sum, row) => sum + row[at]!, 0) / Math.max(1, rows.length);
          const shared = (a: number, b: number) =>
            rows.reduce((sum, row) => sum + (row[a]! - mean(a)) * (row[b]! - mean(b)), 0) / Math.max(1, rows.length);
          const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a}, not ${b}`);
          for (let i = 0; i < width; i++) {
            close(found.mean[i]!, mean(i));
            for (let j = 0; j < width; j++) close(found.covariance[i * width + j]!, shared(i, j));
            for (let t = 0; t < targets; t++) close(found.cross[i * targets + t]!, shared(i, width + t));
          }
          for (let t = 0; t < targets; t++) close(found.targetMean[t]!, mean(width + t));
        },
      ),
      { numRuns: 60 },
    );
  });
});
