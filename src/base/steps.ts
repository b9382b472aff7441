import type { Cancellation } from './cancellation';

/**
 * A computation that can be left between two steps: it yields every few milliseconds, so that whoever runs it may stop it, or do something else in
 * between.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Runs it to its end. Throws `cancelled`. */
export function finish<Result>(steps: Steps<Result>, cancellation: Cancellation): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    cancellation.throwIfCancelled();
  }
}
