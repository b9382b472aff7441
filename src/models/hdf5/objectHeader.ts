import { type Cursor } from './cursor';
import type { Storage } from './storage';

/** Messages of object headers that are looked at (HDF5 File Format Specification 3.0, IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header. */
export interface HeaderMessage {
  readonly type: number;
  /** Its body is in another place, which it names. */
  readonly shared: boolean;
  readonly body: Cursor;
}

const MOST_BLOCKS = 10_000;
const MOST_MESSAGES = 100_000;

/** All messages of the object header at an address, of either version (IV.A.1). Throws `corrupt`, `too-large`. */
export function readObjectHeader(storage: Storage, address: number): HeaderMessage[] {
  const first = storage.structureUpTo(address, 4, 'an object header');
  return first.left === 4 && String.fromCharCode(...first.bytes) === 'OHDR'
    ? readVersion2(storage, address)
    : readVersion1(storage, address);
}

/** Where a header goes on. */
interface Block {
  readonly address: number;
  readonly length: number;
}

function readVersion1(storage: Storage, address: number): HeaderMessage[] {
  const prefix = storage.structure(address, 16, 'an object header');
  if (prefix.u8() !== 1) throw prefix.damaged('its version is unknown');
  prefix.skip(7);
  const length = prefix.u32();
  const messages: HeaderMessage[] = [];
  walk([{ address: address + 16, length }], block => {
    const at = storage.structure(block.address, block.length, 'an object header');
    const next: Block[] = [];
    while (at.left >= 8) {
      const type = at.u16();
      const size = at.u16();
      const flags = at.u8();
      at.skip(3);
      keep(messages, next, type, flags, at.part(size, 'a header message'));
    }
    return next;
  });
  return messages;
}

function readVersion2(storage: Storage, address: number): HeaderMessage[] {
  const prefix = storage.structureUpTo(address, 34, 'an object header');
  prefix.skip(4);
  if (prefix.u8() !== 2) throw prefix.damaged('its version is unknown');
  const flags = prefix.u8();
  if (flags & 0x20) prefix.skip(16);
  if (flags & 0x10) prefix.skip(4);
  const length = prefix.unsigned(1 << (flags & 3));
  const messages: HeaderMessage[] = [];
  const read = (at: Cursor): Block[] => {
    const next: Block[] = [];
    const headerSize = flags & 4 ? 6 : 4;
    // What is shorter than a message is a gap.
    while (at.left >= headerSize) {
      const type = at.u8();
      const size = at.u16();
      const messageFlags = at.u8();
      if (flags & 4) at.skip(2);
      keep(messages, next, type, messageFlags, at.part(size, 'a header message'));
    }
    return next;
  };
  const start = address + prefix.at;
  let first = true;
  walk([{ address: start, length }], block => {
    if (first) {
      first = false;
      return read(storage.structure(block.address, block.length, 'an object header'));
    }
    const at = storage.structure(block.address, block.length, 'the continuation of an object header');
    at.signature('OCHK');
    if (at.left < 4) throw at.damaged('it ends early');
    return read(at.part(at.left - 4));
  });
  return messages;
}

function keep(messages: HeaderMessage[], next: Block[], type: number, flags: number, body: Cursor): void {
  if (type === MESSAGE.continuation) next.push({ address: body.address(), length: body.length() });
  else if (type !== 0) messages.push({ type, shared: (flags & 2) !== 0, body });
  if (messages.length > MOST_MESSAGES) throw body.damaged('it has too many messages');
}

/** Visits blocks, each once, and those that they name. */
function walk(blocks: Block[], visit: (block: Block) => Block[]): void {
  const seen = new Set<number>();
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    if (seen.has(block.address) || seen.size > MOST_BLOCKS) continue;
    seen.add(block.address);
    blocks.push(...visit(block));
  }
}
