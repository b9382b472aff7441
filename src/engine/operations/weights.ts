import { weightsOf, type WeightsResult } from '../../analyses/weights';
import { DisposableStore } from '../../base/lifecycle';
import { contentHash } from '../files';
import type { WeightsInput } from '../measureTypes';
import { blaming } from '../openFiles';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function weights({ model: path }: WeightsInput, context: OperationContext<never>): WeightsResult {
  const store = new DisposableStore();
  try {
    const { model, source } = openModelFile(path, store);
    const provenance = {
      version: VERSION,
      model: { name: path, sha256: contentHash(source, context.cancellation) },
      parameters: {},
      seed: 0,
    };
    return blaming(path, () => weightsOf(model, provenance, context.cancellation));
  } finally {
    store.dispose();
  }
}
