import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../base/fault';
import { kindFromEnvironment, type RuntimeName, type RuntimeOptions } from '../runtime';
import { einsum } from './einsum';
import type * as LibraryModule from './library';

export type Library = typeof LibraryModule;

/** TensorFlow.js with a backend that computes. */
export interface TfjsRuntime extends RuntimeName {
  readonly tf: Library;
}

const loaded = new Map<string, Promise<TfjsRuntime>>();

/**
 * Loads TensorFlow.js, once a thread: @tensorflow/tfjs-node where the user has it installed in a folder that is trusted, else the WebAssembly
 * backend, 1 MB of code that nothing else waits for. Throws `unsupported` where the backend's program is not in `options.folder`.
 */
export function loadLibrary(options: RuntimeOptions): Promise<TfjsRuntime> {
  const folders = (options.kind ?? kindFromEnvironment()) === 'wasm' ? [] : (options.acceleratorFolders ?? []);
  const key = JSON.stringify([options.folder, folders]);
  let runtime = loaded.get(key);
  if (runtime === undefined) {
    runtime = accelerated(folders).then(found => found ?? load(options.folder));
    loaded.set(key, runtime);
    runtime.catch(() => loaded.delete(key));
  }
  return runtime;
}

const ACCELERATOR = '@tensorflow/tfjs-node';

/** TensorFlow's own library, through the package for Node; undefined where no folder has it, or where it does not load here. */
async function accelerated(folders: readonly string[]): Promise<TfjsRuntime | undefined> {
  for (const folder of folders) {
    // In the folder itself: Node would look in those around it as well, which nobody said are trusted.
    const installed = path.join(folder, 'node_modules', ...ACCELERATOR.split('/'));
    if (!fs.existsSync(path.join(installed, 'package.json'))) continue;
    try {
      const tf = createRequire(path.join(folder, 'package.json'))(installed) as Library;
      await tf.ready();
      registerOperators(tf);
      return { kind: 'native', name: ACCELERATOR, version: tf.version_core, tf };
    } catch {
      // Built for another Node, or another processor: the WebAssembly backend computes the same.
    }
  }
  return undefined;
}

/** Operators of graphs that the backend has no kernel for, or the converter does not know. */
function registerOperators(tf: Library): void {
  const input = (inputs: readonly Tensor[]) => inputs[0]!;
  tf.registerOp('Erfc', node => tf.sub(1, tf.erf(input(node.inputs))));
  tf.registerOp('Einsum', node => einsum(tf, String(node.attrs['equation']), node.inputs));
}

async function load(folder: string): Promise<TfjsRuntime> {
  const emitter: EventEmitter = process;
  const before = new Map(EVENTS.map(event => [event, emitter.listeners(event)]));
  try {
    const tf = await import('./library');
    const require = createRequire(path.join(folder, 'package.json'));
    const files = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
    tf.setWasmPaths(path.join(files, 'dist') + path.sep);
    await tf.setBackend('wasm');
    await tf.ready();
    registerOperators(tf);
    return { kind: 'wasm', name: '@tensorflow/tfjs-backend-wasm', version: tf.version_core, tf };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new Fault('unsupported', `TensorFlow.js does not load on this machine (${reason}).`, {
      hint: 'Keras and TensorFlow.js models can still be described.',
      cause: error,
    });
  } finally {
    // The backend's loader would end the process on errors of others.
    for (const event of EVENTS) {
      for (const listener of emitter.listeners(event)) {
        if (!before.get(event)!.includes(listener)) emitter.removeListener(event, listener as () => void);
      }
    }
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
