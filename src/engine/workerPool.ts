import { Worker } from 'node:worker_threads';
import { Fault } from '../base/fault';
import type { Disposable } from '../base/lifecycle';
import type { FromWorker, ToWorker } from '../protocol/worker';
import type { EngineOptions } from './engine';
import { faultOfDeath } from './faultOfDeath';

/** An idle worker is warm for this long: the next click finds the runtime loaded. */
const IDLE_MILLISECONDS = 60_000;

/** What a worker is told when it starts. Plain data. */
export interface WorkerEnvironment {
  readonly threads: number;
  readonly helperPath?: string;
  readonly runtimePath: string;
  readonly acceleratorFolders?: readonly string[];
  readonly cache: { readonly directory: string; readonly maximumBytes: number } | undefined;
}

/** Whoever a worker works for at the moment. */
export interface WorkerClient {
  onMessage(message: FromWorker): void;
  /** The worker is gone; called at most once, and nothing comes after it. */
  onDeath(fault: Fault): void;
}

type Kind = 'analysis' | 'task';

/** One worker thread, lent to one client at a time. */
export class PooledWorker {
  private readonly worker: Worker;
  private client: WorkerClient | undefined;
  private death: Fault | undefined;
  idleTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly kind: Kind,
    path: string,
    environment: WorkerEnvironment,
    private readonly onGone: (worker: PooledWorker) => void,
  ) {
    // Options of the parent, such as loaders of a test runner, are not the worker's business.
    this.worker = new Worker(path, { workerData: environment, execArgv: [], stdout: false, stderr: false });
    this.worker.on('message', (message: FromWorker) => this.client?.onMessage(message));
    this.worker.on('error', error => this.die(faultOfDeath(error)));
    this.worker.on('messageerror', error => this.die(faultOfDeath(error)));
    this.worker.on('exit', code => this.die(faultOfDeath(new Error(`the worker thread ended with code ${code}`))));
  }

  lend(client: WorkerClient): void {
    clearTimeout(this.idleTimer);
    this.client = client;
    this.worker.ref();
    if (this.death !== undefined) client.onDeath(this.death);
  }

  /** Nobody's: an idle worker keeps no process alive. */
  release(): void {
    this.client = undefined;
    this.worker.unref();
  }

  post(message: ToWorker): void {
    this.worker.postMessage(message);
  }

  get isDead(): boolean {
    return this.death !== undefined;
  }

  /** Ends the thread whatever it is doing. */
  terminate(fault: Fault): void {
    this.die(fault);
    void this.worker.terminate();
  }

  private die(fault: Fault): void {
    if (this.death !== undefined) return;
    this.death = fault;
    clearTimeout(this.idleTimer);
    this.onGone(this);
    const client = this.client;
    this.client = undefined;
    client?.onDeath(fault);
    void this.worker.terminate();
  }
}

interface Waiting {
  readonly kind: Kind;
  readonly resolve: (worker: PooledWorker) => void;
  readonly reject: (fault: Fault) => void;
}

/** Why a lease was given up before it was granted. */
export interface Lease {
  readonly worker: Promise<PooledWorker>;
  /** Leaves the queue; without effect once granted. */
  abandon(fault: Fault): void;
}

/**
 * Lends workers: as many at a time for tasks as there are cores, and as many for whole analyses, so that a waiting analysis
 * never keeps its own tasks from running.
 */
export class WorkerPool implements Disposable {
  private readonly all = new Set<PooledWorker>();
  private readonly idle: Record<Kind, PooledWorker[]> = { analysis: [], task: [] };
  private readonly lent: Record<Kind, number> = { analysis: 0, task: 0 };
  private queue: Waiting[] = [];
  private disposed = false;

  constructor(private readonly options: EngineOptions) {}

  get environment(): WorkerEnvironment {
    const { threads, helperPath, runtimePath, acceleratorFolders, cache } = this.options;
    return {
      threads,
      runtimePath,
      ...(helperPath === undefined ? {} : { helperPath }),
      ...(acceleratorFolders === undefined ? {} : { acceleratorFolders }),
      cache: cache && { directory: cache.directory, maximumBytes: cache.maximumBytes ?? 512 * 2 ** 20 },
    };
  }

  log(line: string): void {
    this.options.log?.(line);
  }

  lease(kind: Kind): Lease {
    let waiting!: Waiting;
    const worker = new Promise<PooledWorker>((resolve, reject) => {
      waiting = { kind, resolve, reject };
    });
    if (this.disposed) waiting.reject(ended());
    else {
      this.queue.push(waiting);
      this.grant();
    }
    return {
      worker,
      abandon: fault => {
        if (!this.queue.includes(waiting)) return;
        this.queue = this.queue.filter(other => other !== waiting);
        waiting.reject(fault);
      },
    };
  }

  /** Gives a worker back; one that died is forgotten. */
  release(worker: PooledWorker): void {
    this.lent[worker.kind]--;
    worker.release();
    if (!worker.isDead) {
      this.idle[worker.kind].push(worker);
      worker.idleTimer = setTimeout(() => worker.terminate(ended()), IDLE_MILLISECONDS).unref();
    }
    this.grant();
  }

  dispose(): void {
    this.disposed = true;
    for (const waiting of this.queue.splice(0)) waiting.reject(ended());
    for (const worker of [...this.all]) worker.terminate(ended());
  }

  private limit(kind: Kind): number {
    return kind === 'task' ? this.options.threads : Math.max(2, this.options.threads);
  }

  private grant(): void {
    this.queue = this.queue.filter(waiting => {
      if (this.lent[waiting.kind] >= this.limit(waiting.kind)) return true;
      this.lent[waiting.kind]++;
      // The one that was used last is the warmest.
      waiting.resolve(this.idle[waiting.kind].pop() ?? this.start(waiting.kind));
      return false;
    });
  }

  private start(kind: Kind): PooledWorker {
    const worker = new PooledWorker(kind, this.options.workerPath, this.environment, gone => {
      this.all.delete(gone);
      this.idle[kind] = this.idle[kind].filter(other => other !== gone);
    });
    this.all.add(worker);
    return worker;
  }
}

function ended(): Fault {
  return new Fault('cancelled', 'The run was cancelled because the engine was closed.');
}
