/** Why a pickle is refused. Whoever knows the file makes a Fault of it. */
export class PickleError extends Error {
  override readonly name = 'PickleError';

  constructor(
    readonly kind: 'corrupt' | 'unsafe' | 'too-large',
    /** Ends a sentence, such as "its stack is empty where a value is needed". */
    readonly what: string,
  ) {
    super(what);
  }
}

export function corrupt(what: string): PickleError {
  return new PickleError('corrupt', what);
}

/** A global that no network needs: naming it is all that is ever done with it. */
export function unsafe(path: string): PickleError {
  return new PickleError('unsafe', path);
}

export function tooLarge(what: string): PickleError {
  return new PickleError('too-large', what);
}
