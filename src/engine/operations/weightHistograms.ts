import { weightHistogram } from '../../analyses/weightHistogram';
import { Fault, isCancelled } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { subProgress } from '../../base/progress';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { WeightReading } from '../../protocol/describe';
import type { WeightHistogramsInput } from '../operationTypes';

/** Reads the named tensors alone. One that cannot be read has its fault, and the others are read all the same. */
export function weightHistograms(
  { model: path, weights }: WeightHistogramsInput,
  context: OperationContext<WeightReading>,
): readonly WeightReading[] {
  const { cancellation, progress } = context;
  const store = new DisposableStore();
  try {
    const { model } = openModelFile(path, store);
    return weights.map((name, at) => {
      const own = subProgress(progress, at / weights.length, (at + 1) / weights.length);
      const reading = ((): WeightReading => {
        try {
          return { kind: 'histogram', histogram: weightHistogram(model.storedWeight(name), cancellation, own) };
        } catch (error) {
          if (!(error instanceof Fault) || isCancelled(error)) throw error;
          return { kind: 'fault', name, fault: error.toData() };
        }
      })();
      context.partial(reading);
      return reading;
    });
  } finally {
    store.dispose();
  }
}
