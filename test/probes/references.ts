import fs from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { MemorySource } from '../../src/base/bytes';
import type { Model } from '../../src/models/model';
import { openModel } from '../../src/models/formats';
import { FakeSiblings } from '../models/openBytes';

export const root = path.join(__dirname, '..', '..');
/** The project itself has both runtimes among its modules. */
export const runtime = { folder: root };
export const wasm = { folder: root, kind: 'wasm' } as const;

export interface ReferenceArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Arrays of float32 of an .npz, written by PyTorch's own forward pass. */
export function references(name: string): Readonly<Record<string, ReferenceArray>> {
  const entries = unzipSync(new Uint8Array(fs.readFileSync(path.join(root, 'test', 'fixtures', 'networks', name))));
  return Object.fromEntries(
    Object.entries(entries).map(([entry, bytes]) => {
      const start = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
      const header = Buffer.from(bytes.subarray(10, start)).toString('latin1');
      if (!header.includes("'<f4'")) throw new Error(`${entry} is not float32`);
      const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
        .split(',')
        .filter(text => text.trim() !== '')
        .map(Number);
      return [entry.replace(/\.npy$/, ''), { shape, values: new Float32Array(bytes.slice(start).buffer) }];
    }),
  );
}

export function openFile(...parts: string[]): Model {
  return openModel(
    new MemorySource(parts.join('/'), new Uint8Array(fs.readFileSync(path.join(root, ...parts)))),
    new FakeSiblings(),
  );
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!));
  return worst;
}
