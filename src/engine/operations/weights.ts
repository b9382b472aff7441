import { weightsOf, type WeightsResult } from '../../analyses/weights';
import { DisposableStore } from '../../base/lifecycle';
import type { WeightsInput } from '../measureTypes';
import { blaming } from '../blaming';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function weights({ model: path }: WeightsInput, context: OperationContext<never>): WeightsResult {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(path, store);
    const provenance = {
      version: VERSION,
      model: { name: path, sha256: modelHash(opened, context.cancellation) },
      parameters: {},
      seed: 0,
    };
    return blaming(path, () => weightsOf(opened.model, provenance, context.cancellation));
  } finally {
    store.dispose();
  }
}
