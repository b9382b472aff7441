// Child processes that never outlive their parent, and never run longer than they may.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';

const windows = process.platform === 'win32';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

// A process group of its own for every child: what the child starts ends with it. The terminal's Ctrl-C reaches only
// this process, which passes it on.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    void Promise.all([...running].map(child => stop(child))).then(() => process.exit(130));
  });
}
process.on('exit', () => running.forEach(child => signalGroup(child, 'SIGKILL')));

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/**
 * Ends a child and all that it started: politely, then not.
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} [graceMilliseconds]
 */
export async function stop(child, graceMilliseconds = 8000) {
  const ended =
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise(resolve => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMilliseconds);
  await ended;
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
  running.delete(child);
}

/**
 * Starts a child in a process group of its own.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, parameters, options = {}) {
  const child = spawn(command, parameters, { cwd: root, detached: !windows, ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 1 where a signal or the time limit ended it
 * @property {string} output what it wrote, where that was captured
 * @property {boolean} timedOut
 */

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} parameters
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean, limitSeconds?: number,
 *   onMessage?: (message: unknown) => void }} [options] `capture` keeps the output instead of showing it; `onMessage`
 *   opens a channel to a Node child
 * @returns {Promise<Outcome>}
 */
export function run(command, parameters, options = {}) {
  const { capture = false, limitSeconds, onMessage } = options;
  const stream = capture ? 'pipe' : 'inherit';
  const child = start(command, parameters, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    stdio: onMessage ? ['ignore', stream, stream, 'ipc'] : ['ignore', stream, stream],
  });
  let output = '';
  let timedOut = false;
  child.stdout?.on('data', chunk => (output += String(chunk)));
  child.stderr?.on('data', chunk => (output += String(chunk)));
  if (onMessage) child.on('message', onMessage);
  const timer =
    limitSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          void stop(child);
        }, limitSeconds * 1000);
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', code => {
      clearTimeout(timer);
      resolve({ code: timedOut ? 1 : (code ?? 1), output, timedOut });
    });
  });
}

/**
 * Runs npm: the one that runs this script, or the one that came with Node.
 * @param {readonly string[]} parameters
 * @param {Parameters<typeof run>[2]} [options]
 */
export function npm(parameters, options = {}) {
  const beside = path.dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = candidates.find(file => file && /npm-cli\.js$/.test(file) && fs.existsSync(file));
  return script ? run(process.execPath, [script, ...parameters], options) : run('npm', parameters, options);
}

/**
 * The file a command on PATH stands for, or undefined.
 * @param {string} name
 */
export function onPath(name) {
  const endings = windows ? ['.cmd', '.exe', '.bat'] : [''];
  for (const folder of (process.env.PATH ?? '').split(path.delimiter))
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      if (folder && fs.existsSync(file)) return file;
    }
  return undefined;
}
