import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, FuzzFailure } from './fuzz';
import { FUZZ_TARGETS } from './targets';
import type { FuzzTarget } from './target';

/**
 * `npm run fuzz -- [NAME …] [--runs 100000] [--seconds S] [--seed 0] [--first 0]`: the long run. A failing input is written to out/fuzz, and the
 * command that makes it again is printed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '100000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '0' },
    first: { type: 'string', default: '0' },
  },
});
const names = FUZZ_TARGETS.map(target => target.name);
const unknown = positionals.filter(name => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no reader ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = FUZZ_TARGETS.filter(target => positionals.length === 0 || positionals.includes(target.name));
// Told from the others by a loop that goes on: one reader's defect leaves the rest to be tried.
const failures = chosen.map(tryOne).filter(survived => !survived).length;
console.log(`${chosen.length - failures} of ${chosen.length} readers survived`);
process.exitCode = failures > 0 ? 1 : 0;

function tryOne(target: FuzzTarget): boolean {
  const seed = Number(values.seed);
  try {
    const deadline = values.seconds === undefined ? Infinity : performance.now() + Number(values.seconds) * 1000;
    const report = fuzz(target, { seed, runs: Number(values.runs), first: Number(values.first), deadline });
    const codes = [...report.codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
    console.log(
      `${target.name}: ${report.runs} files, ${Math.round(report.runs / report.seconds)} a second, slowest ${Math.round(report.slowestMilliseconds)} ms, ` +
        `at most ${(report.mostBytes / 1e6).toFixed(1)} MB; ${codes.join(', ')}`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    const folder = path.join('out', 'fuzz');
    fs.mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${target.name}-${seed}-${/run (\d+)/.exec(error.message)?.[1] ?? ''}`);
    fs.writeFileSync(file, error.content);
    console.error(error.message, error.cause ?? '', `\nThe file is ${file}.`);
    return false;
  }
}
