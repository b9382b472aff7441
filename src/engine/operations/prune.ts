import type { PruneResult } from '../../analyses/prune';
import { pruneModel } from '../../analyses/pruning/pruneModel';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import type { OperationContext } from '../operationContext';
import { checkOutput } from '../outputFile';
import { pruneSubject } from '../pruneSubject';
import type { PruneInput } from '../pruneTypes';
import { writeModelFile } from '../writeModelFile';

/** What was measured is what is written: the network was opened from these bytes and run before the file is made. */
export async function prune(input: PruneInput, context: OperationContext<never>): Promise<PruneResult> {
  const store = new DisposableStore();
  try {
    if (input.out !== undefined) checkOutput(input.out, input.force ?? false);
    const subject = pruneSubject(input, context, store);
    try {
      const { result, changes } = await pruneModel(subject, context);
      if (input.out === undefined) return result;
      context.progress(0.99, `writing ${input.out}`);
      const written = writeModelFile(subject.opened, changes, input.out, {
        force: input.force ?? false,
        cancellation: context.cancellation,
      });
      return { ...result, written };
    } catch (error) {
      throw error instanceof Fault && error.code !== 'usage' && error.code !== 'cancelled'
        ? error.at(input.model)
        : error;
    }
  } finally {
    store.dispose();
  }
}
