import type { Random } from '../../src/base/random';

export type Bytes = Uint8Array<ArrayBuffer>;

/** A reader of untrusted files, with files of its format and ways to damage them that know the format. */
export interface FuzzTarget {
  readonly name: string;
  /** Whole files that use every part of the format, so that mutations reach every part of the reader. All of them open. */
  corpus(): readonly Bytes[];
  /** One edit. `other` is another file of the corpus. */
  mutate(content: Bytes, random: Random, other: Bytes): Bytes;
  /** Reads as far as the reader goes, values included. Anything but a Fault that it throws is a defect. */
  read(content: Bytes): void;
}

/** Joins parts into one array. */
export function joined(...parts: readonly Uint8Array[]): Bytes {
  return concatenated(parts);
}

/** The same for more parts than a call takes arguments. */
export function concatenated(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** `content` with bytes [from, to) replaced. */
export function spliced(content: Bytes, from: number, to: number, put: Uint8Array): Bytes {
  return joined(content.subarray(0, from), put, content.subarray(to));
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

export function pick<T>(random: Random, of: readonly T[]): T {
  return of[random.integer(of.length)]!;
}
