import { stepOf } from '../../analyses/timeline/checkpointOrder';
import type { TimelineEntry } from '../../analyses/timeline/timeline';
import { Fault, isCancelled, type FaultCode } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { subProgress } from '../../base/progress';
import { dataProvenance } from '../dataProvenance';
import { timelineParameters } from '../../analyses/timeline/timeline';
import { measureCheckpoint } from '../measureCheckpoint';
import type { OperationContext } from '../operationContext';
import { RememberedData } from '../rememberedData';
import type { CheckpointPart, CheckpointsInput, CheckpointsOutput } from '../timelineTypes';
import { VERSION } from '../version';

/** What data may be refused for by one network and not by another. */
const FOR_THIS_ONE: ReadonlySet<FaultCode> = new Set(['shape-mismatch', 'unsupported']);
/** What is not a checkpoint's fault, where all are refused for it. */
const FOR_ALL: ReadonlySet<FaultCode> = new Set(['shape-mismatch', 'usage', 'too-large']);

/**
 * Measures one checkpoint after the other; the data stays open between them. A checkpoint that cannot be used is an entry that says why. What is wrong with the data is thrown, and so is what all
 * checkpoints are refused for alike: data that does not fit them, an option, memory.
 */
export async function checkpoints(
  input: CheckpointsInput,
  context: OperationContext<CheckpointPart>,
): Promise<CheckpointsOutput> {
  const remembered = new RememberedData();
  const store = new DisposableStore();
  store.add(remembered);
  try {
    const own: OperationContext<never> = { ...context, remembered, partial: () => {} };
    const faults: Fault[] = [];
    const count = input.checkpoints.length;
    for (const [at, { file, path }] of input.checkpoints.entries()) {
      context.cancellation.throwIfCancelled();
      context.partial({ kind: 'begun', file });
      remembered.failure = undefined;
      const progress = subProgress(context.progress, at / count, (at + 1) / count);
      let entry: TimelineEntry;
      try {
        const phrase = (fraction: number, what: string) => progress(fraction, `${file}: ${what}`);
        entry = await measureCheckpoint({ file, path }, input, { ...own, progress: phrase });
      } catch (error) {
        if (!(error instanceof Fault) || isCancelled(error)) throw error;
        if (remembered.failure !== undefined && remembered.last === undefined && !FOR_THIS_ONE.has(error.code))
          throw error;
        faults.push(error);
        const { code, message, hint } = error;
        entry = { file, step: stepOf(file), error: { code, message, ...(hint === undefined ? {} : { hint }) } };
      }
      context.partial({ kind: 'entry', entry });
    }
    const [first] = faults;
    const alike = faults.length === count && faults.every(({ code }) => code === first?.code);
    if (first !== undefined && alike && FOR_ALL.has(first.code)) throw first;
    const data = remembered.last;
    const { points, maxDimension, layers, reduction, seed } = timelineParameters(input);
    return {
      warnings: data?.data.warnings ?? [],
      provenance: {
        version: VERSION,
        ...(data === undefined ? {} : dataProvenance(data)),
        parameters: { points, maxDimension, layers: layers ?? null, reduction: reduction ?? null },
        seed,
      },
    };
  } finally {
    store.dispose();
  }
}
