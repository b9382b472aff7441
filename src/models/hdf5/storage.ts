import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { Cursor, damaged, UNDEFINED } from './cursor';

/** Structures (headers, nodes of trees, heaps) that are read of one file at most: no file of weights has so many. */
const MOST_STRUCTURES = 500_000;
/** Bytes of one structure. Attributes of whole configurations lie in heaps of a few MiB. */
const LARGEST_STRUCTURE = 256 * 2 ** 20;

/** A file's bytes by the format's addresses, with a budget for how much structure is looked at. */
export class Storage {
  private structures = 0;

  constructor(
    readonly source: ByteSource,
    /** Where address 0 is in the file: a user block may stand before. */
    readonly base: number,
    readonly offsetSize: number,
    readonly lengthSize: number,
  ) {}

  /** A structure of `length` bytes at an address. Throws `corrupt`, `too-large`. */
  structure(address: number, length: number, what: string): Cursor {
    if (++this.structures > MOST_STRUCTURES) {
      throw new Fault('too-large', `The HDF5 file has more than ${MOST_STRUCTURES} internal structures.`, {
        hint: 'Save the weights again, without the history of many edits.',
      });
    }
    if (length > LARGEST_STRUCTURE) throw damaged(`${what} is said to take ${formatCount(length)} bytes`);
    return new Cursor(this.bytes(address, length, what), this.offsetSize, this.lengthSize, what);
  }

  /** As much of a structure of at most `length` bytes as the file holds. */
  structureUpTo(address: number, length: number, what: string): Cursor {
    const left = this.source.size - this.base - address;
    return this.structure(address, Math.max(0, Math.min(length, left)), what);
  }

  /** Throws `corrupt` unless `length` bytes lie at the address. */
  check(address: number, length: number, what: string): void {
    if (address === UNDEFINED) throw damaged(`${what} is nowhere in the file`);
    if (!(this.base + address + length <= this.source.size)) {
      throw damaged(
        `${what} lies at byte ${this.base + address}, past the file's ${formatCount(this.source.size)} bytes`,
      );
    }
  }

  bytes(address: number, length: number, what: string): Uint8Array<ArrayBuffer> {
    this.check(address, length, what);
    return this.source.read(this.base + address, length);
  }
}
