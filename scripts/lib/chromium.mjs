// A headless Chromium out of the npm package @sparticuz/chromium (Linux on x64), with the few libraries and the fonts that bare
// machines lack, unpacked into the cache folder.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cache, root } from './folders.mjs';
import { run } from './processes.mjs';
import { ensureFolder } from './wholeFolder.mjs';

/**
 * @returns {Promise<{ executablePath: string, env: Record<string, string> }>} what to start, and in which environment
 */
export async function ensureChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('No browser was found. Install Chromium, Chrome or Edge, or name one in CHROMIUM.');
  const manifest = path.join(root, 'node_modules', '@sparticuz', 'chromium', 'package.json');
  const { version } = createRequire(import.meta.url)(manifest);
  const folder = path.join(cache, `chromium-${version}`);
  await ensureFolder(folder, partial => unpack(partial, folder));
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'), FONTCONFIG_PATH: path.join(folder, 'fonts') },
  };
}

/**
 * The package unpacks into the temporary folder, and its libraries only where it believes to be in the place it was made for.
 * @param {string} partial
 * @param {string} folder where it will be
 */
async function unpack(partial, folder) {
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const env = { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
  const parameters = ['--input-type=module', '--eval', script];
  const { code, output } = await run(process.execPath, parameters, { env, capture: true, limitSeconds: 120 });
  if (code !== 0) throw new Error(`Chromium could not be unpacked:\n${output}`);
  // The package's own configuration names the temporary folder.
  const fonts = ['/usr/share/fonts', path.join(folder, 'fonts')].map(place => `<dir>${place}</dir>`).join('');
  const cached = `<cachedir>${path.join(folder, 'fonts-cache')}</cachedir>`;
  fs.writeFileSync(
    path.join(partial, 'fonts', 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${fonts}${cached}</fontconfig>`,
  );
}
