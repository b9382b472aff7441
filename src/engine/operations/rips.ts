import { ripsOfCloud, type RipsResult } from '../../analyses/rips';
import { DisposableStore } from '../../base/lifecycle';
import { blaming, dataProvenance, openDataFile } from '../openFiles';
import { memoryLimit } from '../memoryLimit';
import type { OperationContext } from '../operationContext';
import type { RipsInput } from '../operationTypes';
import { VERSION } from '../version';

export function rips(input: RipsInput, context: OperationContext<never>): RipsResult {
  const began = performance.now();
  const store = new DisposableStore();
  try {
    const opened = openDataFile(input.cloud, undefined, input, store, context.cancellation);
    const { data } = opened;
    const { parameters } = input;
    const provenance = {
      version: VERSION,
      ...dataProvenance(opened),
      parameters: {
        metric: parameters.metric,
        maxDimension: parameters.maxDimension,
        threshold: parameters.threshold ?? null,
        coefficients: parameters.coefficients,
        cycles: parameters.cycles,
      },
      seed: parameters.seed,
    };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    return blaming(input.cloud, () => ripsOfCloud(data, parameters, limit, provenance, began, context));
  } finally {
    store.dispose();
  }
}
