import { Unsound } from './guards';

/**
 * Snappy's raw format (its format_description.txt): a length, then pieces, each of them bytes as they are or a copy of what came before. Gives exactly `size` bytes. Every step takes
 * bytes of the input and stays within the output, whatever the lengths say. Throws `Unsound`.
 */
export function uncompressSnappy(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const output = new Uint8Array(size);
  let at = 0;
  const byte = (): number => {
    if (at >= input.length) throw new Unsound('a page of it ends early');
    return input[at++]!;
  };
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let said = 0;
  for (let shift = 0; ; shift += 7) {
    const next = byte();
    said += (next & 127) * 2 ** shift;
    if (next < 128) break;
    if (shift >= 28) throw new Unsound('a page of it has no size');
  }
  if (said !== size) throw new Unsound('a page of it has two sizes');
  let filled = 0;
  while (at < input.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = 1 + (short < 60 ? short : number(short - 59));
      if (length > input.length - at || length > size - filled) throw new Unsound('a page of it ends early');
      output.set(input.subarray(at, at + length), filled);
      at += length;
      filled += length;
      continue;
    }
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? (tag >> 5) * 256 + byte() : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > filled || length > size - filled)
      throw new Unsound('a page of it copies what is not there');
    // What is copied may overlap what it is copied to: it repeats then.
    for (let i = 0; i < length; i++) output[filled + i] = output[filled + i - back]!;
    filled += length;
  }
  if (filled !== size) throw new Unsound('a page of it is not as long as it says');
  return output;
}
