// Runs test files with node:test and prints one line a file, failures in full.
// `node --import tsx scripts/lib/runTests.mjs [--concurrency=2] [--each] FILE …`; the counts go to the parent process.
import path from 'node:path';
import { run } from 'node:test';
import { root, shown } from './folders.mjs';

const parameters = process.argv.slice(2);
const concurrency = Number(parameters.find(p => p.startsWith('--concurrency='))?.split('=')[1] ?? 2);
const each = parameters.includes('--each');
const files = parameters.filter(p => !p.startsWith('--')).map(file => path.resolve(root, file));

/** Sent to the parent with each result: it says the failures again at the end of all parts. */
const counts = { passed: 0, failed: 0, skipped: 0, failures: /** @type {string[]} */ ([]) };
/** @type {Map<string, { passed: number, failed: number, skipped: number, milliseconds: number, failures: string[], printed: boolean }>} */
const byFile = new Map(
  files.map(file => [file, { passed: 0, failed: 0, skipped: 0, milliseconds: 0, failures: [], printed: false }]),
);
/** The file whose results come in now; node:test reports one file after the other. */
let current = '';
/** Where the outermost suite stands that runs now: tests in it may be written elsewhere, and node:test names that place. */
let outermost = '';
/** @type {Map<string, string[]>} names of the suites that enclose what runs now, by file */
const enclosing = new Map();

// Test files run in processes of their own, with the options of this one: --import tsx among them.
const stream = run({ files, concurrency });
stream.on('test:start', event => {
  if (event.nesting === 0) outermost = event.file ?? '';
  const names = enclosing.get(event.file ?? '') ?? [];
  names.length = event.nesting;
  names.push(event.name);
  enclosing.set(event.file ?? '', names);
});
stream.on('test:pass', event => record(event, undefined));
stream.on('test:fail', event => record(event, event.details.error));
stream.on('test:stderr', event => process.stderr.write(event.message));
stream.on('test:stdout', event => {
  if (each) process.stdout.write(event.message);
});
stream.on('end', () => {
  for (const [file, tally] of byFile) if (!tally.printed) printFile(file, tally);
  for (const [file, tally] of byFile)
    for (const failure of tally.failures) process.stdout.write(`\n✘ ${shown(file)} › ${failure}\n`);
  process.exitCode = counts.failed > 0 ? 1 : 0;
  process.disconnect?.();
});
stream.resume();

/**
 * @typedef {import('node:test').EventData.TestPass | import('node:test').EventData.TestFail} TestEvent
 * @param {TestEvent} event
 * @param {Error | undefined} error
 */
function record(event, error) {
  // A test that a file imports counts as that file's, which is known where there is but one.
  const [only] = files;
  const file = files.length === 1 && only !== undefined ? only : outermost || event.name;
  const tally = byFile.get(path.resolve(root, file));
  const milliseconds = event.details.duration_ms;
  if (tally && event.nesting === 0) tally.milliseconds += milliseconds;
  const before = byFile.get(current);
  if (file !== current && before) printFile(current, before);
  current = path.resolve(root, file);
  const suite = event.details.type === 'suite';
  if (event.skip !== undefined || event.todo !== undefined) {
    if (!suite) counts.skipped++;
    if (!suite && tally) tally.skipped++;
    return;
  }
  // A suite fails with its tests; it counts only where it failed by itself, in a hook for instance.
  const cause = error?.cause;
  if (suite && (!error || (cause === undefined ? true : /subtests? failed/.test(String(cause))))) return;
  const kind = error ? 'failed' : 'passed';
  counts[kind]++;
  if (tally) tally[kind]++;
  const name = [...(enclosing.get(event.file ?? '') ?? []).slice(0, event.nesting), event.name].join(' › ');
  // Long runs say at once what went wrong; short ones after the overview.
  if (error) counts.failures.push(`${shown(file)} › ${name}\n${described(error)}`);
  if (error && !each) tally?.failures.push(`${name}\n${described(error)}`);
  if (each)
    process.stdout.write(
      `  ${error ? '✘' : '✔'} ${name} ${seconds(milliseconds)}\n${error ? `${described(error)}\n` : ''}`,
    );
  process.send?.(counts);
}

/** @param {Error} error as node:test wraps it */
function described(error) {
  const cause = error.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return text
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
}

/**
 * @param {string} file
 * @param {{ passed: number, failed: number, skipped: number, milliseconds: number, printed: boolean }} tally
 */
function printFile(file, tally) {
  const { passed, failed, skipped, milliseconds } = tally;
  tally.printed = true;
  const none = skipped > 0 ? '–' : '✘';
  const mark = failed > 0 ? '✘' : passed === 0 ? none : '✔';
  const others = `${failed > 0 ? `, ${failed} failed` : ''}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  process.stdout.write(`  ${mark} ${shown(file)}: ${passed} passed${others} ${seconds(milliseconds)}\n`);
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `(${(milliseconds / 1000).toFixed(1)} s)`;
}
