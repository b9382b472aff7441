import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';

/** Wire types of protocol buffers (encoding guide, "Message Structure"); groups (3, 4) are refused. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const WINDOW_BYTES = 1 << 16;

/**
 * Random access to a file's bytes through one window, so that walking the structure of a large file reads the few
 * bytes between tensors and never the tensors.
 */
export class Window {
  private bytes: Uint8Array = new Uint8Array(0);
  private start = 0;

  constructor(
    readonly source: ByteSource,
    /** What the file is, at the beginning of a sentence about it. */
    readonly what = 'The ONNX file',
  ) {}

  byte(offset: number): number {
    const index = offset - this.start;
    if (index >= 0 && index < this.bytes.length) return this.bytes[index]!;
    this.load(offset);
    return this.bytes[0]!;
  }

  /** A view that is good until the next call. */
  view(offset: number, length: number): Uint8Array {
    const index = offset - this.start;
    if (index >= 0 && index + length <= this.bytes.length) return this.bytes.subarray(index, index + length);
    if (length > WINDOW_BYTES) return this.source.read(offset, length);
    this.load(offset);
    return this.bytes.subarray(0, length);
  }

  private load(offset: number): void {
    this.bytes = this.source.read(offset, Math.min(WINDOW_BYTES, this.source.size - offset));
    this.start = offset;
    if (this.bytes.length === 0)
      throw damaged(this.source, `it ends at byte ${this.source.size} in the middle of a field`, this.what);
  }
}

export function damaged(source: ByteSource, what: string, file = 'The ONNX file'): Fault {
  return new Fault('corrupt', `${file} is damaged: ${what}.`, {
    hint: 'Copy or export the model again.',
    source: source.name,
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf8Lenient = new TextDecoder('utf-8');

/**
 * Walks the fields of one message in place. `next()` moves to the next field; then `field`, `type` and either the
 * number or the range [start, end) of its payload are known. Every length is checked against the message that holds it.
 */
export class Message {
  field = 0;
  type = VARINT;
  /** Of a BYTES field: its payload in the file. */
  start = 0;
  end = 0;
  private low = 0;
  private high = 0;
  private position: number;

  constructor(
    readonly window: Window,
    readonly from: number,
    readonly to: number,
    /** How many messages this one is inside of. */
    readonly depth = 0,
  ) {
    this.position = from;
  }

  next(): boolean {
    if (this.position >= this.to) return false;
    this.varint();
    const tag = this.low;
    if (this.high !== 0 || tag >>> 3 === 0) throw this.damaged(`there is no field at byte ${this.position}`);
    this.field = tag >>> 3;
    this.type = tag & 7;
    switch (this.type) {
      case VARINT:
        this.varint();
        break;
      case FIXED64:
        this.skip(8);
        break;
      case BYTES:
        this.varint();
        if (this.high !== 0) throw this.damaged(`the field at byte ${this.position} is longer than the file`);
        this.skip(this.low);
        break;
      case FIXED32:
        this.skip(4);
        break;
      default:
        throw this.damaged(`the field at byte ${this.position} has an unknown wire type`);
    }
    return true;
  }

  /** First byte after the current field. */
  get after(): number {
    return this.position;
  }

  /** As an int64; beyond ±2⁵³ to the nearest double. */
  get integer(): number {
    this.expect(VARINT);
    return (this.high | 0) * 0x1_0000_0000 + this.low;
  }

  /** As an enumeration: protocol buffers keep the low 32 bits. */
  get enumeration(): number {
    this.expect(VARINT);
    return this.low | 0;
  }

  get float(): number {
    this.expect(FIXED32);
    const bytes = this.window.view(this.start, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  /** A name: text that must be UTF-8. */
  get text(): string {
    this.expect(BYTES);
    try {
      return utf8.decode(this.window.view(this.start, this.end - this.start));
    } catch {
      throw this.damaged(`the name at byte ${this.start} is not UTF-8 text`);
    }
  }

  /** Text to be shown, of at most `limit` bytes; what is not UTF-8 is replaced. */
  prose(limit: number): string {
    this.expect(BYTES);
    return utf8Lenient.decode(this.window.view(this.start, Math.min(limit, this.end - this.start)));
  }

  message(): Message {
    this.expect(BYTES);
    // The limit of protocol buffers' own parsers: no runtime reads deeper ones.
    if (this.depth >= 100) throw this.damaged('its messages are nested more than 100 deep');
    return new Message(this.window, this.start, this.end, this.depth + 1);
  }

  /** The integers of a repeated field that may be packed. */
  *integers(): Generator<number> {
    if (this.type === VARINT) {
      yield this.integer;
      return;
    }
    this.expect(BYTES);
    const packed = new Message(this.window, this.start, this.end, this.depth);
    while (packed.position < packed.to) {
      packed.varint();
      yield (packed.high | 0) * 0x1_0000_0000 + packed.low;
    }
  }

  damaged(what: string): Fault {
    return damaged(this.window.source, what, this.window.what);
  }

  private expect(type: number): void {
    if (this.type !== type) throw this.damaged(`field ${this.field} at byte ${this.position} has the wrong wire type`);
  }

  private skip(length: number): void {
    this.start = this.position;
    this.end = this.start + length;
    if (this.end > this.to) {
      throw this.damaged(
        `a field at byte ${this.start} needs ${formatCount(length)} bytes, but ${formatCount(Math.max(0, this.to - this.start))} are left`,
      );
    }
    this.position = this.end;
  }

  /** Reads a varint of at most ten bytes into low and high (unsigned and signed 32 bits). */
  private varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.to) throw this.damaged(`it ends at byte ${this.position} in the middle of a number`);
      const byte = this.window.byte(this.position++);
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.damaged(`the number before byte ${this.position} is longer than ten bytes`);
  }
}
