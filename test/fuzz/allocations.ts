/**
 * Counts the bytes that are asked for: by every buffer and typed array of a length that is made from now on. What a reader asks for and gives back at once
 * counts as well, which a look at the memory in use would miss.
 */
export const allocations = { asked: 0 };

type Constructor = new (...args: readonly unknown[]) => object;

const KINDS = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

let counting = false;

/** Replaces the constructors by ones that count; once is enough. To be called before anything is read. */
export function countAllocations(): void {
  if (counting) return;
  counting = true;
  for (const kind of KINDS) {
    const original = globalThis[kind] as unknown as Constructor & { readonly BYTES_PER_ELEMENT?: number };
    const width = original.BYTES_PER_ELEMENT ?? 1;
    const counted = function (...args: readonly unknown[]): object {
      const [length] = args;
      // A typed array over a buffer takes nothing; a copy of another array takes its length.
      const elements = typeof length === 'number' ? length : ArrayBuffer.isView(length) ? lengthOf(length) : 0;
      allocations.asked += elements * width;
      const made = new.target as unknown as Constructor | undefined;
      if (made === undefined || Object.is(made, counted)) return new original(...args);
      return Reflect.construct<readonly unknown[], object>(original, args, made);
    };
    Object.defineProperty(counted, 'prototype', { value: original.prototype });
    Object.setPrototypeOf(counted, original);
    Object.defineProperty(globalThis, kind, { value: counted, writable: true, configurable: true });
  }
}

function lengthOf(view: ArrayBufferView): number {
  return 'length' in view && typeof view.length === 'number' ? view.length : view.byteLength;
}
