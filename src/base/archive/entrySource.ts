import { type ByteSource, MemorySource, pastEnd } from '../bytes';
import { Fault } from '../fault';
import { formatQuantity } from '../numbers';
import { quoted } from '../text';
import type { ZipEntry } from './zip';
import { streamOfEntry } from './zipEntry';

const STEP_BYTES = 1 << 20;

/** A part of a file that is read like a file. */
export class PartSource implements ByteSource {
  constructor(
    readonly name: string,
    private readonly whole: ByteSource,
    readonly from: number,
    readonly size: number,
  ) {}

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) throw pastEnd(this, offset, length);
    return this.whole.read(this.from + offset, length);
  }
}

/**
 * An entry of an archive as a file of its own, once its bytes are known to be those of its checksum: where it is stored it stays in the archive,
 * else it is inflated into memory. Throws `corrupt`.
 */
export function sourceOfEntry(source: ByteSource, entry: ZipEntry): ByteSource {
  if (entry.method === 'deflated') return new MemorySource(source.name, bytesOfEntry(source, entry));
  checkEntry(source, entry);
  return new PartSource(source.name, source, entry.offset, entry.size);
}

/** Throws `corrupt` unless an entry's bytes are those of its checksum; none is kept. */
export function checkEntry(source: ByteSource, entry: ZipEntry): void {
  const stream = streamOfEntry(source, entry);
  for (let left = entry.size; left > 0; left -= STEP_BYTES) stream.take(Math.min(STEP_BYTES, left));
  stream.finish();
}

/** A deflated entry is held whole: so much of any, and beyond that no more than three times the archive. */
const FREE_BYTES = 64 * 2 ** 20;

/**
 * The same, with nothing read before it is asked for. Throws `too-large` for a deflated entry that would not fit into memory, and `corrupt` when read.
 */
export function lazySourceOfEntry(archive: ByteSource, entry: ZipEntry): ByteSource {
  if (entry.method === 'deflated' && entry.size > Math.max(FREE_BYTES, 3 * archive.size))
    throw new Fault(
      'too-large',
      `${quoted(entry.name)} in the archive inflates to ${formatQuantity(entry.size, 'byte')}.`,
      {
        hint: 'Store it uncompressed, as torch.save does.',
        source: archive.name,
      },
    );
  let content: ByteSource | undefined;
  return {
    name: archive.name,
    size: entry.size,
    read: (offset, length) => (content ??= sourceOfEntry(archive, entry)).read(offset, length),
  };
}

/** All bytes of an entry. Throws `corrupt`. */
export function bytesOfEntry(source: ByteSource, entry: ZipEntry): Uint8Array<ArrayBuffer> {
  const stream = streamOfEntry(source, entry);
  const bytes = stream.take(entry.size);
  stream.finish();
  return bytes;
}
