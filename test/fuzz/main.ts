import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, FuzzFailure } from './fuzz';
import { appendToLog, loggedPart, nextRun, readLog, tableOfLogs } from './log';
import { FUZZ_TARGETS } from './targets';
import type { FuzzTarget } from './target';
import { watch } from './watchdog';

const USAGE = `npm run fuzz -- [READER …] [options]

Damages files of each format, seeded, and reads them: every answer must be a value or a coded fault, within 2 s of processor time and 64 MB and three times
the file. An input that a reader does not survive is written to out/fuzz with its seed and number;
one that hangs it for a minute ends the process.

  --runs N        mutations a reader (100000)
  --seconds S     stop each reader after so long
  --seed N        which mutations (0): the same seed gives the same files
  --first N       number of the first of them (0); with --runs 1, one failure again
  --log FILE      append what was run, a line of JSON per part; a run that was stopped goes on where its log ends
  --part N        mutations a line of the log (20000)
  --table FILE …  run nothing: print the logs as a table in Markdown
  --list          print the readers`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '100000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '0' },
    first: { type: 'string', default: '0' },
    log: { type: 'string' },
    part: { type: 'string', default: '20000' },
    table: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
// Faults are made by the thousand; whoever looks into one runs it alone.
if (Number(values.runs) > 1) Error.stackTraceLimit = 4;
const names = FUZZ_TARGETS.map(target => target.name);
// What is thrown where nobody waits for it is a defect too.
process.on('unhandledRejection', reason => {
  console.error('a rejection that nobody handles:', reason);
  process.exit(1);
});

if (values.help) console.log(USAGE);
else if (values.list) console.log(names.join('\n'));
else if (values.table) console.log(tableOfLogs(positionals.flatMap(readLog)));
else {
  const unknown = positionals.filter(name => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`There is no reader ${unknown.join(', ')}; there are ${names.join(', ')}.`);
    process.exitCode = 2;
  } else {
    const chosen = FUZZ_TARGETS.filter(target => positionals.length === 0 || positionals.includes(target.name));
    // One reader's defect leaves the rest to be tried.
    const failures = chosen.map(tryOne).filter(survived => !survived).length;
    console.log(`${chosen.length - failures} of ${chosen.length} readers survived`);
    process.exitCode = failures > 0 ? 1 : 0;
  }
}

function tryOne(target: FuzzTarget): boolean {
  const seed = Number(values.seed);
  const end = Number(values.first) + Number(values.runs);
  const deadline = values.seconds === undefined ? Infinity : performance.now() + Number(values.seconds) * 1000;
  const part = values.log === undefined ? Number(values.runs) : Number(values.part);
  let first = Number(values.first);
  if (values.log !== undefined) first = nextRun(readLog(values.log), target.name, seed, first);
  const { current, stop } = watch(target.name, seed, values.log);
  let survived = true;
  while (first < end && performance.now() < deadline) {
    const runs = Math.min(part, end - first);
    try {
      const report = fuzz(target, { seed, runs, first, deadline, current });
      const codes = [...report.codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
      console.log(
        `${target.name}: ${report.runs} files from ${first} on, ${Math.round(report.runs / report.seconds)} a second, slowest ` +
          `${Math.round(report.slowestMilliseconds)} ms, at most ${(report.mostBytes / 1e6).toFixed(1)} MB; ${codes.join(', ')}`,
      );
      if (values.log !== undefined) appendToLog(values.log, loggedPart(target.name, seed, first, report));
      first += report.runs;
    } catch (error) {
      if (!(error instanceof FuzzFailure)) throw error;
      survived = false;
      writeFailure(target, seed, error);
      if (values.log !== undefined)
        appendToLog(values.log, {
          reader: target.name,
          seed,
          first: error.run,
          runs: 1,
          seconds: 0,
          codes: {},
          slowestMilliseconds: 0,
          mostBytes: 0,
          failures: [error.message],
        });
      if (values.log === undefined) break;
      first = error.run + 1;
    }
  }
  void stop();
  return survived;
}

function writeFailure(target: FuzzTarget, seed: number, failure: FuzzFailure): void {
  const folder = path.join('out', 'fuzz');
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${target.name.replaceAll(' ', '-')}-${seed}-${failure.run}`);
  fs.writeFileSync(file, failure.content);
  console.error(failure.message, failure.cause ?? '', `\nThe file is ${file}.`);
}
