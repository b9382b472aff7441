import { Worker } from 'node:worker_threads';
import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import type { Disposable } from '../../base/lifecycle';
import type { FromSource, SourceQuestion, SourceQuestions, ToSource } from '../../protocol/source';
import type { TextChange } from '../../source/sourceTexts';
import type { SourceEnvironment } from './sourceSession';

export interface SourceThreadOptions extends SourceEnvironment {
  /** The built dist/source.js. */
  readonly path: string;
  /** Questions that take longer end with `too-large`; 20 s unless given. */
  readonly mostMilliseconds?: number;
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly cancellation: Cancellation;
  readonly timer: NodeJS.Timeout;
}

/**
 * The one thread that reads sources: it keeps the texts of open editors and their trees. It starts with the first question. A question that takes too long
 * ends the thread and gets a fault; the next one starts it anew, with the texts that are open.
 */
export class SourceThread implements Disposable {
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  private readonly open = new Map<string, () => string>();
  private next = 1;
  private disposed = false;

  constructor(private readonly options: SourceThreadOptions) {}

  /** A text that comes before its file; `text` is asked when the thread starts. */
  openText(file: string, text: () => string): void {
    this.open.set(file, text);
    if (this.worker) this.send({ type: 'open', file, text: text() });
  }

  /** What changed in an open text: where the thread runs it is told, and else it gets the whole text when it starts. */
  changeText(file: string, changes: readonly TextChange[]): void {
    if (this.open.has(file) && this.worker) this.send({ type: 'change', file, changes });
  }

  closeText(file: string): void {
    this.open.delete(file);
    if (this.worker) this.send({ type: 'close', file });
  }

  /** Rejects with a Fault: `cancelled`, `too-large`, `unsupported`, `not-found`. */
  ask<Name extends SourceQuestion>(
    question: Name,
    input: SourceQuestions[Name]['input'],
    signal?: AbortSignal,
  ): Promise<SourceQuestions[Name]['output']> {
    if (this.disposed || signal?.aborted === true) return Promise.reject(cancelled());
    const worker = this.start();
    const id = this.next++;
    const cancellation = new Cancellation();
    signal?.addEventListener('abort', () => cancellation.cancel(), { once: true });
    const most = this.options.mostMilliseconds ?? 20_000;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(id), most);
      timer.unref();
      this.pending.set(id, {
        resolve: output => resolve(output as SourceQuestions[Name]['output']),
        reject,
        cancellation,
        timer,
      });
      worker.postMessage({
        type: 'ask',
        id,
        question,
        input,
        cancellation: cancellation.flag.buffer,
      } satisfies ToSource);
    });
  }

  dispose(): void {
    this.disposed = true;
    this.end(cancelled());
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const { path, grammars, roots } = this.options;
    const worker = new Worker(path, { workerData: { grammars, roots } satisfies SourceEnvironment, execArgv: [] });
    this.worker = worker;
    worker.on('message', (message: FromSource) => this.receive(message));
    const gone = (reason: unknown) => {
      if (this.worker === worker) this.end(new Error(`The thread that reads sources ended: ${String(reason)}`));
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    for (const [file, text] of this.open) this.send({ type: 'open', file, text: text() });
    return worker;
  }

  private send(message: ToSource): void {
    this.worker?.postMessage(message);
  }

  private receive(message: FromSource): void {
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.pending.delete(message.id);
    clearTimeout(pending.timer);
    if (message.type === 'answer') pending.resolve(message.output);
    else if (message.type === 'fault') pending.reject(Fault.fromData(message.fault));
    else pending.reject(new Error(message.message));
  }

  private giveUp(id: number): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    pending.reject(new Fault('too-large', 'The source takes too long to read.'));
    this.end(cancelled());
  }

  private end(reason: Error): void {
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    this.pending.clear();
  }
}

function cancelled(): Fault {
  return new Fault('cancelled', 'Reading the source was cancelled.');
}
