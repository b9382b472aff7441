import { refuseExpansion } from '../../base/archive/expansion';
import { Fault } from '../../base/fault';
import type { ElementType } from '../../base/array';
import { formatCount } from '../../base/numbers';
import type { Attributes } from './attributes';
import { chunksOf, type Chunk } from './chunks';
import { damaged, UNDEFINED } from './cursor';
import { readDataspace, readDatatype, sizeOf, type Datatype } from './datatype';
import { checkFilters, readFilters, undoFilters, type Filter } from './filters';
import { readLayout, type Layout } from './layout';
import { MESSAGE, type HeaderMessage } from './objectHeader';
import type { Storage } from './storage';

/** An array in an HDF5 file; its values stay there until they are asked for. */
export class Hdf5Dataset {
  readonly shape: readonly number[];
  readonly size: number;
  private readonly stored: Datatype;
  private readonly layout: Layout;
  private readonly filters: readonly Filter[];
  private decoded: Uint8Array<ArrayBuffer> | undefined;

  /** Throws `corrupt`, and `unsafe` where the values lie in other files. */
  constructor(
    private readonly storage: Storage,
    /** From the root on. */
    readonly path: string,
    readonly attributes: Attributes,
    messages: readonly HeaderMessage[],
  ) {
    const find = (type: number) => messages.find(message => message.type === type);
    const [space, type, layout] = [find(MESSAGE.dataspace), find(MESSAGE.datatype), find(MESSAGE.layout)];
    if (find(MESSAGE.externalFiles) !== undefined) {
      throw new Fault('unsafe', `The values of the array ${path} lie in other files.`, {
        hint: 'Other files are not opened. Save the values in the HDF5 file itself.',
      });
    }
    if (space === undefined || type === undefined || layout === undefined) {
      throw damaged(`the array ${path} lacks its shape, type or place`);
    }
    this.shape = readDataspace(space.body) ?? [0];
    this.size = sizeOf(this.shape, `The array ${path}`);
    this.stored = type.shared ? { kind: 'other', size: 1, word: 'a named type' } : readDatatype(type.body);
    this.layout = readLayout(layout.body, this.shape.length, path);
    const filters = find(MESSAGE.filters);
    this.filters = filters === undefined ? [] : readFilters(filters.body);
  }

  /** numpy's name of the element type; `undefined` where elements are not numbers. */
  get type(): ElementType | undefined {
    if (this.stored.kind === 'number') return this.stored.type;
    // Keras notes it beside the bytes: neither HDF5 nor numpy has the type.
    return this.stored.size === 2 && this.attributes.text('dtype') === 'bfloat16' ? 'bfloat16' : undefined;
  }

  /**
   * Checks that the values are all there, and reads none. Throws `corrupt`; `too-large` where little data would expand to much;
   * `unsupported` for elements that are not numbers and for unknown compression.
   */
  check(): void {
    const { path, layout, stored } = this;
    if (this.type === undefined) {
      const word = stored.kind === 'other' ? stored.word : 'text';
      throw new Fault('unsupported', `The array ${path} holds ${word}, not numbers.`);
    }
    const bytes = this.size * stored.size;
    switch (layout.kind) {
      case 'compact':
        if (layout.bytes.length < bytes)
          throw damaged(
            `the array ${path} needs ${formatCount(bytes)} bytes and has ${formatCount(layout.bytes.length)}`,
          );
        break;
      case 'contiguous':
        if (layout.address === UNDEFINED) this.refuseEmpty(0, bytes);
        else this.storage.check(layout.address, bytes, `the array ${path} (${formatCount(bytes)} bytes)`);
        break;
      case 'growing':
        throw new Fault(
          'unsupported',
          `The array ${path} was made to grow (an extensible array), which is not read here.`,
          {
            hint: 'Save it with a fixed shape, or with h5py’s default settings.',
          },
        );
      case 'chunked': {
        checkFilters(this.filters, path);
        if (layout.chunk.some(length => length === 0)) throw damaged(`the chunks of the array ${path} are empty`);
        const chunk = layout.chunk.reduce((a, b) => a * b, stored.size);
        const chunks = this.chunks();
        const held = chunks.reduce((sum, part) => sum + part.size, 0);
        this.refuseEmpty(held, Math.max(bytes, chunks.length * chunk));
        break;
      }
    }
  }

