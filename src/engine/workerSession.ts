import type { TaskInput, TaskName, TaskOutput } from '../analyses/tasks';
import { runTask } from '../analyses/taskTable';
import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import type { DataLibraries } from '../data/dataSet';
import type { FromWorker, ToWorker } from '../protocol/worker';
import { dataLibraries } from './dataLibraries';
import type { OperationContext } from './operationContext';
import { runOperation } from './operationTable';
import type { OperationInput, OperationName, OperationOutput } from './operationTypes';
import { LayerCache } from './layerCache';
import type { WorkerEnvironment } from './workerPool';

const PROGRESS_MILLISECONDS = 50;

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (fault: Fault) => void;
  readonly progress: Progress;
}

/** What a worker does with the messages it gets: one run at a time, whose forks are answered by the main thread. */
export class WorkerSession {
  private readonly pending = new Map<number, Pending>();
  private readonly cache: LayerCache | undefined;
  private readonly libraries: DataLibraries;
  private nextFork = 1;

  constructor(
    private readonly environment: WorkerEnvironment,
    private readonly post: (message: FromWorker) => void,
  ) {
    this.libraries = dataLibraries(environment.runtimePath);
    this.cache = environment.cache && new LayerCache(environment.cache);
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'run':
        void this.run(message);
        break;
      case 'forkProgress':
        this.pending.get(message.fork)?.progress(message.fraction, message.phrase);
        break;
      case 'forked': {
        const pending = this.pending.get(message.fork);
        this.pending.delete(message.fork);
        if (message.fault !== undefined) pending?.reject(Fault.fromData(message.fault));
        else pending?.resolve(message.output);
        break;
      }
    }
  }

  private async run(message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
    const { id, kind, name, input } = message;
    const cancellation = new Cancellation(message.cancellation);
    let last = -Infinity;
    const progress: Progress = (fraction, phrase) => {
      const now = performance.now();
      if (now - last < PROGRESS_MILLISECONDS) return;
      last = now;
      this.post({ type: 'progress', id, fraction, phrase });
    };
    try {
      cancellation.throwIfCancelled();
      const output =
        kind === 'task'
          ? runTask(name as TaskName, input as TaskInput<TaskName>, cancellation, progress)
          : await runOperation(name as OperationName, input, this.context(id, cancellation, progress, kind));
      this.post({ type: 'done', id, output });
    } catch (error) {
      this.post(failure(id, error));
    }
  }

  private context(
    id: number,
    cancellation: Cancellation,
    progress: Progress,
    kind: 'analysis' | 'operation',
  ): OperationContext<unknown> {
    const shares = kind === 'analysis' && this.environment.threads > 1;
    return {
      cancellation,
      progress,
      cache: this.cache,
      runtimePath: this.environment.runtimePath,
      acceleratorFolders: this.environment.acceleratorFolders,
      libraries: this.libraries,
      threads: this.environment.threads,
      helperPath: this.environment.helperPath,
      partial: part => this.post({ type: 'partial', id, part }),
      task: <Name extends TaskName>(name: Name, input: TaskInput<Name>, taskProgress: Progress = () => {}) =>
        shares
          ? (this.fork(id, 'task', name, input, taskProgress) as Promise<TaskOutput<Name>>)
          : inline(name, input, cancellation, taskProgress),
      ...(shares
        ? {
            operation: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
              this.fork(id, 'operation', name, input, noProgress) as Promise<OperationOutput<Name>>,
          }
        : {}),
    };
  }

  private fork(
    id: number,
    kind: 'task' | 'operation',
    name: string,
    input: unknown,
    progress: Progress,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fork = this.nextFork++;
      this.pending.set(fork, { resolve, reject, progress });
      this.post({ type: 'fork', id, fork, kind, name, input });
    });
  }
}

/** In this thread, after whatever else is waiting to be said. */
async function inline<Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  cancellation: Cancellation,
  progress: Progress,
): Promise<TaskOutput<Name>> {
  await new Promise(resolve => setImmediate(resolve));
  return runTask(name, input, cancellation, progress);
}

function failure(id: number, error: unknown): FromWorker {
  if (error instanceof Fault) return { type: 'fault', id, fault: error.toData() };
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'crash', id, message, stack: error instanceof Error ? (error.stack ?? message) : message };
}
