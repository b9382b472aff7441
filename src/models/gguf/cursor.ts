import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { decodeUtf8 } from '../../base/utf8';

const WINDOW_BYTES = 1 << 16;

/** A fault of the format, with what to do about it. */
export function corrupt(source: ByteSource, what: string): Fault {
  return new Fault('corrupt', `The GGUF file is damaged: ${what}.`, {
    hint: 'Download or convert the file again.',
    source: source.name,
  });
}

/** Reads a header from front to back, a window at a time. Every length is checked against the bytes that are left before anything is taken. */
export class GgufCursor {
  /** Of the next byte. */
  at = 0;
  private window = new Uint8Array(0);
  private view = new DataView(this.window.buffer);
  private start = 0;

  constructor(
    readonly source: ByteSource,
    readonly littleEndian: boolean,
  ) {}

  get left(): number {
    return this.source.size - this.at;
  }

  u8(): number {
    const at = this.take(1);
    return this.view.getUint8(at);
  }

  u32(): number {
    const at = this.take(4);
    return this.view.getUint32(at, this.littleEndian);
  }

  /** A count or length of 64 bits that may be at most what is left when each thing counted takes `bytesEach`. */
  count(what: string, bytesEach: number): number {
    const at = this.take(8);
    const value = this.view.getBigUint64(at, this.littleEndian);
    if (value * BigInt(bytesEach) > BigInt(this.left))
      throw corrupt(
        this.source,
        `${what} are said to be ${value.toLocaleString('en')}, more than the ${formatCount(this.left)} bytes that are left could hold`,
      );
    return Number(value);
  }

  /** A number of 64 bits; `undefined` where it is above what is exact here. */
  u64(): number | undefined {
    const at = this.take(8);
    const value = Number(this.view.getBigUint64(at, this.littleEndian));
    return Number.isSafeInteger(value) ? value : undefined;
  }

  number(bytes: 1 | 2 | 4 | 8, read: (view: DataView, at: number, littleEndian: boolean) => number | bigint): string {
    const at = this.take(bytes);
    return String(read(this.view, at, this.littleEndian));
  }

  /** Text, of which at most `longest` bytes are read; where `whole` is set, longer text or text that is not UTF-8 is corrupt. */
  text(what: string, longest: number, whole: boolean): string {
    const length = this.count(`the bytes of ${what}`, 1);
    if (whole && length > longest) throw corrupt(this.source, `${what} takes ${formatCount(length)} bytes`);
    const bytes = this.source.read(this.at, Math.min(length, longest));
    this.at += length;
    const text = decodeUtf8(bytes);
    if (text !== undefined) return length > longest ? `${text}…` : text;
    if (whole) throw corrupt(this.source, `${what} is not UTF-8 text`);
    // Cut within a character, or bytes that are no text.
    return `${String.fromCharCode(...bytes.subarray(0, 200).map(byte => (byte < 0x80 ? byte : 0x3f)))}…`;
  }

  skip(bytes: number, what: string): void {
    if (bytes > this.left) throw corrupt(this.source, `${what} reaches past its end`);
    this.at += bytes;
  }

  /** Offset into the view of the next `length` bytes, which are then passed. */
  private take(length: number): number {
    if (this.left < length) throw corrupt(this.source, `it ends at byte ${this.source.size}, within its header`);
    if (this.at < this.start || this.at + length > this.start + this.window.length) {
      this.start = this.at;
      this.window = this.source.read(this.at, Math.min(WINDOW_BYTES, this.left));
      this.view = new DataView(this.window.buffer, this.window.byteOffset, this.window.length);
    }
    const offset = this.at - this.start;
    this.at += length;
    return offset;
  }
}
