import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { FromWorker } from '../protocol/worker';
import type { RunOptions } from './engine';
import { faultOfDeath } from './faultOfDeath';
import type { Lease, PooledWorker, WorkerPool } from './workerPool';

/** Whoever waits hears of a cancellation after this at the latest, even where a worker is slow to stop. */
const ANSWER_MILLISECONDS = 200;
/** A worker that has not stopped after this is ended. */
const GRACE_MILLISECONDS = 2000;
/** Without any word for this long, the log says where it hangs. */
const SILENCE_MILLISECONDS = 30_000;
const PROGRESS_MILLISECONDS = 100;

interface Fork {
  readonly lease: Lease;
  worker?: PooledWorker;
}

let nextId = 1;

/** One operation from its start to its only end, with the workers that serve it. */
export class Request<Part, Output> {
  private readonly id = nextId++;
  private readonly cancellation = new Cancellation();
  private readonly forks = new Map<number, Fork>();
  private lead: PooledWorker | undefined;
  private leadLease: Lease | undefined;
  private settled = false;
  private resolve!: (output: Output) => void;
  private reject!: (fault: Fault) => void;
  private graceTimer: NodeJS.Timeout | undefined;
  private answerTimer: NodeJS.Timeout | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private fraction = 0;
  private phrase = 'starting';
  private lastProgress = -Infinity;
  private lastWord = performance.now();

  constructor(
    private readonly pool: WorkerPool,
    private readonly name: string,
    private readonly input: unknown,
    private readonly options: RunOptions<Part>,
  ) {}

  start(): Promise<Output> {
    const promise = new Promise<Output>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const { signal } = this.options;
    if (signal?.aborted === true) {
      this.fail(cancelled());
      return promise;
    }
    signal?.addEventListener('abort', this.onAbort, { once: true });
    this.watchdog = setInterval(() => this.watch(), SILENCE_MILLISECONDS).unref();
    this.leadLease = this.pool.lease('analysis');
    this.leadLease.worker.then(
      worker => this.runLead(worker),
      (fault: Fault) => this.fail(fault),
    );
    return promise;
  }

