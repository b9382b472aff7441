import fs from 'node:fs';
import path from 'node:path';
import { MemorySource, type ByteSource } from '../../src/base/bytes';

export { zipBytes, type ArchiveOptions, type EntryOptions } from '../base/archive/zipBytes';
export { bytesSource, faultOf } from '../base/faults';

export const fixtures = path.join(import.meta.dirname, '..', 'fixtures', 'data');

export function fixture(...names: readonly string[]): ByteSource {
  const file = path.join(fixtures, ...names);
  return new MemorySource(names.at(-1)!, new Uint8Array(fs.readFileSync(file)));
}

export function textSource(text: string, name = 'table.csv'): ByteSource {
  return new MemorySource(name, new TextEncoder().encode(text));
}

/** An .npy with any header text, well formed or not. */
export function npyBytes(header: string, data: Uint8Array, version = 1): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header + '\n');
  const lengthBytes = version === 1 ? 2 : 4;
  const bytes = new Uint8Array(8 + lengthBytes + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  for (let i = 0; i < lengthBytes; i++) bytes[8 + i] = (text.length >>> (8 * i)) & 0xff;
  bytes.set(text, 8 + lengthBytes);
  bytes.set(data, 8 + lengthBytes + text.length);
  return bytes;
}

export function npyHeader(descr: string, shape: readonly number[], fortran = false): string {
  const sizes = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  return `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${sizes}), }`;
}
