import type { Random } from '../../src/base/random';
import { editBytes } from './editBytes';
import { concatenated, type Bytes } from './target';

/** The files of one model as one array, so that they are mutated together: a count, their lengths, their contents. */
export function bundled(...parts: readonly Bytes[]): Bytes {
  const lengths = new Uint32Array([parts.length, ...parts.map(part => part.length)]);
  return concatenated([new Uint8Array(lengths.buffer), ...parts]);
}

/** The files that `bundled` put together. */
export function partsOf(content: Bytes): Bytes[] {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const count = view.getUint32(0, true);
  let at = 4 + 4 * count;
  return Array.from({ length: count }, (_, i) => {
    const from = at;
    at += view.getUint32(4 + 4 * i, true);
    return content.slice(from, at);
  });
}

/** One edit of one of the files: mostly of the first, which says how the others are read. */
export function editBundle(
  content: Bytes,
  random: Random,
  other: Bytes,
  edits: readonly ((part: Bytes, random: Random, other: Bytes) => Bytes)[],
): Bytes {
  const parts = partsOf(content);
  const index = random.integer(3) > 0 ? 0 : random.integer(parts.length);
  const others = partsOf(other);
  const edit = edits[index] ?? editBytes;
  parts[index] = edit(parts[index]!, random, others[index] ?? others[0]!);
  return bundled(...parts);
}
