import { Fault } from '../../base/fault';
import { visitTreeV1 } from './btreeV1';
import { visitTreeV2 } from './btreeV2';
import { type Cursor, damaged, textOf, UNDEFINED } from './cursor';
import { FractalHeap } from './fractalHeap';
import { MESSAGE, type HeaderMessage } from './objectHeader';
import type { Storage } from './storage';

/** What a name in a group stands for: an object at an address, or another path of the file. */
export type Link =
  { readonly kind: 'hard'; readonly address: number } | { readonly kind: 'soft'; readonly path: string };

const MOST_LINKS = 200_000;

/**
 * The links of a group, by name, in the file's order: from a symbol table (HDF5 File Format Specification 3.0, III.A–D), from link messages, or from
 * a heap of them (IV.A.2.c, g). `undefined` where the header is not that of a group. Throws `corrupt`, and `unsafe` for a link
 * into another file.
 */
export function readLinks(storage: Storage, messages: readonly HeaderMessage[]): ReadonlyMap<string, Link> | undefined {
  const links = new Map<string, Link>();
  let group = false;
  const add = (name: string, link: Link) => {
    if (links.has(name)) throw damaged(`a group holds ${JSON.stringify(name)} twice`);
    links.set(name, link);
    if (links.size > MOST_LINKS) throw damaged(`a group holds more than ${MOST_LINKS} links`);
  };
  for (const { type, body, shared } of messages) {
    if (shared) continue;
    switch (type) {
      case MESSAGE.symbolTable:
        group = true;
        readSymbolTable(storage, body.address(), body.address(), add);
        break;
      case MESSAGE.link:
        group = true;
        readLink(body, add);
        break;
      case MESSAGE.linkInfo: {
        group = true;
        body.skip(1);
        if (body.u8() & 1) body.skip(8);
        const heap = body.address();
        const tree = body.address();
        if (heap === UNDEFINED || tree === UNDEFINED) break;
        const objects = new FractalHeap(storage, heap);
        visitTreeV2(storage, tree, 5, record => {
          record.skip(4);
          readLink(objects.object(record.take(record.left)), add);
        });
        break;
      }
    }
  }
  return group ? links : undefined;
}

type Add = (name: string, link: Link) => void;

function readSymbolTable(storage: Storage, tree: number, heap: number, add: Add): void {
  const { offsetSize, lengthSize } = storage;
  const head = storage.structure(heap, 8 + 2 * lengthSize + offsetSize, 'the names of a group');
  head.signature('HEAP');
  head.skip(4);
  const size = head.length();
  head.skip(lengthSize);
  const names = storage.structure(head.address(), size, 'the names of a group').bytes;
  const nameAt = (offset: number): string => {
    const end = offset < names.length ? names.indexOf(0, offset) : -1;
    if (end < 0) throw damaged('a name lies outside the names of its group');
    return textOf(names.subarray(offset, end));
  };
  visitTreeV1(storage, tree, 0, lengthSize, (_, node) => {
    const prefix = storage.structure(node, 8, 'a part of a group');
    prefix.signature('SNOD');
    prefix.skip(2);
    const count = prefix.u16();
    const at = storage.structure(node + 8, count * (24 + 2 * offsetSize), 'a part of a group');
    for (let i = 0; i < count; i++) {
      const name = nameAt(at.unsigned(offsetSize));
      const address = at.address();
      const cacheType = at.u32();
      at.skip(4);
      const scratch = at.part(16);
      add(name, cacheType === 2 ? { kind: 'soft', path: nameAt(scratch.u32()) } : { kind: 'hard', address });
    }
  });
}

function readLink(at: Cursor, add: Add): void {
  if (at.u8() !== 1) throw at.damaged('a link is of an unknown version');
  const flags = at.u8();
  const type = flags & 8 ? at.u8() : 0;
  if (flags & 4) at.skip(8);
  if (flags & 16) at.skip(1);
  const name = textOf(at.take(at.unsigned(1 << (flags & 3))));
  switch (type) {
    case 0:
      add(name, { kind: 'hard', address: at.address() });
      break;
    case 1:
      add(name, { kind: 'soft', path: textOf(at.take(at.u16())) });
      break;
    default:
      throw new Fault('unsafe', `The HDF5 file’s entry ${JSON.stringify(name)} is a link into another file.`, {
        hint: 'Links out of the file are not followed. Save everything in one file.',
      });
  }
}
