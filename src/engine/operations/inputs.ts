import { DisposableStore } from '../../base/lifecycle';
import { previewLayout, previewRow } from '../../data/preview';
import type { InputPreview } from '../../protocol/panel';
import { dataTarget } from '../dataTarget';
import { openDataFile } from '../openFiles';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { InputsInput } from '../operationTypes';

export function inputs(input: InputsInput, context: OperationContext<never>): readonly InputPreview[] {
  const store = new DisposableStore();
  try {
    const model = input.model === undefined ? undefined : openModelFile(input.model, store).model;
    const { data, labels } = openDataFile(input.data, input.labels, input, store, context, model && dataTarget(model));
    const layout = previewLayout(data, model?.inputs[0]?.shape?.slice(1));
    return input.rows.map(row => {
      const label = labels?.labels.classes[labels.labels.values[row]!];
      return { ...previewRow(data, row, layout), ...(label === undefined ? {} : { label }) };
    });
  } finally {
    store.dispose();
  }
}
