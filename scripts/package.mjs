// `npm run package [-- --target linux-x64]`: the VSIX of each platform, or of one, in out/; prints their sizes.
import './lib/sayErrors.mjs';
import fs from 'node:fs';
import { shown } from './lib/folders.mjs';
import { build, ensureInstalled } from './lib/install.mjs';
import { makeVsix, targets } from './lib/vsix.mjs';

const at = process.argv.indexOf('--target');
const asked = at < 0 ? undefined : process.argv[at + 1];
const chosen = asked === undefined ? targets : targets.filter(target => target === asked);
if (chosen.length === 0) {
  process.stderr.write(`There is no target ${asked}; the targets are ${targets.join(', ')}.\n`);
  process.exit(2);
}

await ensureInstalled();
try {
  for (const target of chosen) {
    const file = await makeVsix(target);
    const megabytes = (fs.statSync(file).size / 2 ** 20).toFixed(1).padStart(5);
    process.stdout.write(`${target.padEnd(12)} ${megabytes} MB  ${shown(file)}\n`);
  }
} finally {
  // dist/ is what this machine runs again.
  await build();
}
