import { describeModel, type DescribeResult } from '../../analyses/describe';
import { DisposableStore } from '../../base/lifecycle';
import { contentHash } from '../files';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function describe(
  { model: path }: { readonly model: string },
  context: OperationContext<never>,
): DescribeResult {
  const store = new DisposableStore();
  try {
    const { model, source } = openModelFile(path, store);
    return describeModel(model, {
      version: VERSION,
      model: { name: path, sha256: contentHash(source, context.cancellation) },
      parameters: {},
      seed: 0,
    });
  } finally {
    store.dispose();
  }
}
