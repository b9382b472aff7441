import { Fault } from '../base/fault';

/** Faults of a reader blame the file as it was given, `#part` included, unless they blame something else. */
export function blaming<T>(given: string, run: () => T, file = given): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.source !== undefined && error.source !== file) throw error;
    throw new Fault(error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      source: given,
      cause: error,
    });
  }
}

/** The same for work that takes its time. */
export async function blamingLater<T>(given: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    return blaming<T>(given, () => {
      throw error;
    });
  }
}