  private runLead(worker: PooledWorker): void {
    this.lead = worker;
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      this.lead = undefined;
      this.pool.release(worker);
      this.tidy();
    };
    worker.lend({
      onMessage: message => {
        if (message.id !== this.id || over) return;
        this.lastWord = performance.now();
        switch (message.type) {
          case 'progress':
            this.progress(message.fraction, message.phrase);
            break;
          case 'partial':
            if (!this.settled) this.options.onPartial?.(message.part as Part);
            break;
          case 'fork':
            this.fork(worker, message);
            break;
          case 'done':
            end();
            this.succeed(message.output as Output);
            break;
          case 'fault':
            end();
            this.fail(Fault.fromData(message.fault));
            break;
          case 'crash':
            this.pool.log(`${this.name}: ${message.stack}`);
            end();
            this.fail(faultOfDeath(new Error(message.message)));
            break;
        }
      },
      onDeath: fault => {
        this.pool.log(`${this.name}: a worker ended (${faultDetails(fault)}) while ${this.phrase}`);
        end();
        this.fail(this.cancellation.cancelled ? cancelled() : fault);
        this.stopForks();
      },
    });
    worker.post({
      type: 'run',
      id: this.id,
      kind: 'analysis',
      name: this.name,
      input: this.input,
      cancellation: this.cancellation.flag.buffer,
    });
  }

  /** Runs a task of the lead, or an operation that it shares out, on another worker and takes the answer back to it. */
  private fork(lead: PooledWorker, request: Extract<FromWorker, { type: 'fork' }>): void {
    const answer = (reply: { output: unknown } | { fault: Fault }) => {
      this.forks.delete(request.fork);
      if (!lead.isDead && this.lead === lead) {
        lead.post({
          type: 'forked',
          id: this.id,
          fork: request.fork,
          ...('fault' in reply ? { fault: reply.fault.toData() } : reply),
        });
      }
      this.tidy();
    };
    const fork: Fork = { lease: this.pool.lease('task') };
    this.forks.set(request.fork, fork);
    fork.lease.worker.then(
      worker => {
        fork.worker = worker;
        let over = false;
        const end = (reply: { output: unknown } | { fault: Fault }) => {
          if (over) return;
          over = true;
          this.pool.release(worker);
          answer(reply);
        };
        worker.lend({
          onMessage: message => {
            if (message.id !== this.id || over) return;
            this.lastWord = performance.now();
            switch (message.type) {
              case 'progress':
                if (this.lead === lead && !lead.isDead) {
                  lead.post({
                    type: 'forkProgress',
                    id: this.id,
                    fork: request.fork,
                    fraction: message.fraction,
                    phrase: message.phrase,
                  });
                }
                break;
              case 'done':
                end({ output: message.output });
                break;
              case 'fault':
                end({ fault: Fault.fromData(message.fault) });
                break;
              case 'crash':
                this.pool.log(`${this.name}, task ${request.name}: ${message.stack}`);
                end({ fault: faultOfDeath(new Error(message.message)) });
                break;
              case 'partial':
              case 'fork':
                break; // Tasks are pure, and what is forked hands out nothing and forks nothing.
            }
          },
          onDeath: fault => {
            this.pool.log(`${this.name}, task ${request.name}: a worker ended (${faultDetails(fault)})`);
            end({ fault: this.cancellation.cancelled ? cancelled() : fault });
          },
        });
        worker.post({
          type: 'run',
          id: this.id,
          kind: request.kind,
          name: request.name,
          input: request.input,
          cancellation: this.cancellation.flag.buffer,
        });
      },
      (fault: Fault) => answer({ fault }),
    );
  }

  private progress(fraction: number, phrase: string): void {
    this.fraction = Math.max(this.fraction, Math.min(1, fraction));
    this.phrase = phrase;
    const now = performance.now();
    if (this.settled || now - this.lastProgress < PROGRESS_MILLISECONDS) return;
    this.lastProgress = now;
    this.options.onProgress?.(this.fraction, phrase);
  }

  private readonly onAbort = (): void => {
    this.cancellation.cancel();
    this.leadLease?.abandon(cancelled());
    for (const fork of this.forks.values()) fork.lease.abandon(cancelled());
    // These two keep a process alive on purpose: nothing may be left running behind it.
    this.answerTimer = setTimeout(() => this.fail(cancelled()), ANSWER_MILLISECONDS);
    this.graceTimer = setTimeout(() => {
      this.stopForks();
      this.lead?.terminate(cancelled());
    }, GRACE_MILLISECONDS);
  };

  private stopForks(): void {
    this.cancellation.cancel();
    for (const fork of this.forks.values()) {
      fork.lease.abandon(cancelled());
      if (this.graceOver()) fork.worker?.terminate(cancelled());
    }
    if (this.forks.size > 0 && this.graceTimer === undefined) {
      this.graceTimer = setTimeout(() => {
        for (const fork of this.forks.values()) fork.worker?.terminate(cancelled());
      }, GRACE_MILLISECONDS).unref();
    }
  }

  private graceOver(): boolean {
    return this.options.signal?.aborted === true;
  }

  private watch(): void {
    const silence = performance.now() - this.lastWord;
    if (silence < SILENCE_MILLISECONDS) return;
    this.pool.log(`${this.name}: no word for ${Math.round(silence / 1000)} s while ${this.phrase}`);
  }

  private succeed(output: Output): void {
    if (this.settled) return;
    this.settled = true;
    this.options.onProgress?.(1, 'done');
    this.resolve(output);
    this.tidy();
  }

  private fail(fault: Fault): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(fault);
    this.tidy();
  }

  /** Lets go of timers and listeners once nothing of this request is running any more. */
  private tidy(): void {
    if (!this.settled) return;
    clearTimeout(this.answerTimer);
    clearInterval(this.watchdog);
    this.options.signal?.removeEventListener('abort', this.onAbort);
    if (this.lead === undefined && this.forks.size === 0) clearTimeout(this.graceTimer);
  }
}

function cancelled(): Fault {
  return new Fault('cancelled', 'The run was cancelled before it finished.');
}

function faultDetails(fault: Fault): string {
  return fault.cause instanceof Error ? fault.cause.message : fault.message;
}
