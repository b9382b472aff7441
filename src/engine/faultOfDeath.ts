import { Fault } from '../base/fault';

/** What a person is told when a thread is gone: out of memory is their business, anything else is a defect of ours. */
export function faultOfDeath(error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    /allocation failed|invalid (typed )?array (buffer )?length/i.test(message)
  ) {
    return new Fault('too-large', 'The analysis ran out of memory.', {
      hint: 'Use fewer points or a lower dimension.',
      cause: error,
    });
  }
  return new Fault('unsupported', `The analysis stopped because of a defect: ${message}.`, {
    hint: 'The log holds the details; please report it.',
    cause: error,
  });
}
