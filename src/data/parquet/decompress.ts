import { gunzipSync } from 'fflate';
import { decompress as decompressZstd } from 'fzstd';
import { Unsound } from './guards';
import { uncompressSnappy } from './snappy';

/** Codecs that pages are compressed with, and how exactly `size` bytes are had from them. */
export const CODECS: Readonly<Record<string, (bytes: Uint8Array, size: number) => Uint8Array>> = {
  UNCOMPRESSED: bytes => bytes,
  // Our own: that of hyparquet reads a length of 32 bits as a negative one, goes back, and does not end.
  SNAPPY: uncompressSnappy,
  GZIP: (bytes, size) => gunzipSync(bytes, { out: new Uint8Array(size) }),
  ZSTD(bytes, size) {
    const said = contentSize(bytes);
    if (said !== undefined && said !== size) throw new Unsound('a page of it has two sizes');
    return decompressZstd(bytes, new Uint8Array(size));
  },
};

/** The size that a Zstandard frame says its content has (RFC 8878, section 3.1.1.1). */
function contentSize(bytes: Uint8Array): number | undefined {
  const descriptor = bytes[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  if (flag === 0 && !single) return undefined;
  const length = flag === 0 ? 1 : 2 ** flag;
  const start = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  let size = flag === 1 ? 256 : 0;
  for (let i = 0; i < length; i++) size += (bytes[start + i] ?? 0) * 2 ** (8 * i);
  return size;
}
