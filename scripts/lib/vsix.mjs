// The packaged extension, one file a platform.
import fs from 'node:fs';
import path from 'node:path';
import { out, root } from './folders.mjs';
import { ensureBuilt, newestChange } from './install.mjs';
import { withLock } from './lock.mjs';
import { packagedReadme } from './packagedReadme.mjs';
import { run } from './processes.mjs';

/** `universal` runs everywhere on WebAssembly alone; the others carry the native runtime of their platform. */
export const targets = /** @type {const} */ ([
  'linux-x64',
  'linux-arm64',
  'win32-x64',
  'win32-arm64',
  'darwin-arm64',
  'universal',
]);

/** @typedef {(typeof targets)[number]} Target */

/**
 * The target that this machine runs.
 * @returns {Target}
 */
export function hostTarget() {
  return targets.find(target => target === `${process.platform}-${process.arch}`) ?? 'universal';
}

/** @param {Target} target */
export function vsixFile(target) {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return path.join(out, `${name}-${version}-${target}.vsix`);
}

/**
 * The VSIX for this machine, made where it is missing or older than what it holds; `NEURAL_TOPOLOGY_VSIX` names one that was
 * made elsewhere, to test a release.
 * @returns {Promise<string>}
 */
export async function ensureVsix() {
  if (process.env.NEURAL_TOPOLOGY_VSIX) return path.resolve(process.env.NEURAL_TOPOLOGY_VSIX);
  const file = vsixFile(hostTarget());
  await ensureBuilt();
  return withLock(path.join(out, '.vsix.lock'), async () => {
    const made = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const held = [
      'dist/cli.js',
      'package.json',
      'media',
      'samples',
      '.vscodeignore',
      'README.md',
      'CHANGELOG.md',
      'docs',
    ];
    const manifests = fs.readdirSync(root).filter(name => /^package\.nls.*\.json$/.test(name));
    const fresh = [...held, ...manifests].every(name => newestChange(path.join(root, name)) < made);
    if (!fresh) await pack(hostTarget(), file);
    return file;
  });
}

/**
 * The VSIX of a target. dist/ is that target's afterwards.
 * @param {Target} target
 */
export async function makeVsix(target) {
  const file = vsixFile(target);
  await pack(target, file);
  return file;
}

/**
 * @param {Target} target
 * @param {string} file
 */
async function pack(target, file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // Written beside and renamed, so that a reader never sees half a file.
  const partial = `${file}.partial`;
  const forTarget = target === 'universal' ? [] : ['--target', target];
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const readme = 'dist/README.md';
  fs.mkdirSync(path.join(root, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(root, readme), packagedReadme(fs.readFileSync(path.join(root, 'README.md'), 'utf8')));
  const alone = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  const parameters = [vsce, 'package', ...alone, '--readme-path', readme, '--out', partial, ...forTarget];
  // vsce runs the script vscode:prepublish, which builds.
  const env = { ...process.env, BUILD_TARGET: target };
  const { code, output } = await run(process.execPath, parameters, { env, capture: true, limitSeconds: 150 });
  if (code !== 0) throw new Error(`vsce package failed:\n${output}`);
  fs.renameSync(partial, file);
}
