import { MemorySource, pastEnd, type ByteSource } from './bytes';

/** Bytes of its own, or a part of another source that stays there until it is read. */
export type Part = Uint8Array<ArrayBuffer> | { readonly of: ByteSource; readonly from: number; readonly to: number };

export function lengthOf(part: Part): number {
  return part instanceof Uint8Array ? part.length : part.to - part.from;
}

/** Bytes of all parts together. */
export function lengthOfAll(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + lengthOf(part), 0);
}

/**
 * A file made of parts of another and of new bytes, read like a file: how a model is written of which little was changed. Nothing is copied
 * before it is read.
 */
export class SplicedSource implements ByteSource {
  readonly size: number;
  private readonly sources: readonly { readonly start: number; readonly from: number; readonly of: ByteSource }[];

  constructor(
    readonly name: string,
    parts: readonly Part[],
  ) {
    let at = 0;
    this.sources = parts
      .filter(part => lengthOf(part) > 0)
      .map(part => {
        const start = at;
        at += lengthOf(part);
        return part instanceof Uint8Array
          ? { start, from: 0, of: new MemorySource(name, part) }
          : { start, from: part.from, of: part.of };
      });
    this.size = at;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) throw pastEnd(this, offset, length);
    const bytes = new Uint8Array(length);
    let at = this.indexAt(offset);
    for (let done = 0; done < length; at++) {
      const { start, from, of } = this.sources[at]!;
      const end = this.sources[at + 1]?.start ?? this.size;
      const count = Math.min(length - done, end - offset - done);
      bytes.set(of.read(from + offset + done - start, count), done);
      done += count;
    }
    return bytes;
  }

  /** Of the part that holds a byte. */
  private indexAt(offset: number): number {
    let low = 0;
    let high = this.sources.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.sources[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** A replaced range of a file; ranges of one file do not overlap. An empty range inserts. */
export interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly by: readonly Part[];
}

/** A file with some of its ranges replaced, in any order; what stands between them is kept. */
export function replaced(source: ByteSource, replacements: readonly Replacement[]): ByteSource {
  return replacements.length === 0 ? source : new SplicedSource(source.name, partsBetween(source, replacements));
}

/** The same as parts, of [from, to) of the file. */
export function partsBetween(
  source: ByteSource,
  replacements: readonly Replacement[],
  from = 0,
  to = source.size,
): readonly Part[] {
  const parts: Part[] = [];
  let at = from;
  for (const one of [...replacements].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (one.from < at) throw new Error(`two changes of ${source.name} overlap at byte ${one.from}`);
    parts.push({ of: source, from: at, to: one.from }, ...one.by);
    at = one.to;
  }
  if (at > to) throw new Error(`a change of ${source.name} reaches beyond byte ${to}`);
  parts.push({ of: source, from: at, to });
  return parts;
}
