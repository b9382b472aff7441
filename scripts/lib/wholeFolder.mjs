// A folder in the cache that is there whole or not at all.
import fs from 'node:fs';
import { withLock } from './lock.mjs';

/**
 * Fills a folder where it is not there yet: one process at a time, under a name beside, which it loses when it is whole.
 * @param {string} folder
 * @param {(partial: string) => Promise<void>} fill
 */
export async function ensureFolder(folder, fill) {
  if (fs.existsSync(folder)) return;
  await withLock(`${folder}.lock`, async () => {
    if (fs.existsSync(folder)) return;
    const partial = `${folder}.partial`;
    // Left by a run that was ended.
    fs.rmSync(partial, { recursive: true, force: true });
    fs.mkdirSync(partial, { recursive: true });
    try {
      await fill(partial);
      fs.renameSync(partial, folder);
    } finally {
      fs.rmSync(partial, { recursive: true, force: true });
    }
  });
}
