import { similarityOf, type SimilarityResult } from '../../analyses/similarity';
import { DisposableStore } from '../../base/lifecycle';
import type { SimilarityInput } from '../measureTypes';
import { memoryLimit } from '../memoryLimit';
import { blaming } from '../blaming';
import { openDataFile } from '../openFiles';
import type { OperationContext } from '../operationContext';
import { cloudOf } from '../pointCloudOf';
import { VERSION } from '../version';

export function similarity(input: SimilarityInput, context: OperationContext<never>): SimilarityResult {
  const { cancellation } = context;
  const store = new DisposableStore();
  try {
    const a = openDataFile(input.a, undefined, input, store, context);
    const b = openDataFile(input.b, undefined, input, store, context);
    const provenance = {
      version: VERSION,
      data: { name: input.a, sha256: a.sha256, treatment: a.data.treatment },
      files: [{ name: input.b, sha256: b.sha256 }],
      parameters: { metric: 'euclidean', maxDimension: 1 },
      seed: input.seed,
    };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const result = blaming(input.b, () =>
      similarityOf(cloudOf(a.data), cloudOf(b.data), limit, provenance, cancellation),
    );
    return { ...result, warnings: [...a.data.warnings, ...b.data.warnings, ...result.warnings] };
  } finally {
    store.dispose();
  }
}
