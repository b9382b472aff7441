import type { ByteSource } from '../../src/base/bytes';

/** A file of any size without its bytes: only `head` is there, the rest is zeros. It counts what is read. */
export class CountingSource implements ByteSource {
  readonly name = 'large';
  bytesRead = 0;

  constructor(
    private readonly head: Uint8Array,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) throw new Error('read past the end');
    this.bytesRead += length;
    const bytes = new Uint8Array(length);
    if (offset < this.head.length) bytes.set(this.head.subarray(offset, offset + length));
    return bytes;
  }
}
