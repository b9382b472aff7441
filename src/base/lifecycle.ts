/** Something that holds a resource until it is disposed of. */
export interface Disposable {
  dispose(): void;
}

/** Told of every store that is made and disposed of, so that a test can fail on a leak. */
export interface LeakTracker {
  made(store: DisposableStore): void;
  disposed(store: DisposableStore): void;
}

let tracker: LeakTracker | undefined;

export function setLeakTracker(next: LeakTracker | undefined): void {
  tracker = next;
}

/**
 * Owns disposables. Register a disposable the moment it exists; they go in reverse order, and one that throws does
 * not keep the others from going.
 */
export class DisposableStore implements Disposable {
  private readonly held = new Set<Disposable>();
  private gone = false;

  constructor() {
    tracker?.made(this);
  }

  add<T extends Disposable>(disposable: T): T {
    if (this.gone) disposable.dispose();
    else this.held.add(disposable);
    return disposable;
  }

  /** Disposes of one of the held disposables now. */
  delete(disposable: Disposable): void {
    if (this.held.delete(disposable)) disposable.dispose();
  }

  get isDisposed(): boolean {
    return this.gone;
  }

  dispose(): void {
    if (this.gone) return;
    this.gone = true;
    tracker?.disposed(this);
    const errors: unknown[] = [];
    for (const disposable of [...this.held].reverse()) {
      try {
        disposable.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    this.held.clear();
    if (errors.length > 0) throw new AggregateError(errors, 'Some resources could not be released.');
  }
}

export function toDisposable(dispose: () => void): Disposable {
  return { dispose };
}
