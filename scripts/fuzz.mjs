// `npm run fuzz [-- READER … --runs N --seconds S --seed N --log FILE]`: damages files of every format and reads them; `--help` says the rest.
import './lib/sayErrors.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { run } from './lib/processes.mjs';

await ensureInstalled();
const esbuild = await import('esbuild');
const main = path.join('out', 'fuzz', 'main.mjs');
// Bundled, because what runs TypeScript as it is makes closures slow, and readers are full of them. Files beside a source are still found beside it.
await esbuild.build({
  entryPoints: [path.join('test', 'fuzz', 'main.ts')],
  outfile: main,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
  plugins: [
    {
      name: 'folders',
      setup(build) {
        build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => ({
          loader: 'ts',
          contents: (await fs.promises.readFile(file, 'utf8')).replace(
            /\b(import\.meta\.dirname|__dirname)\b/g,
            JSON.stringify(path.dirname(file)),
          ),
        }));
      },
    },
  ],
});
process.exitCode = (await run(process.execPath, [main, ...process.argv.slice(2)])).code;
