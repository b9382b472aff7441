import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import type { ByteStream } from '../base/byteStream';
import { refuseExpansion } from '../base/archive/expansion';
import { streamOfEntry } from '../base/archive/zipEntry';

const FLAG_CHECKSUM = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const LONGEST_HEADER = 2 ** 17;

export function looksLikeGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * The content of a gzip file of one member (RFC 1952), inflated as it is taken. Throws `corrupt`; `too-large` where it would expand too far,
 * before anything is inflated.
 */
export function streamOfGzip(source: ByteSource): ByteStream {
  const corrupt = (what: string) =>
    new Fault('corrupt', `The gzip file is damaged: ${what}.`, {
      hint: 'Compress or copy it again.',
      source: source.name,
    });
  if (source.size < 18) throw corrupt('it ends early');
  const head = source.read(0, Math.min(source.size, LONGEST_HEADER));
  const flags = head[3]!;
  if (!looksLikeGzip(head) || flags & 0xe0) throw corrupt('it does not begin like one');
  let at = 10;
  if (flags & FLAG_EXTRA) at += 2 + (head[at] ?? 0) + 256 * (head[at + 1] ?? 0);
  for (const flag of [FLAG_NAME, FLAG_COMMENT])
    if (flags & flag) {
      const end = head.indexOf(0, at);
      if (end < 0) throw corrupt('its header does not end');
      at = end + 1;
    }
  if (flags & FLAG_CHECKSUM) at += 2;
  const compressedSize = source.size - 8 - at;
  if (compressedSize < 0) throw corrupt('it ends early');
  const trailer = source.read(source.size - 8, 8);
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
  const size = view.getUint32(4, true);
  refuseExpansion('The content', compressedSize, size, source.name);
  return streamOfEntry(source, {
    name: 'its content',
    method: 'deflated',
    crc: view.getUint32(0, true),
    compressedSize,
    size,
    offset: at,
  });
}
