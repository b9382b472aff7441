/** The few parts of WebAssembly that the kernels use: the language's own library has no types for it, only browsers' and Node's do. */
export interface KernelMemory {
  /** Another one after the memory has grown. */
  readonly buffer: ArrayBuffer;
  /** Throws a RangeError where there is no room. */
  grow(pages: number): number;
}

/** A compiled kernel; threads can be sent it. */
export type KernelModule = object;

interface WebAssemblyApi {
  readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => KernelModule;
  readonly Instance: new (
    module: KernelModule,
    imports: { env: { memory: KernelMemory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

declare const WebAssembly: WebAssemblyApi;

export const PAGE_BYTES = 65536;
/** All that 32-bit addresses reach. */
const MOST_PAGES = 65536;

/** The most that a kernel's memory can be. */
export const MAX_KERNEL_BYTES = (MOST_PAGES - 1) * PAGE_BYTES;

const modules = { own: new Map<Uint8Array, KernelModule>(), shared: new Map<Uint8Array, KernelModule>() };

/** The module of a kernel, for memory of one thread or for memory that threads share. */
export function kernelModule(bytes: Uint8Array, shared: boolean): KernelModule {
  const known = shared ? modules.shared : modules.own;
  let module = known.get(bytes);
  if (module === undefined) {
    module = new WebAssembly.Module(shared ? bytes : forOneThread(bytes));
    known.set(bytes, module);
  }
  return module;
}

export function kernelMemory(bytes: number, shared: boolean): KernelMemory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES), maximum: MOST_PAGES, shared });
}

/** What a kernel exports is taken to be what `kernels/*.as` declares. */
export function kernelExports<Exports>(module: KernelModule, memory: KernelMemory): Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
}

/** An instance of a kernel with memory of its own. */
export function instantiateKernel<Exports>(
  bytes: Uint8Array,
  memoryBytes: number,
): { memory: KernelMemory; exports: Exports } {
  const memory = kernelMemory(memoryBytes, false);
  return { memory, exports: kernelExports<Exports>(kernelModule(bytes, false), memory) };
}

/** `memory`, with its length before it and the kind "memory" behind it, as the import section has it; limits follow. */
const MEMORY_IMPORT = [6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2];
const [SHARED_LIMITS, OWN_LIMITS] = [3, 1];

/** Kernels are compiled for shared memory, which browsers give to isolated pages alone. One byte says so. */
function forOneThread(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((_, start) => MEMORY_IMPORT.every((byte, i) => bytes[start + i] === byte));
  const flag = at + MEMORY_IMPORT.length;
  if (at < 0 || bytes[flag] !== SHARED_LIMITS) throw new Error('the kernel imports no shared memory');
  const own = Uint8Array.from(bytes);
  own[flag] = OWN_LIMITS;
  return own;
}
