// What must be there before anything runs: the dependencies that package-lock.json names, and a build of the sources.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';
import { withLock } from './lock.mjs';
import { npm, run } from './processes.mjs';

const modules = path.join(root, 'node_modules');
const dist = path.join(root, 'dist');

/** Installs with `npm ci` where node_modules is missing or is not what package-lock.json says. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await withLock(path.join(root, 'out', '.install.lock'), async () => {
    if (isInstalled()) return;
    process.stderr.write('Installing the dependencies (npm ci), once ...\n');
    // onnxruntime-node would fetch GPU libraries from elsewhere; its CPU binaries are in the package itself.
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
    const { code, output } = await npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env, capture: true });
    if (code !== 0) {
      process.stderr.write(output);
      throw new Error(
        'npm ci failed: the dependencies come from the npm registry, which needs a network the first time.',
      );
    }
  });
}

/** Compares what npm recorded about node_modules when it last finished with what the lock file asks for. */
function isInstalled() {
  const wanted = readLock(path.join(root, 'package-lock.json'));
  const present = readLock(path.join(modules, '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Builds dist/ where it is missing or older than what it is made of. */
export async function ensureBuilt() {
  if (isBuilt()) return;
  await withLock(path.join(root, 'out', '.build.lock'), async () => {
    if (isBuilt()) return;
    process.stderr.write('Building ...\n');
    await build();
  });
}

/** Builds dist/ for this machine. */
export async function build() {
  const { code } = await run(process.execPath, [path.join(root, 'esbuild.mjs')]);
  if (code !== 0) throw new Error('The build failed; its messages are above.');
}

function isBuilt() {
  const made = ['extension.js', 'worker.js', 'short.js', 'helper.js', 'cli.js', 'webview', 'runtime'].map(name =>
    path.join(dist, name),
  );
  if (!made.every(file => fs.existsSync(file))) return false;
  // Another platform's build may be left by a packaging run that was interrupted.
  const binaries = path.join('onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch);
  const built = fs.existsSync(path.join(dist, 'runtime', 'node_modules', binaries));
  if (fs.existsSync(path.join(modules, binaries)) && !built) return false;
  const oldest = fs.statSync(path.join(dist, 'cli.js')).mtimeMs;
  const sources = ['src', 'webview', 'esbuild.mjs', 'package.json', 'package-lock.json'];
  return sources.every(name => newestChange(path.join(root, name)) <= oldest);
}

/**
 * When the newest file in a folder changed, in milliseconds since 1970.
 * @param {string} file
 * @returns {number}
 */
export function newestChange(file) {
  const status = fs.statSync(file, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  return fs.readdirSync(file).reduce((newest, name) => Math.max(newest, newestChange(path.join(file, name))), 0);
}
