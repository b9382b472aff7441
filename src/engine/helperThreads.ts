import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { Disposable, DisposableStore } from '../base/lifecycle';
import type { CrewInvitation, Helpers } from '../topology/kernels/crew';
import { ripsCrew, type RipsCrew } from '../topology/kernels/ripsKernel';
import type { Metric } from '../topology/metric';

/**
 * Another thread takes some 40 ms to come. Below so much work it saves no more than it costs: pairs of points, each with its coordinates and as much as so
 * many coordinates for what follows.
 */
const WORTH_HELP = 1e9;
const COORDINATES_OF_PAIR = 200;
/** More would wait for memory rather than for each other. */
const MOST_THREADS = 8;

/** Who may help. */
export interface HelperSetting {
  /** Cores to compute on, at least 1. */
  readonly threads: number;
  /** The built dist/helper.js; without it nobody helps. */
  readonly helperPath?: string | undefined;
}

/** The threads that compute a cloud. Those that help end when the store is disposed. */
export function crewFor(
  { rows, values }: { readonly rows: number; readonly values: { readonly length: number } },
  metric: Metric,
  { threads, helperPath }: HelperSetting,
  store: DisposableStore,
): RipsCrew {
  const size = Math.min(threads, MOST_THREADS);
  const width = metric === 'precomputed' ? 0 : values.length / rows;
  const work = ((rows * rows) / 2) * (width + COORDINATES_OF_PAIR);
  if (helperPath === undefined || size < 2 || !(work >= WORTH_HELP)) return ripsCrew();
  const crew = ripsCrew(store.add(new HelperThreads(helperPath, size - 1)));
  store.add({ dispose: () => crew.dismiss() });
  return crew;
}

/** Threads that start when they are invited, and take part as soon as they are there. */
export class HelperThreads implements Helpers, Disposable {
  private readonly workers: Worker[] = [];

  /** `path` is the built dist/helper.js. */
  constructor(
    private readonly path: string,
    readonly count: number,
  ) {}

  invite(invitation: CrewInvitation): void {
    const worker = new Worker(this.path, { workerData: invitation, env: SHARE_ENV, execArgv: [] });
    // Nobody waits for one who does not come; and nobody idle keeps a process alive.
    worker.on('error', () => {});
    worker.unref();
    this.workers.push(worker);
  }

  /** Ends them, whatever they do: nobody may use the memory of the crew any more. */
  dispose(): void {
    for (const worker of this.workers.splice(0)) void worker.terminate();
  }
}
