import { formatCount } from '../numbers';
import { Inflate } from 'fflate';
import type { ByteSource } from '../bytes';
import { Fault } from '../fault';
import type { ByteStream } from '../byteStream';
import { crc32 } from './crc32';
import { quoted } from '../text';
import type { ZipEntry } from './zip';

/** So few that even the densest DEFLATE (1032:1) inflates them to 8 MiB at a time, for which twice that is asked. */
const COMPRESSED_BYTES = 8 * 2 ** 10;

/** The content of an entry, inflated as it is taken: never more than a few MiB beyond what was asked for. */
export function streamOfEntry(source: ByteSource, entry: ZipEntry): ByteStream {
  const corrupt = (what: string, cause?: unknown) =>
    new Fault('corrupt', `The archive is damaged: ${quoted(entry.name)} ${what}.`, {
      hint: 'Write or copy the file again.',
      source: source.name,
      cause,
    });
  const next = entry.method === 'stored' ? storedBytes(source, entry) : inflatedBytes(source, entry, corrupt);
  let pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let checksum = 0;
  let taken = 0;
  return {
    name: source.name,
    size: entry.size,
    take(length) {
      if (length > entry.size - taken)
        throw corrupt(
          `ends early: ${formatCount(length)} bytes were expected at ${taken} of ${formatCount(entry.size)}`,
        );
      taken += length;
      if (length <= pending.length) {
        const bytes = pending.subarray(0, length);
        pending = pending.subarray(length);
        return bytes;
      }
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        if (pending.length === 0) {
          const more = next();
          if (!more) throw corrupt('ends early');
          checksum = crc32(more, checksum);
          pending = more;
        }
        const part = pending.subarray(0, length - filled);
        bytes.set(part, filled);
        filled += part.length;
        pending = pending.subarray(part.length);
      }
      return bytes;
    },
    finish() {
      let more = pending.length > 0 ? pending : next();
      while (more && more.length === 0) more = next();
      if (more) throw corrupt('is longer than its size');
      if (checksum !== entry.crc) throw corrupt('does not match its checksum');
    },
  };
}

type NextBytes = () => Uint8Array<ArrayBuffer> | undefined;

function storedBytes(source: ByteSource, entry: ZipEntry): NextBytes {
  let at = 0;
  return () => {
    if (at === entry.size) return undefined;
    const length = Math.min(2 ** 20, entry.size - at);
    at += length;
    return source.read(entry.offset + at - length, length);
  };
}

function inflatedBytes(
  source: ByteSource,
  entry: ZipEntry,
  corrupt: (what: string, cause?: unknown) => Fault,
): NextBytes {
  const ready: Uint8Array<ArrayBuffer>[] = [];
  let produced = 0;
  let ended = false;
  const inflate = new Inflate((chunk, final) => {
    produced += chunk.length;
    ended = final;
    if (chunk.length > 0) ready.push(chunk);
  });
  let at = 0;
  return () => {
    while (ready.length === 0 && !ended && at < entry.compressedSize) {
      const length = Math.min(COMPRESSED_BYTES, entry.compressedSize - at);
      at += length;
      try {
        inflate.push(source.read(entry.offset + at - length, length).slice(), at === entry.compressedSize);
      } catch (cause) {
        if (cause instanceof Fault) throw cause;
        throw corrupt('cannot be inflated', cause);
      }
      if (produced > entry.size) throw corrupt('is longer than its size');
    }
    return ready.shift();
  };
}
