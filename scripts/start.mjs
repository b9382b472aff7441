// `npm start`: installs and builds what is missing, inspects the bundled sample through the same engine that the editor uses,
// writes a report and says how to see it in the editor. `npm start -- COMMAND …` runs that command of the command line.
import './lib/sayErrors.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { out, root, shown } from './lib/folders.mjs';
import { ensureBuilt, ensureInstalled } from './lib/install.mjs';
import { run } from './lib/processes.mjs';
import { sample } from './lib/sample.mjs';

const cli = path.join(root, 'dist', 'cli.js');

await ensureInstalled();
await ensureBuilt();

const given = process.argv.slice(2);
if (given.length > 0) process.exit(await neuralTopology(given));

const report = path.join(out, 'report.html');
fs.mkdirSync(out, { recursive: true });
// Prints the layers and what was found, and writes the page, from one run.
const code = await neuralTopology([
  'report',
  sample.model,
  '--data',
  sample.data,
  '--labels',
  sample.labels,
  '--out',
  shown(report),
  '--force',
]);
if (code !== 0) process.exit(code);

process.stdout.write(`
The same as a page       ${shown(report)} (open it in a browser)
In the editor            npm run vscode
Another model            npm start -- inspect MODEL --data DATA
All commands             npm start -- --help
`);

/** @param {readonly string[]} parameters */
async function neuralTopology(parameters) {
  return (await run(process.execPath, [cli, ...parameters])).code;
}
