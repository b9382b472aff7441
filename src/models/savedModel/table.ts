import { type ByteSource, MemorySource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';

const FOOTER_BYTES = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
const LARGEST_BYTES = 256 * 2 ** 20;
const MOST_ENTRIES = 1_000_000;

/** Where a block of a table is. */
interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * The entries of a sorted table in the format of LevelDB (table_format.md), which TensorFlow keeps indices of checkpoints in: blocks of keys
 * and values, an index of the blocks, a footer. Throws `corrupt`, `too-large`, `unsupported` for compressed blocks.
 */
export function* readTable(source: ByteSource): Generator<readonly [string, ByteSource]> {
  const damaged = (what: string) =>
    new Fault('corrupt', `The index of variables is damaged: ${what}.`, {
      hint: 'Copy the whole folder again.',
      source: source.name,
    });
  if (source.size > LARGEST_BYTES) {
    throw new Fault(
      'too-large',
      `The index of variables has ${formatBytes(source.size)}; at most ${formatBytes(LARGEST_BYTES)} are read.`,
      { source: source.name },
    );
  }
  if (source.size < FOOTER_BYTES) throw damaged('it ends early');
  const footer = source.read(source.size - FOOTER_BYTES, FOOTER_BYTES);
  if (!MAGIC.every((byte, i) => footer[FOOTER_BYTES - 8 + i] === byte)) throw damaged('it does not end like one');

  const varint = (bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } => {
    let value = 0;
    for (let i = 0; i < 8; i++) {
      const byte = bytes[from + i];
      if (byte === undefined) throw damaged('it ends in the middle of a number');
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return { value, next: from + i + 1 };
    }
    throw damaged('a number in it is impossibly large');
  };
  const handle = (bytes: Uint8Array, from: number): Handle & { readonly next: number } => {
    const offset = varint(bytes, from);
    const size = varint(bytes, offset.next);
    return { offset: offset.value, size: size.value, next: size.next };
  };
  const block = ({ offset, size }: Handle): Uint8Array<ArrayBuffer> => {
    if (!(offset + size + 5 <= source.size)) throw damaged('a block of it lies past its end');
    const bytes = source.read(offset, size + 1);
    if (bytes[size] !== 0)
      throw new Fault('unsupported', 'The index of variables is compressed, which is not read here.', {
        source: source.name,
      });
    return bytes.subarray(0, size);
  };
  /** Keys share their beginnings with those before; offsets of whole ones stand at the end. */
  function* entries(
    bytes: Uint8Array<ArrayBuffer>,
  ): Generator<readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]> {
    if (bytes.length < 4) throw damaged('a block of it is empty');
    const restarts = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(bytes.length - 4, true);
    const end = bytes.length - 4 - 4 * restarts;
    if (end < 0) throw damaged('a block of it is shorter than it says');
    let key: Uint8Array<ArrayBuffer> = new Uint8Array(0);
    for (let at = 0; at < end;) {
      const shared = varint(bytes, at);
      const own = varint(bytes, shared.next);
      const length = varint(bytes, own.next);
      const start = length.next + own.value;
      if (shared.value > key.length || start + length.value > end)
        throw damaged('an entry of it is longer than its block');
      const next = new Uint8Array(shared.value + own.value);
      next.set(key.subarray(0, shared.value));
      next.set(bytes.subarray(length.next, start), shared.value);
      key = next;
      yield [key, bytes.subarray(start, start + length.value)];
      at = start + length.value;
    }
  }

  const index = handle(footer, handle(footer, 0).next);
  let count = 0;
  const seen = new Set<number>();
  for (const [, place] of entries(block(index))) {
    const at = handle(place, 0);
    if (seen.has(at.offset)) throw damaged('it lists a block twice');
    seen.add(at.offset);
    for (const [key, value] of entries(block(at))) {
      if (++count > MOST_ENTRIES)
        throw new Fault('too-large', `The index of variables lists more than ${MOST_ENTRIES} of them.`, {
          source: source.name,
        });
      yield [new TextDecoder().decode(key), new MemorySource(source.name, value)];
    }
  }
}
