// `npm test [part …]`: lint, types, unit, package, e2e. The last line is `N passed, N failed`, over all of them.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './lib/folders.mjs';
import { ensureBuilt, ensureInstalled } from './lib/install.mjs';
import { run } from './lib/processes.mjs';

/** @typedef {{ passed: number, failed: number, failures?: readonly string[] }} Tally */
/** @typedef {{ what: string, limitSeconds: number, execute: (limitSeconds: number) => Promise<Tally> }} Part */

/** @type {Record<string, Part>} */
const parts = {
  lint: {
    what: 'format and lint',
    limitSeconds: 180,
    execute: async limitSeconds =>
      sum([
        await tool(limitSeconds, 'prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'),
        await tool(limitSeconds, 'eslint/bin/eslint.js', '--max-warnings=0', '.'),
      ]),
  },
  types: {
    what: 'types, layer by layer',
    limitSeconds: 180,
    execute: limitSeconds => tool(limitSeconds, 'typescript/bin/tsc', '-b'),
  },
  unit: {
    what: 'units',
    limitSeconds: 540,
    execute: async limitSeconds =>
      sum([
        await building(),
        await testFiles(limitSeconds, testsUnder('test', ['e2e', 'packaging']), ['--concurrency=2']),
      ]),
  },
  package: {
    what: 'the packaged extension',
    limitSeconds: 180,
    execute: limitSeconds => testFiles(limitSeconds, testsUnder('test/packaging'), ['--concurrency=1', '--each']),
  },
  e2e: {
    what: 'a real VS Code',
    limitSeconds: 600,
    execute: limitSeconds => testFiles(limitSeconds, ['test/e2e/suite.test.ts'], ['--concurrency=1', '--each']),
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.\n`);
  process.exit(2);
}

const total = { passed: 0, failed: 0 };
/** @type {string[]} */
const failures = [];
try {
  await ensureInstalled();
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const tally = await attempt(name, part);
    total.passed += tally.passed;
    total.failed += tally.failed;
    failures.push(...(tally.failures ?? []));
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  total.failed++;
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
// Said again where a long log is looked at first: at its end.
for (const failure of failures) process.stdout.write(`\n✘ ${failure}\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);

/**
 * @param {string} name
 * @param {Part} part
 * @returns {Promise<Tally>}
 */
async function attempt(name, { what, limitSeconds, execute }) {
  process.stdout.write(`\n── ${name}: ${what}\n`);
  const started = performance.now();
  /** @type {Tally} */
  let tally;
  try {
    tally = await execute(limitSeconds);
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    tally = { passed: 0, failed: 1, failures: [`${name} did not run to its end`] };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`── ${name}: ${tally.passed} passed, ${tally.failed} failed, ${seconds} s\n`);
  return tally;
}

/**
 * A tool that says yes or no by its exit code.
 * @param {number} limitSeconds
 * @param {string} script under node_modules
 * @param {...string} parameters
 * @returns {Promise<Tally>}
 */
async function tool(limitSeconds, script, ...parameters) {
  const file = path.join(root, 'node_modules', ...script.split('/'));
  const { code, timedOut } = await run(process.execPath, [file, ...parameters], { limitSeconds });
  const name = path.basename(script).replace(/\..*/, '');
  if (timedOut) process.stdout.write(`${name} was ended: it ran longer than ${limitSeconds} s.\n`);
  process.stdout.write(`  ${code === 0 ? '✔' : '✘'} ${name} ${parameters.join(' ')}\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, failures: [name] };
}

/**
 * @param {number} limitSeconds
 * @param {readonly string[]} files
 * @param {readonly string[]} parameters of runTests.mjs
 * @returns {Promise<Tally>}
 */
async function testFiles(limitSeconds, files, parameters) {
  if (files.length === 0) throw new Error('There is no test to run.');
  /** @type {Required<Tally>} */
  let tally = { passed: 0, failed: 0, failures: [] };
  const script = path.join(root, 'scripts', 'lib', 'runTests.mjs');
  const { code, timedOut } = await run(process.execPath, ['--import', 'tsx', script, ...parameters, ...files], {
    limitSeconds,
    onMessage: message => (tally = /** @type {Required<Tally>} */ (message)),
  });
  if (timedOut) process.stdout.write(`The tests were ended: they ran longer than ${limitSeconds} s.\n`);
  const failed = Math.max(tally.failed, code !== 0 || tally.passed === 0 ? 1 : 0);
  const { passed, failures } = tally;
  if (timedOut) return { passed, failed: tally.failed + 1, failures: [...failures, 'The tests were ended.'] };
  return { passed, failed, failures };
}

/** Some units start what is built: workers, the command line. A build that fails is one failure; the others still run. */
async function building() {
  try {
    await ensureBuilt();
    return { passed: 1, failed: 0 };
  } catch (error) {
    process.stdout.write(`  ✘ build: ${error instanceof Error ? error.message : String(error)}\n`);
    return { passed: 0, failed: 1, failures: ['build'] };
  }
}

/**
 * Test files under a folder, in the order of their names.
 * @param {string} folder
 * @param {readonly string[]} [except] folders in it
 * @returns {string[]}
 */
function testsUnder(folder, except = []) {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const inner = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return except.includes(entry.name) ? [] : testsUnder(inner);
      return entry.name.endsWith('.test.ts') ? [inner] : [];
    });
}

/** @param {readonly Tally[]} tallies */
function sum(tallies) {
  return tallies.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    failures: [...(a.failures ?? []), ...(b.failures ?? [])],
  }));
}
