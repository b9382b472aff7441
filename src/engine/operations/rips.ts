import { ripsOfCloud, type RipsResult } from '../../analyses/rips';
import { ripsOfLandmarks } from '../../analyses/ripsOfLandmarks';
import { DisposableStore } from '../../base/lifecycle';
import { memoryLimit } from '../memoryLimit';
import { openCloud } from '../openCloud';
import { blaming, blamingLater } from '../openFiles';
import type { OperationContext } from '../operationContext';
import type { RipsInput } from '../operationTypes';
import { ripsProvenance } from '../ripsProvenance';

export async function rips(input: RipsInput, context: OperationContext<never>): Promise<RipsResult> {
  const began = performance.now();
  const store = new DisposableStore();
  try {
    const opened = openCloud(input.cloud, input.parameters.metric, input, store, context);
    const { data } = opened;
    const { parameters } = input;
    const provenance = ripsProvenance(opened, parameters);
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const { landmarks } = parameters;
    if (landmarks !== undefined) {
      const setting = { memoryLimitBytes: limit, threads: context.threads, provenance, began };
      return await blamingLater(input.cloud, () =>
        ripsOfLandmarks(data, { ...parameters, landmarks }, setting, context),
      );
    }
    return blaming(input.cloud, () => ripsOfCloud(data, parameters, limit, provenance, began, context));
  } finally {
    store.dispose();
  }
}
