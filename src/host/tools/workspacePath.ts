import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/fault';
import { isOfKind, type FileKind } from '../base/fileKinds';
import { joinReference, splitReference } from '../data/reference';
import { noFolder } from './toolFaults';

/**
 * The file that a chat means, as an absolute path (with its `#part`): one of the workspace, whatever links lie on the way, and of a kind that
 * is ours. Throws `unsafe` for any other file, `not-found`, `usage`.
 */
export function workspacePath(given: string, folders: readonly string[], kind: FileKind, what: string): string {
  const { file, part } = splitReference(given);
  if (folders.length === 0) throw noFolder();
  if (!isOfKind(file, kind))
    throw new Fault(
      'usage',
      `${JSON.stringify(file)} is no ${what}: its name must end in ${kind.extensions.join(', ')}.`,
    );
  const candidates = path.isAbsolute(file) ? [file] : folders.map(folder => path.join(folder, file));
  const inside = candidates.filter(candidate => folders.some(folder => isInside(folder, candidate)));
  if (inside.length === 0)
    throw new Fault('unsafe', `${JSON.stringify(file)} is not in the workspace: tools read nothing else.`);
  for (const candidate of inside) {
    const real = realPath(candidate);
    if (real === undefined) continue;
    if (!folders.some(folder => isInside(realPath(folder) ?? folder, real)))
      throw new Fault('unsafe', `${JSON.stringify(file)} leads out of the workspace: tools read nothing else.`);
    return joinReference({ file: candidate, part });
  }
  throw new Fault('not-found', `There is no file ${JSON.stringify(file)} in the workspace.`);
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !path.isAbsolute(relative) && relative.split(path.sep)[0] !== '..';
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
