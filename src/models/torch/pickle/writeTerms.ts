import type { ByteSource } from '../../../base/bytes';
import { partsBetween, lengthOfAll, type Part, type Replacement } from '../../../base/splicedSource';
import { OP } from './opcodes';
import type { PickleFrame, PickleTerm, PickleTerms } from './pickleTerms';

type Bytes = Uint8Array<ArrayBuffer>;

/** Operations that push a whole number, as Python writes it: the shortest. */
export function integerOps(value: number): Bytes {
  if (value < 2 ** 8) return Uint8Array.of(OP.BININT1, value);
  if (value < 2 ** 16) return Uint8Array.of(OP.BININT2, value & 255, value >> 8);
  if (value < 2 ** 31) return numbered(OP.BININT, value, 4);
  // In two's complement: a leading zero bit says that it is positive.
  let length = 5;
  while (value >= 2 ** (8 * length - 1)) length++;
  const rest = numbered(0, value, length).subarray(1);
  return Uint8Array.of(OP.LONG1, length, ...rest);
}

export function tupleOps(values: readonly number[]): Bytes {
  const items = values.flatMap(value => [...integerOps(value)]);
  switch (values.length) {
    case 0:
      return Uint8Array.of(OP.EMPTY_TUPLE);
    case 1:
    case 2:
    case 3:
      return Uint8Array.of(...items, OP.TUPLE1 + values.length - 1);
    default:
      return Uint8Array.of(OP.MARK, ...items, OP.TUPLE);
  }
}

export function textOps(text: string): Bytes {
  const bytes = new TextEncoder().encode(text);
  return Uint8Array.of(...numbered(OP.BINUNICODE, bytes.length, 4), ...bytes);
}

/** Values that go, in [from, to) of a pickle, and the operations that stand there instead. */
export interface TermEdit {
  readonly from: number;
  readonly to: number;
  /** How many values are left out without others in their place. */
  readonly without: number;
  readonly by: Bytes;
}

/**
 * The same as bytes. A value that goes may be in the memo, where others recall it: the first of these makes it from then on. (To make the old value and to throw it away would be
 * simpler, but PyTorch's reader for weights alone knows no operation for that.) Where the memo counts its values, as from protocol 4 on, they are made and thrown away.
 */
export function withMemo(source: ByteSource, terms: PickleTerms, edits: readonly TermEdit[]): readonly Replacement[] {
  if (terms.counted)
    return edits.map(({ to, without, by }) => {
      const count = by.length > 0 ? 1 : without;
      return { from: to, to, by: [new Uint8Array(count).fill(OP.POP), by] };
    });
  const gone = (position: number) => edits.some(({ from, to }) => position >= from && position < to);
  const homes: { readonly from: number; readonly to: number }[] = [];
  const made = (term: PickleTerm): Part[] => {
    homes.push({ from: term.start, to: term.end });
    const parts: Part[] = [];
    let at = term.start;
    for (const inner of terms.recalls) {
      if (inner.start < at || inner.start >= term.end || !homeless(inner)) continue;
      parts.push({ of: source, from: at, to: inner.start }, ...made(inner.recalls!));
      at = inner.operationEnd;
    }
    return [...parts, { of: source, from: at, to: term.end }];
  };
  const homeless = ({ recalls }: PickleTerm) =>
    recalls !== undefined &&
    gone(recalls.start) &&
    !homes.some(({ from, to }) => recalls.start >= from && recalls.end <= to);
  const replacements: Replacement[] = edits.map(({ from, to, by }) => ({ from, to, by: [by] }));
  for (const term of terms.recalls)
    if (!gone(term.start) && homeless(term))
      replacements.push({ from: term.start, to: term.operationEnd, by: made(term.recalls!) });
  return replacements;
}

/** A pickle of a list of texts. */
export function listPickle(texts: readonly string[]): Bytes {
  const items = texts.flatMap(text => [...textOps(text)]);
  return Uint8Array.of(OP.PROTO, 2, OP.EMPTY_LIST, OP.MARK, ...items, OP.APPENDS, OP.STOP);
}

/** The pickle in [from, to) of a file with some of its values replaced; its frames are said to be as long as they are then. */
export function changedPickle(
  source: ByteSource,
  changes: readonly Replacement[],
  frames: readonly PickleFrame[],
  from: number,
  to: number,
): readonly Part[] {
  const lengths = frames.flatMap(({ lengthAt, start, end }): Replacement[] => {
    const grown = changes
      .filter(one => one.from >= start && one.to <= end)
      .reduce((sum, one) => sum + lengthOfAll(one.by) - (one.to - one.from), 0);
    if (grown === 0) return [];
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(end - start + grown), true);
    return [{ from: lengthAt, to: lengthAt + 8, by: [length] }];
  });
  return partsBetween(source, [...changes, ...lengths], from, to);
}

function numbered(op: number, value: number, width: number): Bytes {
  const bytes = new Uint8Array(1 + width);
  bytes[0] = op;
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256)) bytes[1 + i] = rest % 256;
  return bytes;
}
