import type { ComparePartial, CompareResult } from '../../analyses/compare/compare';
import type { Forecast } from '../../analyses/inspect';
import { compareModels } from '../../analyses/compare/compareModels';
import { DisposableStore } from '../../base/lifecycle';
import { compareSubject } from '../compareSubject';
import type { OperationContext } from '../operationContext';
import type { CompareInput } from '../operationTypes';

export async function compare(input: CompareInput, context: OperationContext<ComparePartial>): Promise<CompareResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the models and the data');
    return await compareModels(compareSubject(input, context, store), context);
  } finally {
    store.dispose();
  }
}

export function compareForecast(input: CompareInput, context: OperationContext<never>): Forecast {
  const store = new DisposableStore();
  try {
    return compareSubject(input, context, store).forecast;
  } finally {
    store.dispose();
  }
}
