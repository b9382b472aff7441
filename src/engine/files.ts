import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type ByteSource, pastEnd, type Siblings } from '../base/bytes';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { Disposable } from '../base/lifecycle';

const HASH_CHUNK_BYTES = 4 * 2 ** 20;

/**
 * A regular file, read where and when asked. It refuses what is no regular file, and what changes while it is being read: a reader
 * that has checked a header must find the rest as it was.
 */
export class FileSource implements ByteSource, Disposable {
  readonly size: number;
  private readonly descriptor: number;
  /** Device and inode: the same for every name of one file. */
  readonly identity: string;
  private readonly modified: bigint;
  private closed = false;

  private constructor(
    readonly name: string,
    readonly path: string,
    descriptor: number,
    stat: fs.BigIntStats,
  ) {
    this.descriptor = descriptor;
    this.size = Number(stat.size);
    this.modified = stat.mtimeNs;
    this.identity = `${stat.dev}:${stat.ino}`;
  }

  /**
   * Opens a file; `name` is how messages call it. Throws `not-found`, and `unsupported` for folders, pipes and devices. With `followLinks` false a
   * symbolic link is `unsafe`.
   */
  static open(filePath: string, name = filePath, { followLinks = true } = {}): FileSource {
    let descriptor: number;
    try {
      // Without O_NONBLOCK, opening a pipe would wait for whoever writes to it.
      const flags =
        fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0) | (followLinks ? 0 : (fs.constants.O_NOFOLLOW ?? 0));
      descriptor = fs.openSync(filePath, flags);
    } catch (error) {
      throw openFault(error, name);
    }
    try {
      const stat = fs.fstatSync(descriptor, { bigint: true });
      if (!stat.isFile()) throw notAFile(stat, name);
      return new FileSource(name, filePath, descriptor, stat);
    } catch (error) {
      fs.closeSync(descriptor);
      throw error;
    }
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.closed) throw new Error(`${this.name} was read after it had been closed`);
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) throw pastEnd(this, offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const got = fs.readSync(this.descriptor, bytes, done, length - done, offset + done);
      if (got === 0) throw this.changed();
      done += got;
    }
    const stat = fs.fstatSync(this.descriptor, { bigint: true });
    if (Number(stat.size) !== this.size || stat.mtimeNs !== this.modified) throw this.changed();
    return bytes;
  }

  /** What tells this content from that of another time, as far as the file system knows. */
  get stamp(): string {
    return `${this.size}:${this.modified}`;
  }

  dispose(): void {
    if (this.closed) return;
    this.closed = true;
    fs.closeSync(this.descriptor);
  }

  private changed(): Fault {
    return new Fault('corrupt', 'The file changed while it was being read.', {
      hint: 'Wait until whoever writes it has finished, then try again.',
      source: this.name,
    });
  }
}

/** The files beside a model. Whatever a name in the model says, nothing outside its folder is opened, through no kind of link. */
export class FileSiblings implements Siblings, Disposable {
  private readonly folder: string;
  private readonly opened: FileSource[] = [];

  constructor(modelPath: string) {
    this.folder = path.dirname(fs.realpathSync(modelPath));
  }

  /** Those that were opened, in order. */
  get sources(): readonly FileSource[] {
    return this.opened;
  }

  open(relativeName: string): ByteSource {
    const refuse = (why: string) =>
      new Fault('unsafe', `The model refers to the file ${JSON.stringify(relativeName)}, which ${why}.`, {
        hint: 'Only plain files in the model’s own folder are read. Export the model again with its data beside it.',
      });
    const parts = relativeName.split(/[/\\]/);
    if (path.isAbsolute(relativeName) || path.win32.isAbsolute(relativeName) || /^[a-z]:/i.test(relativeName))
      throw refuse('is an absolute path');
    if (relativeName === '' || relativeName.includes('\0')) throw refuse('is no name of a file');
    if (parts.includes('..')) throw refuse('lies outside the model’s folder');
    let current = this.folder;
    for (const part of parts) {
      if (part === '' || part === '.') continue;
      current = path.join(current, part);
      const stat = fs.lstatSync(current, { throwIfNoEntry: false });
      if (stat === undefined)
        throw new Fault(
          'not-found',
          `The model’s data is in the file ${JSON.stringify(relativeName)}, which is not there.`,
          {
            hint: 'Keep the model and its data files together.',
          },
        );
      if (stat.isSymbolicLink()) throw refuse('is reached through a symbolic link');
      if (stat.isFile() && stat.nlink > 1) throw refuse('is a hard link');
    }
    const source = FileSource.open(current, relativeName, { followLinks: false });
    this.opened.push(source);
    return source;
  }

  dispose(): void {
    for (const source of this.opened.splice(0)) source.dispose();
  }
}

const HASHES = new Map<string, string>();
const MOST_HASHES = 1000;

/** sha256 of a file's content, in hexadecimal; remembered by path, size and time of change. */
export function contentHash(source: FileSource, cancellation?: Cancellation): string {
  const key = `${path.resolve(source.path)}\0${source.stamp}`;
  const known = HASHES.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (let offset = 0; offset < source.size; offset += HASH_CHUNK_BYTES) {
    cancellation?.throwIfCancelled();
    hash.update(source.read(offset, Math.min(HASH_CHUNK_BYTES, source.size - offset)));
  }
  const digest = hash.digest('hex');
  if (HASHES.size >= MOST_HASHES) HASHES.clear();
  HASHES.set(key, digest);
  return digest;
}

/** Whether there is something that can be opened under this path. */
export function fileExists(filePath: string): boolean {
  return fs.existsSync(filePath);
}

function openFault(error: unknown, name: string): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Fault('not-found', `There is no file ${name}.`, { hint: 'Check the path.', source: name, cause: error });
  if (code === 'ELOOP') return new Fault('unsafe', `${name} is a symbolic link.`, { source: name, cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new Fault('not-found', `${name} cannot be read: permission is denied.`, {
      hint: 'Check who may read the file.',
      source: name,
      cause: error,
    });
  if (code === 'ENXIO')
    return new Fault('unsupported', `${name} is a pipe or a device, not a file.`, { source: name, cause: error });
  return new Fault(
    'not-found',
    `${name} cannot be opened (${typeof code === 'string' ? code : 'for an unknown reason'}).`,
    {
      source: name,
      cause: error,
    },
  );
}

function notAFile(stat: fs.BigIntStats, name: string): Fault {
  const what = stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a pipe' : stat.isSocket() ? 'a socket' : 'a device';
  return new Fault('unsupported', `${name} is ${what}, not a file.`, {
    hint: stat.isDirectory() ? 'Name a file in it.' : 'Write the content to a file first.',
    source: name,
  });
}
