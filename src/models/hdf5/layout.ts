import { Fault } from '../../base/fault';
import type { Cursor } from './cursor';

/** How a dataset's bytes lie in the file (HDF5 File Format Specification 3.0, IV.A.2.i). */
export type Layout =
  | { readonly kind: 'compact'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'contiguous'; readonly address: number }
  | { readonly kind: 'chunked'; readonly chunk: readonly number[]; readonly index: ChunkIndex }
  /** Made to grow along an axis, with an index (an extensible array) that is not read here. */
  | { readonly kind: 'growing' };

/** Where the chunks of a dataset are found. */
export type ChunkIndex =
  | { readonly kind: 'tree'; readonly address: number }
  | { readonly kind: 'tree2'; readonly address: number }
  | { readonly kind: 'single'; readonly address: number; readonly size: number | undefined; readonly mask: number }
  | { readonly kind: 'implicit'; readonly address: number }
  | { readonly kind: 'fixed'; readonly address: number };

/** Throws `corrupt`, and `unsafe` where the bytes lie in other files. */
export function readLayout(at: Cursor, rank: number, dataset: string): Layout {
  const version = at.u8();
  if (version === 3 || version === 4) {
    const kind = at.u8();
    switch (kind) {
      case 0:
        return { kind: 'compact', bytes: at.take(at.u16()) };
      case 1:
        return { kind: 'contiguous', address: at.address() };
      case 2:
        return version === 3 ? chunkedVersion3(at, rank) : chunkedVersion4(at, rank);
      case 3:
        throw new Fault('unsafe', `The array ${dataset} is virtual: its values lie in other files.`, {
          hint: 'Other files are not opened. Save the values themselves.',
        });
    }
  }
  if (version === 1 || version === 2) {
    const axes = at.u8();
    const kind = at.u8();
    at.skip(5);
    const address = kind === 0 ? -1 : at.address();
    const sizes = Array.from({ length: axes }, () => at.u32());
    if (kind === 0) return { kind: 'compact', bytes: at.take(at.u32()) };
    if (kind === 1) return { kind: 'contiguous', address };
    if (kind === 2 && axes === rank + 1) {
      return { kind: 'chunked', chunk: sizes.slice(0, rank), index: { kind: 'tree', address } };
    }
  }
  throw at.damaged(`the layout of ${dataset} is unknown`);
}

function chunkedVersion3(at: Cursor, rank: number): Layout {
  // One axis more than the array has: the bytes of an element.
  if (at.u8() !== rank + 1) throw at.damaged('chunks have other axes than their array');
  const address = at.address();
  const chunk = Array.from({ length: rank }, () => at.u32());
  return { kind: 'chunked', chunk, index: { kind: 'tree', address } };
}

function chunkedVersion4(at: Cursor, rank: number): Layout {
  const flags = at.u8();
  if (at.u8() !== rank + 1) throw at.damaged('chunks have other axes than their array');
  const width = at.u8();
  if (width < 1 || width > 8) throw at.damaged('the sizes of chunks are unreadable');
  const chunk = Array.from({ length: rank }, () => at.unsigned(width));
  at.skip(width);
  const kind = at.u8();
  switch (kind) {
    case 1: {
      const filtered = (flags & 2) !== 0;
      const size = filtered ? at.length() : undefined;
      const mask = filtered ? at.u32() : 0;
      return { kind: 'chunked', chunk, index: { kind: 'single', address: at.address(), size, mask } };
    }
    case 2:
      return { kind: 'chunked', chunk, index: { kind: 'implicit', address: at.address() } };
    case 3:
      at.skip(1);
      return { kind: 'chunked', chunk, index: { kind: 'fixed', address: at.address() } };
    case 5:
      at.skip(6);
      return { kind: 'chunked', chunk, index: { kind: 'tree2', address: at.address() } };
    default:
      return { kind: 'growing' };
  }
}
