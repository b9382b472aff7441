import type { Random } from '../../src/base/random';
import { ascii, joined, pick, spliced, type Bytes } from './target';

/** A field of a message of protocol buffers: where its tag begins, its content begins, and both end. */
interface Field {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Of the fields around it, outermost first, where their lengths stand. */
  readonly around: readonly Length[];
}

interface Length {
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

const DEEPEST = 10;
const NUMBERS = [0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 32n + 1n, 2n ** 53n, 2n ** 62n, 2n ** 64n - 1n];

/** Fields of a corpus's files are found once; those of a file that was edited before, anew. */
const known = new WeakMap<Bytes, readonly Field[]>();

function fieldsOf(content: Bytes): readonly Field[] {
  let found = known.get(content);
  if (found === undefined) {
    const fields: Field[] = [];
    collect(content, 0, content.length, [], fields);
    known.set(content, (found = fields));
  }
  return found;
}

/** Whether [from, to) is a message, whose fields, at all depths that parse as messages, are added. */
function collect(content: Bytes, from: number, to: number, around: readonly Length[], into: Field[]): boolean {
  const before = into.length;
  let at = from;
  while (at < to) {
    const tag = at;
    const afterKey = endOfNumber(content, at, to);
    const key = afterKey < 0 ? 0 : numberAt(content, at);
    let [start, end] = [afterKey, -1];
    if (key >= 8)
      switch (key & 7) {
        case 0:
          end = endOfNumber(content, start, to);
          break;
        case 1:
          end = start + 8;
          break;
        case 5:
          end = start + 4;
          break;
        case 2: {
          const afterLength = endOfNumber(content, start, to);
          if (afterLength < 0) break;
          end = afterLength + numberAt(content, start);
          if (end > to) break;
          const place = { at: start, start: afterLength, end };
          start = afterLength;
          if (around.length < DEEPEST && end > start) collect(content, start, end, [...around, place], into);
          break;
        }
      }
    if (end < 0 || end > to) {
      into.length = before;
      return false;
    }
    into.push({ tag, start, end, around });
    at = end;
  }
  return true;
}

/** Where a number of variable length ends; −1 where it does not. */
function endOfNumber(content: Bytes, from: number, to: number): number {
  for (let at = from; at < to && at < from + 10; at++) if (content[at]! < 128) return at + 1;
  return -1;
}

function numberAt(content: Bytes, from: number): number {
  let number = 0;
  let factor = 1;
  for (let at = from; ; at++) {
    const byte = content[at]!;
    number += (byte & 127) * factor;
    if (byte < 128) return number;
    factor *= 128;
  }
}

/** A number in the variable length of protocol buffers. */
function varint(value: bigint | number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/**
 * One edit of a message of protocol buffers. `words` mean something to the reader. Most edits that change a size set the lengths of the messages around it right,
 * so that they reach what lies within.
 */
export function editMessage(content: Bytes, random: Random, words: readonly string[]): Bytes {
  const fields = fieldsOf(content);
  if (fields.length === 0) return content.slice(0, random.integer(content.length + 1));
  const field = pick(random, fields);
  const put = (from: number, to: number, bytes: Uint8Array): Bytes =>
    random.integer(4) === 0
      ? spliced(content, from, to, bytes)
      : fitted(content, from, to, bytes, [...field.around, ...lengthOf(content, field, from)]);
  switch (random.integer(10)) {
    case 0: {
      const bytes = content.slice();
      if (field.start < bytes.length) bytes[field.start]! ^= 1 << random.integer(8);
      return bytes;
    }
    case 1:
      return put(field.start, field.end, varint(pick(random, NUMBERS)));
    case 2:
      return put(field.tag, field.end, new Uint8Array(0));
    case 3:
      return put(field.end, field.end, content.slice(field.tag, field.end));
    case 4: {
      const other = pick(random, fields);
      return put(field.start, field.end, content.slice(other.start, other.end));
    }
    case 5:
      return put(field.start, field.end, ascii(pick(random, words)));
    case 6: {
      // A text of the same length.
      const length = field.end - field.start;
      return spliced(content, field.start, field.end, ascii(pick(random, words).padEnd(length, 'z').slice(0, length)));
    }
    case 7:
      return content.slice(0, field.start + random.integer(1 + field.end - field.start));
    case 8: {
      // A number that is really a length says another.
      const place = lengthOf(content, field, field.start)[0];
      return place === undefined ? content : spliced(content, place.at, place.start, varint(pick(random, NUMBERS)));
    }
    default: {
      const bytes = content.slice();
      bytes[field.tag] = random.integer(256);
      return bytes;
    }
  }
}

/** Where the length of a field stands, if it has one and the edit is of its content. */
function lengthOf(content: Bytes, field: Field, from: number): Length[] {
  if (from !== field.start || (content[field.tag]! & 7) !== 2) return [];
  let at = field.tag;
  while (content[at]! > 127) at++;
  return [{ at: at + 1, start: field.start, end: field.end }];
}

/** `content` with bytes replaced and the lengths of all messages around them made right, the innermost first. */
function fitted(content: Bytes, from: number, to: number, put: Uint8Array, around: readonly Length[]): Bytes {
  let bytes: Uint8Array = put;
  let [start, end] = [from, to];
  for (const length of [...around].reverse()) {
    bytes = joined(content.subarray(length.start, start), bytes, content.subarray(end, length.end));
    bytes = joined(varint(bytes.length), bytes);
    start = length.at;
    end = length.end;
  }
  return spliced(content, start, end, bytes);
}
