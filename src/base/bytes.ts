import { Fault } from './fault';
import { formatCount } from './numbers';

/**
 * Bytes that can be read in parts. Readers of formats see files through this alone: they never open a path, and what
 * a file may refer to beside itself is decided by whoever made the source.
 */
export interface ByteSource {
  /** As the user gave it: for messages only, never to be opened. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`, without holding on to them; throws `corrupt` past the end. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** A file's neighbours: what a format that spreads over several files may open. */
export interface Siblings {
  /**
   * Opens a file named by untrusted content, relative to the folder of the first. Throws `unsafe` for absolute paths, `..`,
   * symbolic links and hard links, `not-found` where there is none.
   */
  open(relativeName: string): ByteSource;
}

/** Bytes that are in memory already. */
export class MemorySource implements ByteSource {
  constructor(
    readonly name: string,
    private readonly bytes: Uint8Array<ArrayBuffer>,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.bytes.length)) throw pastEnd(this, offset, length);
    return this.bytes.subarray(offset, offset + length);
  }
}

/** The fault of a read past the end: for every implementation of ByteSource. */
export function pastEnd(source: ByteSource, offset: number, length: number): Fault {
  return new Fault(
    'corrupt',
    `The file ends early: ${formatCount(length)} bytes were expected at offset ${offset}, but it has ${formatCount(source.size)}.`,
    {
      hint: 'The file is truncated or damaged. Copy or export it again.',
      source: source.name,
    },
  );
}
