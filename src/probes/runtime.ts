export type RuntimeKind = 'native' | 'wasm';

/** Where the inference runtime is, and which one to take. */
export interface RuntimeOptions {
  /** A folder whose node_modules hold onnxruntime-node or onnxruntime-web: dist/runtime, or the project itself. */
  readonly folder: string;
  /**
   * The native library unless it does not load, then WebAssembly. The environment variable
   * NEURAL_TOPOLOGY_RUNTIME (native or wasm) decides where this is undefined.
   */
  readonly kind?: RuntimeKind | undefined;
}
