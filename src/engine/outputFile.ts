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
  writeAllWhole([[file, descriptor => fs.writeFileSync(descriptor, content)]]);
}

/** What a file is filled with, through the descriptor that it is open by. */
export type FileContent = (descriptor: number) => void;

/**
 * The same for files that belong together: all are written under temporary names before the first is renamed, in the order given, so that what
 * is overwritten can be read until then and a failure leaves nothing behind.
 */
export function writeAllWhole(files: readonly (readonly [file: string, content: FileContent])[]): void {
  const written: { readonly file: string; readonly temporary: string }[] = [];
  try {
    for (const [file, content] of files) {
      const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.part`);
      const descriptor = fs.openSync(temporary, 'wx');
      written.push({ file, temporary });
      try {
        content(descriptor);
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
    }
    for (const { file, temporary } of written) fs.renameSync(temporary, file);
  } catch (error) {
    for (const { temporary } of written) fs.rmSync(temporary, { force: true });
    throw error;
  }
}
