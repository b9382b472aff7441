import { describeModel, type DescribeResult } from '../../analyses/describe';
import { DisposableStore } from '../../base/lifecycle';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { VERSION } from '../version';

export function describe(
  { model: path }: { readonly model: string },
  context: OperationContext<never>,
): DescribeResult {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(path, store);
    return describeModel(opened.model, {
      version: VERSION,
      model: { name: path, sha256: modelHash(opened, context.cancellation) },
      parameters: {},
      seed: 0,
    });
  } finally {
    store.dispose();
  }
}