  /** Elements [from, from + count) in C order, little-endian. Throws as `check` does. */
  bytes(from: number, count: number): Uint8Array<ArrayBuffer> {
    const { layout, stored, storage, path } = this;
    const width = stored.size;
    const start = from * width;
    const length = count * width;
    let bytes: Uint8Array<ArrayBuffer>;
    switch (layout.kind) {
      case 'compact':
        bytes = layout.bytes.subarray(start, start + length);
        break;
      case 'contiguous':
        bytes =
          layout.address === UNDEFINED
            ? new Uint8Array(length)
            : storage.bytes(layout.address + start, length, `the array ${path}`);
        break;
      case 'growing':
        bytes = new Uint8Array(0);
        break;
      case 'chunked':
        bytes = (this.decoded ??= this.assemble(layout)).subarray(start, start + length);
        break;
    }
    if (bytes.length !== length) throw damaged(`the array ${path} ends early`);
    return stored.kind === 'number' && stored.bigEndian && width > 1 ? swapped(bytes, width) : bytes;
  }

  /** Whether numbers are stored with their last byte first. */
  get bigEndian(): boolean {
    return this.stored.kind === 'number' && this.stored.bigEndian;
  }

  /** Bytes [from, to) of the file that hold the values, where they lie there in one piece as they are. */
  get range(): { readonly from: number; readonly to: number } | undefined {
    const { layout, storage } = this;
    if (layout.kind !== 'contiguous' || layout.address === UNDEFINED) return undefined;
    const from = storage.base + layout.address;
    return { from, to: from + this.size * this.stored.size };
  }

  private refuseEmpty(held: number, bytes: number): void {
    refuseExpansion(`The array ${this.path}`, held, bytes, this.storage.source.name);
  }

  private chunks(): readonly Chunk[] {
    if (this.layout.kind !== 'chunked') return [];
    return chunksOf(this.storage, this.layout, this.shape, this.stored.size, this.filters.length > 0);
  }

  /** All values, from all chunks; what is in none of them is zero. */
  private assemble({ chunk }: Extract<Layout, { kind: 'chunked' }>): Uint8Array<ArrayBuffer> {
    this.check();
    const { shape, storage, filters, path } = this;
    const width = this.stored.size;
    const out = new Uint8Array(this.size * width);
    const chunkBytes = chunk.reduce((a, b) => a * b, width);
    const last = shape.length - 1;
    for (const part of this.chunks()) {
      if (part.start.some((at, axis) => at >= shape[axis]! || at % chunk[axis]! !== 0)) continue;
      const raw = storage.bytes(part.address, part.size, `a chunk of the array ${path}`);
      const bytes = undoFilters(raw, filters, part.mask, chunkBytes, width, path);
      // Row by row along the last axis; chunks at the edges reach beyond the array.
      const extent = chunk.map((length, axis) => Math.min(length, shape[axis]! - part.start[axis]!));
      const run = (extent[last] ?? 1) * width;
      const index = extent.map(() => 0);
      for (;;) {
        let from = 0;
        let to = 0;
        for (let axis = 0; axis <= last; axis++) {
          from = from * chunk[axis]! + index[axis]!;
          to = to * shape[axis]! + part.start[axis]! + index[axis]!;
        }
        out.set(bytes.subarray(from * width, from * width + run), to * width);
        let axis = last - 1;
        while (axis >= 0 && ++index[axis]! === extent[axis]) index[axis--] = 0;
        if (axis < 0) break;
      }
    }
    return out;
  }
}

function swapped(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += width) {
    for (let i = 0; i < width; i++) out[at + i] = bytes[at + width - 1 - i]!;
  }
  return out;
}
