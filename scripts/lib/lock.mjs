// One at a time: two runs that start together install once.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process does so under the same lock. The lock of a process that died is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  while (!acquire(file)) await sleep(200);
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** @param {string} file */
function acquire(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  }
  if (isStale(file)) fs.rmSync(file, { force: true });
  return false;
}

/** @param {string} file */
function isStale(file) {
  try {
    const holder = Number(fs.readFileSync(file, 'utf8'));
    if (holder > 0) {
      process.kill(holder, 0);
      return false;
    }
    // Created but not yet written: its owner is between two system calls, unless it died there.
    return Date.now() - fs.statSync(file).mtimeMs > 5000;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}
