import { inspectModel } from '../../analyses/inspectModel';
import type { InspectPartial, InspectResult } from '../../analyses/inspect';
import { DisposableStore } from '../../base/lifecycle';
import { inspectSubject } from '../inspectSubject';
import type { OperationContext } from '../operationContext';
import type { InspectInput } from '../operationTypes';

export async function inspect(input: InspectInput, context: OperationContext<InspectPartial>): Promise<InspectResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    return await inspectModel(inspectSubject(input, context, store), context);
  } finally {
    store.dispose();
  }
}
