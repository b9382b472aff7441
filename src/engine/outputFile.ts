import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/fault';

/**
 * Refuses, before any work is done, a file that could not be written: `exists` unless `force`, `not-found` for a missing folder.
 */
export function checkOutput(file: string, force: boolean): void {
  const folder = path.dirname(path.resolve(file));
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Fault('not-found', `There is no folder to write ${file} into.`, {
      hint: 'Make the folder first.',
      source: file,
    });
  const there = fs.statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory() === true)
    throw new Fault('exists', `${file} is a folder.`, { hint: 'Name a file in it.', source: file });
  if (there !== undefined && !force)
    throw new Fault('exists', `${file} is there already.`, {
      hint: 'Choose another name, or overwrite it with --force.',
      source: file,
    });
}

/** Writes a file so that it is whole or not there: under a temporary name, synced, then renamed. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.part`);
  const descriptor = fs.openSync(temporary, 'wx');
  try {
    try {
      fs.writeFileSync(descriptor, content);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
