import type { RipsResult } from '../../analyses/rips';
import { witnessOfCloud } from '../../analyses/ripsOfLandmarks';
import { DisposableStore } from '../../base/lifecycle';
import type { WitnessInput } from '../measureTypes';
import { memoryLimit } from '../memoryLimit';
import { openCloud } from '../openCloud';
import { blaming } from '../blaming';
import { dataProvenance } from '../dataProvenance';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function witness(input: WitnessInput, context: OperationContext<never>): RipsResult {
  const began = performance.now();
  const store = new DisposableStore();
  try {
    const { metric, maxDimension, threshold, coefficients, cycles, cocycles, landmarks, nu, seed } = input.parameters;
    const opened = openCloud(input.cloud, metric, input, store, context);
    const provenance = {
      version: VERSION,
      ...dataProvenance(opened),
      parameters: { metric, maxDimension, threshold: threshold ?? null, coefficients, cycles, cocycles, landmarks, nu },
      seed,
    };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const setting = { memoryLimitBytes: limit, threads: context.threads, provenance, began };
    return blaming(input.cloud, () => witnessOfCloud(opened.data, input.parameters, setting, context));
  } finally {
    store.dispose();
  }
}
