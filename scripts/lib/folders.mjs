// Where things are: the repository, what it makes, and the cache that outlives a clone.
import os from 'node:os';
import path from 'node:path';

/** The repository's root. */
export const root = path.resolve(import.meta.dirname, '..', '..');

/** What runs write for people to look at; never committed. */
export const out = path.join(root, 'out');

/** Downloads that every clone shares: `NEURAL_TOPOLOGY_CACHE`, or the platform's cache folder. */
export const cache = process.env.NEURAL_TOPOLOGY_CACHE ?? path.join(platformCache(), 'neural-topology');

function platformCache() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  return path.join(os.homedir(), '.cache');
}

/**
 * A path as people read it: relative to the repository where it is inside.
 * @param {string} file
 */
export function shown(file) {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}
