import { Fault } from './fault';

/**
 * A stop sign shared between threads: one integer in shared memory that kernels poll.
 * Reading it costs a few nanoseconds, so an inner loop may poll every few thousand steps.
 */
export class Cancellation {
  readonly flag: Int32Array<SharedArrayBuffer>;

  /** Without an argument a new flag; with the buffer of another, the same flag seen from another thread. */
  constructor(buffer: SharedArrayBuffer = flagBuffer()) {
    this.flag = new Int32Array(buffer);
  }

  cancel(): void {
    Atomics.store(this.flag, 0, 1);
  }

  get cancelled(): boolean {
    return Atomics.load(this.flag, 0) !== 0;
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw new Fault('cancelled', 'The run was cancelled before it finished.');
  }

  /** A flag that nobody sets. */
  static readonly never = new Cancellation();
}

/** Browsers have shared memory only on pages that are isolated from other origins; elsewhere a flag is seen by its own thread alone. */
function flagBuffer(): SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'undefined'
    ? (new ArrayBuffer(4) as unknown as SharedArrayBuffer)
    : new SharedArrayBuffer(4);
}
