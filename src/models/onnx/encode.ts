import { BYTES, FIXED32, VARINT } from '../wire';

export type Bytes = Uint8Array<ArrayBuffer>;

/** Protocol buffers written field by field; a message is a list of chunks, so that large values are not copied. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    return bytes;
  }
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
  return bytes;
}

/** A length-delimited field; nothing where there is no content. */
export function field(number: number, content: readonly Bytes[]): Bytes[] {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  if (content.length === 0) return [];
  return [Uint8Array.from([...varint(number * 8 + BYTES), ...varint(length)]), ...content];
}

export function integerField(number: number, value: number): Bytes[] {
  return [Uint8Array.from([...varint(number * 8 + VARINT), ...varint(value)])];
}

export function floatField(number: number, value: number): Bytes[] {
  return [Uint8Array.from(varint(number * 8 + FIXED32)), new Uint8Array(Float32Array.of(value).buffer)];
}

export function textField(number: number, text: string): Bytes[] {
  return field(number, [new TextEncoder().encode(text)]);
}

export function concatenated(chunks: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(chunks.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
