import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Ort from 'onnxruntime-node';
import { Fault } from '../../base/fault';
import { kindFromEnvironment, type RuntimeKind, type RuntimeName, type RuntimeOptions } from '../runtime';

/** ONNX Runtime, loaded. Both packages have the same interface (onnxruntime-common). */
export interface OnnxRuntime extends RuntimeName {
  readonly api: typeof Ort;
}

const loaded = new Map<string, Promise<OnnxRuntime>>();

/**
 * Loads ONNX Runtime, once a thread. Kept out of the way until a network is really run: the native library takes 46 MB and
 * 50 ms. Throws `unsupported` where neither package loads.
 */
export function loadRuntime(options: RuntimeOptions): Promise<OnnxRuntime> {
  const kind = options.kind ?? kindFromEnvironment();
  const key = `${kind ?? 'any'} ${options.folder}`;
  let runtime = loaded.get(key);
  if (runtime === undefined) {
    runtime = load(options.folder, kind);
    loaded.set(key, runtime);
    runtime.catch(() => loaded.delete(key));
  }
  return runtime;
}

async function load(folder: string, kind: RuntimeKind | undefined): Promise<OnnxRuntime> {
  const require = createRequire(path.join(folder, 'package.json'));
  const reasons: string[] = [];
  for (const candidate of kind === undefined ? (['native', 'wasm'] as const) : [kind]) {
    try {
      return await (candidate === 'native' ? native(require) : wasm(require));
    } catch (error) {
      reasons.push(`${PACKAGES[candidate]}: ${error instanceof Error ? error.message.split('\n')[0]! : String(error)}`);
    }
  }
  throw new Fault('unsupported', `No inference runtime loads on this machine (${reasons.join('; ')}).`, {
    hint: 'Install the package for this platform, or the universal one, which holds the WebAssembly runtime.',
  });
}

const PACKAGES = { native: 'onnxruntime-node', wasm: 'onnxruntime-web' } as const;

function native(require: NodeJS.Require): Promise<OnnxRuntime> {
  const api = require(PACKAGES.native) as typeof Ort;
  return Promise.resolve({ kind: 'native', name: PACKAGES.native, version: api.env.versions.common, api });
}

function wasm(require: NodeJS.Require): Promise<OnnxRuntime> {
  const api = require(PACKAGES.wasm) as typeof Ort;
  // One thread: the threaded build starts workers of its own, and sums must not depend on their number.
  api.env.wasm.numThreads = 1;
  api.env.logLevel = 'fatal';
  return Promise.resolve({ kind: 'wasm', name: PACKAGES.wasm, version: api.env.versions.common, api });
}
