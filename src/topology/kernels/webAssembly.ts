/** The few parts of WebAssembly that the kernels use: the language's own library has no types for it, only browsers' and Node's do. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

interface WebAssemblyApi {
  readonly Memory: new (size: { initial: number }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: KernelMemory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

declare const WebAssembly: WebAssemblyApi;

const PAGE_BYTES = 65536;

/** The most that 32-bit addresses reach. */
export const MAX_KERNEL_BYTES = 65535 * PAGE_BYTES;

const modules = new Map<Uint8Array, object>();

/** An instance of a kernel with memory of its own; its exports are taken to be what `kernels/*.as` declares. */
export function instantiateKernel<Exports>(
  bytes: Uint8Array,
  memoryBytes: number,
): { memory: KernelMemory; exports: Exports } {
  let module = modules.get(bytes);
  if (module === undefined) {
    module = new WebAssembly.Module(bytes);
    modules.set(bytes, module);
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, exports: exports as Exports };
}
