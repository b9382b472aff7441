import type { ByteSource } from '../../../base/bytes';
import { latin1 } from '../../../base/text';
import { decodeUtf8 } from '../../../base/utf8';
import { corrupt } from './pickleError';

const WINDOW_BYTES = 1 << 16;
const LONGEST_LINE = 10_000;
/** Protocol 0 writes arrays as text. */
const LONGEST_TEXT = 1 << 24;

/** The bytes of one pickle or several, read in order. Nothing is read, or set aside, beyond what is there. */
export class PickleInput {
  private window = new Uint8Array(0);
  private windowStart = 0;
  /** Where the current frame ends (PEP 3154): no operation may lie across it. */
  private frameEnd: number | undefined;

  constructor(
    private readonly source: ByteSource,
    /** Of the next byte, in the source. */
    public position = 0,
    private readonly end = source.size,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.end;
  }

  /** The next operation's code. */
  opcode(): number {
    if (this.frameEnd === this.position) this.frameEnd = undefined;
    return this.byte();
  }

  byte(): number {
    this.need(1);
    const index = this.position - this.windowStart;
    if (index < 0 || index >= this.window.length) this.load(1);
    return this.window[this.position++ - this.windowStart]!;
  }

  /** A copy of the next bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    this.need(length);
    const index = this.position - this.windowStart;
    if (length > WINDOW_BYTES) {
      const bytes = this.source.read(this.position, length).slice();
      this.position += length;
      return bytes;
    }
    if (index < 0 || index + length > this.window.length) this.load(length);
    const at = this.position - this.windowStart;
    this.position += length;
    return this.window.slice(at, at + length);
  }

  uint16(): number {
    return this.byte() + this.byte() * 256;
  }

  uint32(): number {
    return this.uint16() + this.uint16() * 65536;
  }

  /** A length of eight bytes; one that no file has is told as missing bytes. */
  length(): number {
    const length = this.uint64();
    this.need(length);
    return length;
  }

  /** A number of eight bytes that may be more than there are. */
  uint64(): number {
    return this.uint32() + this.uint32() * 2 ** 32;
  }

  /** Goes past bytes that somebody else reads; they must be there. */
  skip(length: number): void {
    this.need(length);
    this.position += length;
  }

  float64(): number {
    const bytes = this.bytes(8);
    return new DataView(bytes.buffer).getFloat64(0, false);
  }

  utf8(length: number): string {
    const text = decodeUtf8(this.bytes(length));
    if (text === undefined) throw corrupt(`the text before byte ${this.position} is not UTF-8`);
    return text;
  }

  /** Text up to the end of the line, which is taken as well. */
  line(): string {
    const text = decodeUtf8(this.lineBytes(LONGEST_LINE));
    if (text === undefined) throw corrupt(`the line before byte ${this.position} is not UTF-8`);
    return text;
  }

  /** Such text of which each byte is a character. */
  latin1Line(): string {
    return latin1(this.lineBytes(LONGEST_TEXT));
  }

  private lineBytes(longest: number): Uint8Array<ArrayBuffer> {
    let length = 0;
    for (let found = -1; found < 0;) {
      const from = this.position + length;
      const part = this.source.read(from, Math.max(0, Math.min(WINDOW_BYTES, this.end - from)));
      found = part.indexOf(0x0a);
      length += found < 0 ? part.length : found;
      if (length > longest || (found < 0 && part.length === 0))
        throw corrupt(`the line from byte ${this.position} on does not end`);
    }
    const line = this.bytes(length);
    this.byte();
    return line;
  }

  beginFrame(length: number): void {
    if (this.frameEnd !== undefined) throw corrupt(`a frame begins within another at byte ${this.position}`);
    if (length > 0) this.frameEnd = this.position + length;
  }

  /** To be called after the last operation: a frame that goes on is cut. */
  endPickle(): void {
    if (this.frameEnd !== undefined && this.frameEnd !== this.position) throw corrupt('its last frame is not full');
    this.frameEnd = undefined;
  }

  private need(length: number): void {
    if (!(this.position + length <= this.end))
      throw corrupt(`it ends at byte ${this.end}, where ${length} bytes from byte ${this.position} on are needed`);
    if (this.frameEnd !== undefined && this.position + length > this.frameEnd)
      throw corrupt(`an operation lies across the end of a frame at byte ${this.frameEnd}`);
  }

  private load(length: number): void {
    this.windowStart = this.position;
    this.window = this.source.read(this.position, Math.min(Math.max(length, WINDOW_BYTES), this.end - this.position));
  }
}
