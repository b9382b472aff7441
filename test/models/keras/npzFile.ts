import { unzipSync } from 'fflate';
import { kerasFile } from './kerasFiles';

export interface ReferenceArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Arrays of float32 of an .npz beside the models, written by TensorFlow's own forward pass. */
export function referencesOf(name: string): ReadonlyMap<string, ReferenceArray> {
  const found = new Map<string, ReferenceArray>();
  for (const [entry, bytes] of Object.entries(unzipSync(kerasFile(name)))) {
    const start = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
    const header = Buffer.from(bytes.subarray(10, start)).toString('latin1');
    if (!header.includes("'<f4'") || header.includes("'fortran_order': True")) throw new Error(`${entry}: ${header}`);
    const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
      .split(',')
      .filter(text => text.trim() !== '')
      .map(Number);
    found.set(entry.replace(/\.npy$/, ''), { shape, values: new Float32Array(bytes.slice(start).buffer) });
  }
  return found;
}
