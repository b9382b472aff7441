import type { Random } from '../../src/base/random';
import { editBytes } from './editBytes';
import { ascii, pick, spliced, type Bytes } from './target';

const NUMBERS = [0, 1, 4, 8, 9, 20, 30, 46, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];
const NAMES = ['../x', '/x', 'C:/x', 'a\\b', '\0', 'x/../../y', 'archive/data.pkl', ''];

/** Fields of the three records by what begins them: offset and width. */
const RECORDS: readonly (readonly [signature: number, fields: readonly (readonly [number, 2 | 4])[]])[] = [
  [0x04034b50, [[4, 2], [6, 2], [8, 2], [14, 4], [18, 4], [22, 4], [26, 2], [28, 2]]], // prettier-ignore
  [0x02014b50, [[6, 2], [8, 2], [10, 2], [16, 4], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [34, 2], [38, 4], [42, 4]]], // prettier-ignore
  [0x06054b50, [[4, 2], [6, 2], [8, 2], [10, 2], [12, 4], [16, 4], [20, 2]]], // prettier-ignore
];

/** One edit of an archive's own records: a field to an extreme or to another's value, a name, a record gone, twice or from the other file. */
export function editZip(content: Bytes, random: Random, other: Bytes): Bytes {
  const places = recordsOf(content);
  if (places.length === 0 || random.integer(8) === 0) return editBytes(content, random, other);
  const { at, fields, signature } = pick(random, places);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  switch (random.integer(6)) {
    case 0: {
      const name = ascii(pick(random, NAMES));
      const from = Math.min(content.length, at + (signature === 0x04034b50 ? 30 : 46));
      return spliced(content, from, Math.min(content.length, from + name.length), name);
    }
    case 1: {
      const next = pick(random, places);
      const [from, to] = [Math.min(at, next.at), Math.max(at, next.at)];
      return random.integer(2) === 0
        ? spliced(content, from, to, new Uint8Array(0))
        : spliced(content, to, to, content.slice(from, to));
    }
    default: {
      const [offset, width] = pick(random, fields);
      if (at + offset + width > content.length) return content.slice(0, at + offset);
      const bytes = content.slice();
      const target = new DataView(bytes.buffer);
      const [from, fromWidth] = pick(random, fields);
      const same = at + from + 4 <= content.length && fromWidth === width;
      const value =
        random.integer(3) === 0 && same ? view.getUint32(at + from, true) : pick(random, NUMBERS) + random.integer(2);
      if (width === 2) target.setUint16(at + offset, value, true);
      else target.setUint32(at + offset, value, true);
      return bytes;
    }
  }
}

function recordsOf(content: Bytes) {
  const found: {
    readonly at: number;
    readonly signature: number;
    readonly fields: readonly (readonly [number, 2 | 4])[];
  }[] = [];
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  for (let at = content.indexOf(0x50); at >= 0 && at + 4 <= content.length; at = content.indexOf(0x50, at + 1)) {
    const word = view.getUint32(at, true);
    for (const [signature, fields] of RECORDS) if (word === signature) found.push({ at, signature, fields });
  }
  return found;
}
