export type RuntimeKind = 'native' | 'wasm';

/** Where the inference runtimes are, and which one to take. */
export interface RuntimeOptions {
  /** A folder whose node_modules hold the runtimes: dist/runtime, or the project itself. */
  readonly folder: string;
  /**
   * The native library unless it does not load, then WebAssembly. The environment variable
   * NEURAL_TOPOLOGY_RUNTIME (native or wasm) decides where this is undefined.
   */
  readonly kind?: RuntimeKind | undefined;
  /** Trusted folders in which @tensorflow/tfjs-node may be installed. */
  readonly acceleratorFolders?: readonly string[] | undefined;
}

/** The library that runs a network, as results name it. */
export interface RuntimeName {
  readonly kind: RuntimeKind;
  readonly name: string;
  readonly version: string;
}

export function kindFromEnvironment(): RuntimeKind | undefined {
  const said = process.env['NEURAL_TOPOLOGY_RUNTIME'];
  return said === 'native' || said === 'wasm' ? said : undefined;
}
