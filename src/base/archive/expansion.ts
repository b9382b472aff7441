import { formatBytes, formatCount } from '../numbers';
import { Fault } from '../fault';

/** How far a compressed file may expand: beyond this ratio only up to this many bytes. DEFLATE itself reaches 1032. */
const RATIO_LIMIT = 100;
const RATIO_FREE_BYTES = 4 * 2 ** 20;

/** Throws `too-large` for what says that it would expand too far, before anything is inflated. */
export function refuseExpansion(what: string, compressedSize: number, size: number, source: string): void {
  if (size > RATIO_FREE_BYTES && size > RATIO_LIMIT * compressedSize)
    throw new Fault(
      'too-large',
      `${what} would expand from ${formatBytes(compressedSize)} to ${formatBytes(size)}, more than ${formatCount(RATIO_LIMIT)} times.`,
      {
        hint: 'If you trust the file, save it uncompressed, as numpy.savez and torch.save do.',
        source,
      },
    );
}
