import type { Random } from '../../src/base/random';
import { pick, spliced, type Bytes } from './target';

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];
const WIDTHS = [1, 2, 4, 8];
const NUMBERS = [0n, 1n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** One edit of [from, to) that knows nothing of the format: a bit, an extreme byte or number, a part cut, doubled, or taken from another file. */
export function editBytes(content: Bytes, random: Random, other: Bytes, from = 0, to = content.length): Bytes {
  const at = from + random.integer(Math.max(1, to - from));
  const change = (put: (bytes: Bytes) => void) => {
    const bytes = content.slice();
    put(bytes);
    return bytes;
  };
  switch (random.integer(8)) {
    case 0:
      return change(bytes => {
        if (at < bytes.length) bytes[at]! ^= 1 << random.integer(8);
      });
    case 1:
      return change(bytes => {
        bytes.fill(pick(random, EXTREMES), at, at + pick(random, WIDTHS));
      });
    case 2:
      return change(bytes => {
        if (at + 8 <= bytes.length) new DataView(bytes.buffer).setBigUint64(at, pick(random, NUMBERS), true);
      });
    case 3:
      return change(bytes => {
        if (at + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(at, random.integer(2 ** 16), true);
      });
    case 4:
      return content.slice(0, at);
    case 5:
      return spliced(content, at, Math.min(content.length, at + 1 + random.integer(16)), new Uint8Array(0));
    case 6: {
      const end = Math.min(content.length, at + 1 + random.integer(32));
      return spliced(content, end, end, content.slice(at, end));
    }
    default: {
      const start = random.integer(Math.max(1, other.length));
      return spliced(content, at, at, other.slice(start, start + 1 + random.integer(64)));
    }
  }
}
