import { Fault } from '../base/fault';
import { formatBytes } from '../base/numbers';

/** Zeros for `length` values, or `too-large` where the machine has no room for them. */
export function allocate<T>(
  kind: { new (length: number): T; readonly BYTES_PER_ELEMENT: number },
  length: number,
  source: string,
): T {
  try {
    return new kind(length);
  } catch (cause) {
    const bytes = length * kind.BYTES_PER_ELEMENT;
    throw new Fault('too-large', `The values need ${formatBytes(bytes)} of memory at once, which is not to be had.`, {
      hint: 'Use fewer rows or fewer columns.',
      source,
      cause,
    });
  }
}
