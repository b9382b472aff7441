import fs from 'node:fs';
import path from 'node:path';
import type { ByteSource, Siblings } from '../base/bytes';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { ModelChanges } from '../models/changes';
import { writeModel } from '../models/formats';
import { checkOutput, writeAllWhole, type FileContent } from './outputFile';

const STEP_BYTES = 4 * 2 ** 20;

/** A model that is read, from a file or from memory. */
export interface ModelSource {
  readonly source: ByteSource & { readonly path?: string };
  readonly siblings: Siblings & { readonly sources?: readonly { readonly path: string }[] };
}

export interface WriteOptions {
  /** Whether what is there may be overwritten, the model itself among it. */
  readonly force?: boolean;
  readonly cancellation?: Cancellation;
}

/**
 * Writes a model with some of it changed, in its own format, beside its files of weights where it has such; what was not changed is copied byte for
 * byte. A file of weights keeps its name where that is free, and is called after `out` where it is not. Gives the files that were written, `out` last.
 *
 * All files appear whole and together, or none does. Throws `exists`, `not-found` for a missing folder, `cancelled`, and what `writeModel` throws.
 */
export function writeModelFile(
  { source, siblings }: ModelSource,
  changes: ModelChanges,
  out: string,
  { force = false, cancellation }: WriteOptions = {},
): readonly string[] {
  checkOutput(out, force);
  const folder = path.dirname(path.resolve(out));
  const overItself = source.path !== undefined && sameFile(out, source.path);
  const taken = new Set<string>();
  const besideName = (name: string): string => {
    const stem = path.basename(out).replace(/\.[^.]*$/, '');
    const base = path.basename(name);
    const free = (candidate: string) =>
      !taken.has(candidate) && candidate !== path.basename(out) && !fs.existsSync(path.join(folder, candidate));
    let own = `${stem}.${base}`;
    for (let count = 2; taken.has(own); count++) own = `${stem}.${count}.${base}`;
    const chosen = overItself || free(name) ? name : own;
    if (chosen === own && !free(own)) {
      const file = path.join(path.dirname(out), own);
      if (siblings.sources?.some(sibling => sameFile(file, sibling.path)) === true)
        throw new Fault('exists', `${file} is a file of the model that is read.`, {
          hint: 'Choose another name.',
          source: out,
        });
      checkOutput(file, force);
    }
    taken.add(chosen);
    return chosen;
  };
  const { content, beside } = writeModel(source, siblings, changes, besideName);
  const files: (readonly [string, ByteSource])[] = [...beside].map(([name, part]) => [
    path.join(path.dirname(out), name),
    part,
  ]);
  files.push([out, content]);
  for (const [file] of files) fs.mkdirSync(path.dirname(file), { recursive: true });
  writeAllWhole(files.map(([file, part]) => [file, streamed(part, cancellation)] as const));
  return files.map(([file]) => file);
}

/** Bytes that are read and written a part at a time. */
function streamed(content: ByteSource, cancellation: Cancellation | undefined): FileContent {
  return descriptor => {
    for (let at = 0; at < content.size; at += STEP_BYTES) {
      cancellation?.throwIfCancelled();
      const bytes = content.read(at, Math.min(STEP_BYTES, content.size - at));
      for (let done = 0; done < bytes.length;) done += fs.writeSync(descriptor, bytes, done);
    }
  };
}

function sameFile(file: string, other: string): boolean {
  const [one, two] = [file, other].map(name => fs.statSync(name, { bigint: true, throwIfNoEntry: false }));
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}
