// `npm run bench [-- NAME …]`: runs bench/NAME.ts, prints their tables and writes docs/benchmarks.md.
import './lib/sayErrors.mjs';
import { ensureBuilt, ensureInstalled } from './lib/install.mjs';
import { run } from './lib/processes.mjs';

await ensureInstalled();
await ensureBuilt();
process.exitCode = (await run(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)])).code;
