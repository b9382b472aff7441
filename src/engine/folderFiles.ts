import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { FolderEntry, FolderSource } from '../base/folder';
import { naturalOrder } from '../base/naturalOrder';
import { FileSource } from './files';

const MOST_FILES = 2_000_000;
const DEEPEST = 16;

/** A folder whose files are one piece of data. No link is followed, neither to files nor to folders: what is read lies in the folder itself. */
export class FolderFiles implements FolderSource {
  readonly entries: readonly FolderEntry[];
  readonly passedOver: number;
  /** Device and inode: the same for every name of one folder. */
  readonly identity: string;
  private readonly stamps: ReadonlyMap<string, string>;

  private constructor(
    readonly name: string,
    readonly path: string,
  ) {
    const found = listFiles(path, name);
    this.entries = found.entries;
    this.passedOver = found.passedOver;
    this.stamps = found.stamps;
    const { dev, ino } = fs.statSync(path, { bigint: true });
    this.identity = `${dev}:${ino}`;
  }

  /** `undefined` where `folder` is none. `name` is how messages call it. Throws `not-found` where it cannot be listed, `too-large`. */
  static open(folder: string, name = folder): FolderFiles | undefined {
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
    return new FolderFiles(name, folder);
  }

  read(entry: FolderEntry, length = entry.size): Uint8Array<ArrayBuffer> {
    const source = FileSource.open(path.join(this.path, ...entry.path.split('/')), entry.path, { followLinks: false });
    try {
      if (source.stamp !== this.stamps.get(entry.path)) throw changed(entry.path, this.name);
      return source.read(0, Math.min(length, entry.size));
    } finally {
      source.dispose();
    }
  }

  /** sha256 over the names and contents of all files, in order, in hexadecimal; remembered as long as none of them changes. */
  contentHash(cancellation?: Cancellation): string {
    const key = `${path.resolve(this.path)}\0${[...this.stamps].map(([name, stamp]) => `${name}\0${stamp}`).join('\0')}`;
    if (remembered?.key === key) return remembered.digest;
    const hash = createHash('sha256');
    for (const entry of this.entries) {
      cancellation?.throwIfCancelled();
      const content = createHash('sha256').update(this.read(entry)).digest('hex');
      hash.update(`${entry.path}\0${content}\0`);
    }
    const digest = hash.digest('hex');
    remembered = { key, digest };
    return digest;
  }
}

let remembered: { readonly key: string; readonly digest: string } | undefined;

function listFiles(folder: string, name: string) {
  const entries: FolderEntry[] = [];
  const stamps = new Map<string, string>();
  let passedOver = 0;
  const enter = (relative: string, depth: number): void => {
    for (const item of listed(path.join(folder, relative), name)) {
      const inner = relative === '' ? item.name : `${relative}/${item.name}`;
      if (item.isDirectory() && depth < DEEPEST) enter(inner, depth + 1);
      else if (item.isFile()) {
        const stat = fs.lstatSync(path.join(folder, inner), { bigint: true, throwIfNoEntry: false });
        if (stat === undefined) continue;
        entries.push({ path: inner, size: Number(stat.size) });
        stamps.set(inner, `${stat.size}:${stat.mtimeNs}`);
      } else passedOver++;
      if (entries.length > MOST_FILES)
        throw new Fault('too-large', `There are more than ${MOST_FILES} files in the folder.`, { source: name });
    }
  };
  enter('', 0);
  entries.sort((a, b) => naturalOrder(a.path, b.path));
  return { entries, passedOver, stamps: new Map(entries.map(entry => [entry.path, stamps.get(entry.path)!])) };
}

function listed(folder: string, name: string): readonly fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new Fault('not-found', `The folder ${folder} cannot be listed.`, {
      hint: 'Check who may read it.',
      source: name,
      cause,
    });
  }
}

function changed(file: string, source: string): Fault {
  return new Fault('corrupt', `The file ${file} changed while the folder was being read.`, {
    hint: 'Wait until whoever writes it has finished, then try again.',
    source,
  });
}
