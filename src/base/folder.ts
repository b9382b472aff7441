/** A file below a folder. */
export interface FolderEntry {
  /** Relative to the folder, with `/` between its parts. */
  readonly path: string;
  readonly size: number;
}

/**
 * A folder whose files are one piece of data. Readers see it through this alone: which files there are is settled when it is opened, and no link of
 * any kind is among them.
 */
export interface FolderSource {
  /** As the user gave it: for messages only, never to be opened. */
  readonly name: string;
  /** Regular files at any depth, in natural order of their paths: the same on every machine. */
  readonly entries: readonly FolderEntry[];
  /** Symbolic links and things that are no files, which were passed over. */
  readonly passedOver: number;
  /** The first `length` bytes of a file, all of it without. Throws `corrupt` where the file is no longer what it was. */
  read(entry: FolderEntry, length?: number): Uint8Array<ArrayBuffer>;
}
