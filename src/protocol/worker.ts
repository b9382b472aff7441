import type { FaultData } from '../base/fault';

/**
 * What crosses between the engine's main thread and its workers. Every request ends in exactly one `done`, `fault` or
 * `crash`; a worker that dies rejects what it was doing and nothing else.
 */
export type ToWorker =
  | {
      readonly type: 'run';
      readonly id: number;
      /** A task is pure; an operation that another one forked shares its work with no one. */
      readonly kind: 'analysis' | 'task' | 'operation';
      readonly name: string;
      readonly input: unknown;
      readonly cancellation: SharedArrayBuffer;
    }
  /** The answer to a worker's `fork`. */
  | {
      readonly type: 'forked';
      readonly id: number;
      readonly fork: number;
      readonly output?: unknown;
      readonly fault?: FaultData;
    }
  /** How far a forked task is. */
  | {
      readonly type: 'forkProgress';
      readonly id: number;
      readonly fork: number;
      readonly fraction: number;
      readonly phrase: string;
    };

export type FromWorker =
  | { readonly type: 'progress'; readonly id: number; readonly fraction: number; readonly phrase: string }
  | { readonly type: 'partial'; readonly id: number; readonly part: unknown }
  | {
      readonly type: 'fork';
      readonly id: number;
      readonly fork: number;
      readonly kind: 'task' | 'operation';
      readonly name: string;
      readonly input: unknown;
    }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly fault: FaultData }
  | { readonly type: 'crash'; readonly id: number; readonly message: string; readonly stack: string };
