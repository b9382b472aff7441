import { streamOfEntry } from '../../base/archive/zipEntry';
import { MemorySource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { type Cursor, textOf } from './cursor';

/** A step that chunks went through when they were written. */
export interface Filter {
  readonly id: number;
  readonly name: string;
}

export const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** Reads a filter pipeline message (HDF5 File Format Specification 3.0, IV.A.2.l). */
export function readFilters(at: Cursor): readonly Filter[] {
  const version = at.u8();
  const count = at.u8();
  if (version !== 1 && version !== 2) throw at.damaged('the steps of its compression are of an unknown version');
  if (version === 1) at.skip(6);
  return Array.from({ length: count }, () => {
    const id = at.u16();
    const nameLength = version === 1 || id >= 256 ? at.u16() : 0;
    at.skip(2);
    const values = at.u16();
    const name = textOf(at.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength));
    at.skip(4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
    return { id, name };
  });
}

/** Throws `unsupported` for steps that cannot be undone here. */
export function checkFilters(filters: readonly Filter[], dataset: string): void {
  const unknown = filters.find(({ id }) => id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER32);
  if (unknown === undefined) return;
  throw new Fault(
    'unsupported',
    `The array ${dataset} is compressed by ${unknown.name === '' ? `filter ${unknown.id}` : unknown.name}, which is not read here.`,
    { hint: 'Save it uncompressed, or with gzip.' },
  );
}

/**
 * The `size` bytes of a chunk, undoing its filters from the last to the first; bit k of `mask` says that filter k was left out.
 * Never inflates beyond `size`. Throws `corrupt`.
 */
export function undoFilters(
  bytes: Uint8Array<ArrayBuffer>,
  filters: readonly Filter[],
  mask: number,
  size: number,
  elementSize: number,
  dataset: string,
): Uint8Array<ArrayBuffer> {
  let current = bytes;
  for (let i = filters.length - 1; i >= 0; i--) {
    if ((mask >>> i) & 1) continue;
    switch (filters[i]!.id) {
      case DEFLATE:
        current = inflated(current, size, dataset);
        break;
      case SHUFFLE:
        current = unshuffled(current, elementSize);
        break;
      // A checksum at the end: of transfers, not of intent.
      case FLETCHER32:
        current = current.subarray(0, Math.max(0, current.length - 4));
        break;
    }
  }
  if (current.length < size) throw short(dataset);
  return current.subarray(0, size);
}

/** zlib's form of DEFLATE: two bytes before, a checksum of four after (RFC 1950). */
function inflated(bytes: Uint8Array<ArrayBuffer>, size: number, dataset: string): Uint8Array<ArrayBuffer> {
  if (bytes.length < 6) throw short(dataset);
  return streamOfEntry(new MemorySource(dataset, bytes), {
    name: dataset,
    method: 'deflated',
    crc: 0,
    compressedSize: bytes.length - 6,
    size,
    offset: 2,
  }).take(size);
}

/** Bytes were sorted by their place within elements. */
function unshuffled(bytes: Uint8Array<ArrayBuffer>, elementSize: number): Uint8Array<ArrayBuffer> {
  const count = Math.floor(bytes.length / elementSize);
  const out = bytes.slice();
  for (let place = 0; place < elementSize; place++) {
    for (let i = 0; i < count; i++) out[i * elementSize + place] = bytes[place * count + i]!;
  }
  return out;
}

function short(dataset: string): Fault {
  return new Fault(
    'corrupt',
    `The HDF5 file is damaged: a chunk of the array ${dataset} is shorter than it should be.`,
  );
}
