// `npm run fuzz [-- NAME … --runs N --seconds S --seed N]`: damages files of every format and reads them; see test/fuzz/main.ts.
import './lib/sayErrors.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { run } from './lib/processes.mjs';

await ensureInstalled();
process.exitCode = (
  await run(process.execPath, ['--import', 'tsx', 'test/fuzz/main.ts', ...process.argv.slice(2)])
).code;
