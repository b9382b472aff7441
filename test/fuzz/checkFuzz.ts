import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzz } from './fuzz';
import type { FuzzTarget } from './target';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20261124);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1000);

/** The short run that every reader has in the suite; `npm run fuzz` is the long one. */
export function checkFuzz(target: FuzzTarget): void {
  it(`survives ${RUNS} damaged files with faults alone, none slow, none swollen (${target.name}, seed ${SEED})`, () => {
    const { codes, runs } = fuzz(target, { seed: SEED, runs: RUNS });
    // Both sides of the fence were reached, or the mutations are too mild or too wild to test anything.
    const opened = codes.get('opens') ?? 0;
    assert.ok(opened > runs / 50 && runs - opened > runs / 10, JSON.stringify([...codes]));
  });
}
