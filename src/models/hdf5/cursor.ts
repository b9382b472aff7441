import { Fault } from '../../base/fault';

/** The fault of a file that breaks the format's rules. */
export function damaged(what: string, source?: string): Fault {
  return new Fault('corrupt', `The HDF5 file is damaged: ${what}.`, {
    hint: 'Copy or save the file again.',
    ...(source === undefined ? {} : { source }),
  });
}

/** "Undefined address" of the format: all bits set. */
export const UNDEFINED = -1;

/** Walks the fields of one structure of a file, all little-endian, and never beyond its end. */
export class Cursor {
  at = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    /** Widths of addresses and of lengths in this file: 2, 4 or 8. */
    readonly offsetSize: number,
    readonly lengthSize: number,
    /** What it is, for messages. */
    readonly what: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.step(1));
  }

  u16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  /** A number of `width` bytes that a double holds exactly. */
  unsigned(width: number): number {
    const from = this.step(width);
    let value = 0;
    for (let i = width - 1; i >= 0; i--) value = value * 256 + this.bytes[from + i]!;
    if (!Number.isSafeInteger(value)) throw this.damaged('a number in it is impossibly large');
    return value;
  }

  /** A length in bytes or elements. */
  length(): number {
    return this.unsigned(this.lengthSize);
  }

  /** An address in the file, or UNDEFINED. */
  address(): number {
    const from = this.step(this.offsetSize);
    if (this.bytes.subarray(from, this.at).every(byte => byte === 255)) return UNDEFINED;
    this.at = from;
    return this.unsigned(this.offsetSize);
  }

  take(count: number): Uint8Array<ArrayBuffer> {
    const from = this.step(count);
    return this.bytes.subarray(from, from + count);
  }

  skip(count: number): void {
    this.step(count);
  }

  /** The next `count` bytes as a structure of their own. */
  part(count: number, what = this.what): Cursor {
    return new Cursor(this.take(count), this.offsetSize, this.lengthSize, what);
  }

  /** Text of four letters that many structures begin with. */
  signature(expected: string): void {
    const found = String.fromCharCode(...this.take(4));
    if (found !== expected) throw this.damaged(`it should begin with ${expected}`);
  }

  damaged(why: string): Fault {
    return damaged(`${this.what}: ${why}`);
  }

  private step(count: number): number {
    const from = this.at;
    if (!(count >= 0 && from + count <= this.bytes.length)) throw this.damaged('it ends early');
    this.at = from + count;
    return from;
  }
}

/** Text up to the first zero byte; what is not UTF-8 is replaced. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
