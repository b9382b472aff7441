import type { Disposable } from '../base/lifecycle';
import type { OperationInput, OperationName, OperationOutput, OperationPart } from './operationTypes';
import { Request } from './request';
import { shortRun } from './shortRun';
import { WorkerPool } from './workerPool';

export interface EngineOptions {
  /** Cores to compute on, at least 1. Results do not depend on it. */
  readonly threads: number;
  /** The built worker: dist/worker.js. */
  readonly workerPath: string;
  /**
   * The built dist/short.js. Given, small point clouds and diagrams are computed in the thread that asks, which is then busy for up to half a second: for
   * programs that have nothing else to do.
   */
  readonly shortPath?: string;
  /** The built dist/helper.js. Given, several threads share the computation of one large cloud. */
  readonly helperPath?: string;
  /** The folder of the inference runtimes: dist/runtime/node_modules. */
  readonly runtimePath: string;
  /**
   * Folders of the user's that they trust: @tensorflow/tfjs-node runs Keras and TensorFlow.js models where one of them has it installed. None unless
   * given: what is there is code of others.
   */
  readonly acceleratorFolders?: readonly string[];
  /** Where finished layers are kept; nothing is kept without it. */
  readonly cache?: CacheOptions;
  /** For a log that people read; never part of a result. */
  readonly log?: (line: string) => void;
}

export interface CacheOptions {
  /** A folder of ours alone; made when it is not there, and may be deleted at any time. */
  readonly directory: string;
  /** Oldest entries go when it grows above; 512 MB unless given. */
  readonly maximumBytes?: number;
}

export interface RunOptions<Part> {
  /** Aborting rejects with the fault `cancelled` within 200 ms; a worker that does not heed it is ended after 2 s. */
  readonly signal?: AbortSignal;
  /** At most ten times a second, never going back. */
  readonly onProgress?: (fraction: number, phrase: string) => void;
  /** Finished parts, in the order in which they are finished. */
  readonly onPartial?: (part: Part) => void;
}

/**
 * Runs operations in worker threads, so that whoever asks never blocks. One worker leads an operation; what it forks goes to
 * the others. A worker that dies takes down what it was doing and nothing else.
 */
export class Engine implements Disposable {
  private readonly pool: WorkerPool;

  constructor(private readonly options: EngineOptions) {
    this.pool = new WorkerPool(options);
  }

  /** Ends in the result, or rejects with a Fault that a person can act on. */
  run<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
    options: RunOptions<OperationPart<Name>> = {},
  ): Promise<OperationOutput<Name>> {
    const { shortPath } = this.options;
    const short = shortPath === undefined ? undefined : shortRun(shortPath, name, input, this.options, options.signal);
    if (short !== undefined) return short.then(result => result ?? this.inWorker(name, input, options));
    return this.inWorker(name, input, options);
  }

  private inWorker<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
    options: RunOptions<OperationPart<Name>>,
  ): Promise<OperationOutput<Name>> {
    const request = new Request<OperationPart<Name>, OperationOutput<Name>>(this.pool, name, input, options);
    return request.start();
  }

  /** Ends all workers; what is running rejects as cancelled. */
  dispose(): void {
    this.pool.dispose();
  }
}
