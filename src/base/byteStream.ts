import { pastEnd, type ByteSource } from './bytes';

/** Bytes that come in order, once: a file, or an entry of an archive while it is inflated. */
export interface ByteStream {
  /** Of the file at fault, for messages. */
  readonly name: string;
  /** All there are, or as many as the archive says. */
  readonly size: number;
  /** The next `length` bytes, valid until the next call; throws `corrupt` past the end. */
  take(length: number): Uint8Array<ArrayBuffer>;
  /** To be called when all was taken: throws `corrupt` if the bytes do not add up to their checksum. */
  finish(): void;
}

/** `length` bytes of a file from `offset` on. */
export function streamOf(source: ByteSource, offset = 0, length = source.size - offset): ByteStream {
  let at = offset;
  return {
    name: source.name,
    size: length,
    take(count) {
      if (at + count > offset + length) throw pastEnd(source, at, count);
      const bytes = source.read(at, count);
      at += count;
      return bytes;
    },
    finish() {},
  };
}
