import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { elementBlocks, readElements, type ReadArray } from './arrayElements';
import type { ByteStream } from '../base/byteStream';
import { readNpyHeader } from './npyHeader';

/** The text of an array of strings, in C order. */
export interface ReadStrings {
  readonly shape: readonly number[];
  readonly strings: readonly string[];
}

/** A string of numpy is padded to the longest: a text beyond this is no name of a class. */
const LONGEST_STRING_BYTES = 2 ** 16;

/** Reads an .npy of real numbers, as `readElements` does. Faults as of `readNpyHeader`, and `too-large`. */
export function readNpy(stream: ByteStream, where?: string, cancellation = Cancellation.never): ReadArray {
  const header = readNpyHeader(stream, where);
  if (header.type === 'str')
    throw new Fault('unsupported', `${where ?? 'The file'} holds text, and numbers are needed.`, {
      hint: 'Text can serve as labels.',
      source: stream.name,
    });
  return readElements(stream, header, where ?? 'The file', cancellation);
}

/** Reads an .npy of strings; numbers are left to `readNpy`, which must be given a fresh stream. */
export function readNpyStrings(
  stream: ByteStream,
  where?: string,
  cancellation = Cancellation.never,
): ReadStrings | undefined {
  const header = readNpyHeader(stream, where);
  if (header.stringKind === undefined) return undefined;
  const { itemSize, bigEndian, stringKind, elements, shape } = header;
  if (itemSize === 0)
    throw new Fault('empty', `${where ?? 'The file'} holds texts without a character.`, { source: stream.name });
  if (itemSize > LONGEST_STRING_BYTES || elements > 2 ** 26)
    throw new Fault(
      'too-large',
      `${where ?? 'The file'} holds texts of ${itemSize} bytes each, too long for names of classes.`,
      { source: stream.name },
    );
  if (shape.length > 1 && elements !== shape[0])
    throw new Fault(
      'shape-mismatch',
      `${where ?? 'The file'} has shape (${shape.join(', ')}); labels have one value a row.`,
      { source: stream.name },
    );
  const strings: string[] = [];
  for (const block of elementBlocks(stream, header)) {
    cancellation.throwIfCancelled();
    for (let at = 0; at < block.byteLength; at += itemSize)
      strings.push(decodeString(block.subarray(at, at + itemSize), stringKind, bigEndian, stream.name));
  }
  stream.finish();
  return { shape, strings };
}

function decodeString(bytes: Uint8Array, kind: 'U' | 'S', bigEndian: boolean, source: string): string {
  let text = '';
  if (kind === 'S') {
    for (const byte of bytes) text += String.fromCharCode(byte);
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 4) {
      const point = view.getUint32(at, !bigEndian);
      if (point > 0x10ffff) throw new Fault('corrupt', `The text holds ${point}, which is no character.`, { source });
      text += String.fromCodePoint(point);
    }
  }
  return text.replace(/\0+$/, '');
}
