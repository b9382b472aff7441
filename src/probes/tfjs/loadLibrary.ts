import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Fault } from '../../base/fault';
import type { RuntimeName, RuntimeOptions } from '../runtime';
import { einsum } from './einsum';
import type * as LibraryModule from './library';

export type Library = typeof LibraryModule;

/** TensorFlow.js with a backend that computes. */
export interface TfjsRuntime extends RuntimeName {
  readonly tf: Library;
}

let loaded: Promise<TfjsRuntime> | undefined;

/**
 * Loads TensorFlow.js and its WebAssembly backend, once a thread: 1 MB of code that nothing else waits for. Throws `unsupported` where the
 * backend's program is not in `options.folder`.
 */
export function loadLibrary(options: RuntimeOptions): Promise<TfjsRuntime> {
  if (loaded === undefined) {
    loaded = load(options.folder);
    loaded.catch(() => (loaded = undefined));
  }
  return loaded;
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
